//! The block structure of the text: containers, leaves, and the lines they give.

use holdpoint_model::text::Span;

use crate::{
    container::Container,
    cursor::Cursor,
    document::{Fence, Form, Line, LineId},
    fence::OpenFence,
    html::{self, Html},
    lost::{Block, Kind},
    mark::{ListMark, list_mark},
    section::{Sections, hash_heading},
    source::Physical,
    table::Table,
};

/// What scanning found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) sections: Sections,
    pub(crate) lines: Vec<Line>,
    pub(crate) fences: Vec<Fence>,
    /// Text that is no line, in order, for the digest.
    pub(crate) prose: Vec<Prose>,
    /// Physical line of a fence that the text's end closed.
    pub(crate) unclosed_fence: Option<usize>,
    /// Physical line of a comment that the text's end closed.
    pub(crate) unclosed_comment: Option<usize>,
    /// Fences and raw HTML, in order.
    pub(crate) blocks: Vec<Block>,
    /// More lines than anyone keeps: the rest was not read.
    pub(crate) overflow: bool,
}

/// A stretch of text that is no line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prose {
    pub(crate) span: Span,
    pub(crate) number: usize,
}

/// One physical line's share of a paragraph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) number: usize,
    /// Two blanks or a backslash at its end: the next line is a line of its own.
    pub(crate) hard: bool,
}

/// The block that takes text just now.
#[derive(Debug)]
pub(crate) enum Leaf {
    None,
    /// The pieces stand in `Scanner::pieces`; `item` is the line whose text it is.
    Paragraph {
        item: Option<LineId>,
    },
    Fence(OpenFence),
    Html {
        html: Html,
        number: usize,
    },
    Table(Table),
}

/// Reads one physical line after another.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) found: Found,
    pub(crate) stack: Vec<Container>,
    /// Positions of the items in `stack`.
    pub(crate) items: Vec<usize>,
    /// Positions of the quotes in `stack`.
    pub(crate) quotes: Vec<usize>,
    pub(crate) leaf: Leaf,
    pub(crate) pieces: Vec<Piece>,
    /// The physical line above is blank.
    pub(crate) after_blank: bool,
    /// The item that the flush fence right above belongs to.
    pub(crate) behind: Option<LineId>,
    /// A list item, fence or table stands above: headings are no titles any more.
    pub(crate) started: bool,
}

/// Lines of a document beyond which the rest is not read: memory, not meaning, sets it.
const LINES_MAX: usize = 4_000_000;

/// Containers inside one another beyond which a mark is text: nobody reads that deep, and each
/// takes memory.
const NESTING_MAX: usize = 1_000;

impl<'a> Scanner<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            found: Found::default(),
            stack: Vec::new(),
            items: Vec::new(),
            quotes: Vec::new(),
            leaf: Leaf::None,
            pieces: Vec::new(),
            after_blank: false,
            behind: None,
            started: false,
        }
    }

    /// Takes the next physical line; false when there is no room for more.
    pub(crate) fn take(&mut self, line: Physical) -> bool {
        if LINES_MAX <= self.found.lines.len() {
            self.found.overflow = true;
            return false;
        }
        let mut cursor = Cursor::new(self.bytes, line.start, line.end);
        let matched = self.match_containers(&mut cursor);
        let blank = cursor.is_blank();
        if !self.take_into_leaf(&mut cursor, matched, line) {
            if blank {
                self.take_blank(matched);
            } else {
                self.take_text(cursor, matched, line);
            }
        }
        self.after_blank = blank;
        true
    }

    /// Ends the text.
    pub(crate) fn finish(mut self) -> Found {
        match &self.leaf {
            Leaf::Fence(fence) => self.found.unclosed_fence = Some(fence.number),
            Leaf::Html { html: Html::Comment, number } => {
                self.found.unclosed_comment = Some(*number);
            }
            Leaf::None | Leaf::Paragraph { .. } | Leaf::Html { .. } | Leaf::Table(_) => {}
        }
        self.close_leaf();
        self.close_containers(0);
        self.found
    }

    /// How many containers of the stack the line goes on with; steps over their marks.
    fn match_containers(&self, cursor: &mut Cursor<'a>) -> usize {
        let mut at = 0;
        while let Some(container) = self.stack.get(at) {
            match container {
                Container::Quote { .. } => {
                    if cursor.is_blank() || cursor.peek() != Some(b'>') || 3 < cursor.indent() {
                        break;
                    }
                    cursor.skip_text(1, 1);
                    cursor.skip_columns(1);
                    at += 1;
                }
                Container::Item(_) if cursor.is_blank() => {
                    // A blank line is in every item, so only the next quote can refuse it.
                    let next = self.quotes.partition_point(|quote| *quote < at);
                    at = self.quotes.get(next).copied().unwrap_or(self.stack.len());
                }
                Container::Item(item) => {
                    if cursor.indent() < item.indent {
                        break;
                    }
                    cursor.skip_columns(item.indent);
                    at += 1;
                }
            }
        }
        at
    }

    /// Gives the line to a fence, HTML block or table that goes on; false when it does not.
    fn take_into_leaf(&mut self, cursor: &mut Cursor<'a>, matched: usize, line: Physical) -> bool {
        if matched < self.stack.len() {
            if matches!(self.leaf, Leaf::Fence(_) | Leaf::Html { .. } | Leaf::Table(_)) {
                self.close_leaf();
            }
            return false;
        }
        match &mut self.leaf {
            Leaf::None | Leaf::Paragraph { .. } => false,
            Leaf::Fence(fence) => {
                let closed = fence.is_closed_by(cursor);
                go_on(self.found.blocks.last_mut(), line.number, closed);
                if closed {
                    self.close_leaf();
                } else {
                    fence.take(cursor, line);
                }
                true
            }
            Leaf::Html { html, .. } => {
                let rest = cursor.rest();
                let item = *html == Html::Blank && list_mark(rest).is_some_and(|it| it.boxed);
                let over = *html == Html::Blank && cursor.is_blank();
                let ended = html::ends(*html, rest);
                if !item && !over {
                    go_on(self.found.blocks.last_mut(), line.number, ended);
                }
                if ended || item || over {
                    self.leaf = Leaf::None;
                }
                !item && !over
            }
            Leaf::Table(table) => {
                if cursor.is_blank() || !table.takes(cursor.rest()) {
                    self.leaf = Leaf::None;
                    return false;
                }
                let (start, end) = (cursor.text(), cursor.text_end());
                self.take_row(start, end, line.number);
                true
            }
        }
    }

    fn take_blank(&mut self, matched: usize) {
        self.close_leaf();
        let refused = self.quotes.partition_point(|quote| *quote < matched);
        if let Some(quote) = self.quotes.get(refused).copied() {
            self.close_containers(quote);
        }
    }

    /// Opens containers and leaves, or goes on with a paragraph.
    fn take_text(&mut self, mut cursor: Cursor<'a>, matched: usize, line: Physical) {
        let mut depth = matched;
        loop {
            let fresh = depth != matched;
            let mark = list_mark(cursor.rest());
            let deep = 4 <= cursor.indent();
            if deep && !mark.is_some_and(|mark| self.may_be_deep(mark)) && !self.deep_fence(&cursor)
            {
                break;
            }
            let full = NESTING_MAX <= depth;
            if cursor.peek() == Some(b'>') && !full {
                self.open_quote(&mut cursor, depth);
                depth += 1;
            } else if self.open_leaf(&cursor, depth, fresh, line) {
                return;
            } else if let Some(mark) =
                mark.filter(|mark| !full && self.may_open(*mark, depth, fresh))
            {
                if self.open_item(&mut cursor, depth, mark, line) {
                    return;
                }
                depth += 1;
            } else {
                break;
            }
            if cursor.is_blank() {
                return;
            }
        }
        self.take_words(&cursor, depth, depth != matched, line);
    }

    /// Whether a mark four columns in and more is an item all the same: with a box always, else
    /// below another item.
    fn may_be_deep(&self, mark: ListMark) -> bool {
        mark.boxed || (!self.items.is_empty() && !mark.bare)
    }

    /// Whether a fence stands four columns in and more, but below an item.
    fn deep_fence(&self, cursor: &Cursor<'a>) -> bool {
        let rest = cursor.rest();
        !self.items.is_empty() && (rest.starts_with(b"```") || rest.starts_with(b"~~~"))
    }

    /// Whether the list mark opens an item rather than going on with a paragraph.
    fn may_open(&self, mark: ListMark, depth: usize, fresh: bool) -> bool {
        let interrupts = !fresh
            && depth == self.stack.len()
            && matches!(self.leaf, Leaf::Paragraph { .. })
            && !self.stands_below_bold();
        !interrupts || mark.boxed || (!mark.bare && mark.ordinal.is_none_or(|it| it == 1))
    }

    /// Opens a heading, break, fence, HTML block or table; false when the line is none of them.
    fn open_leaf(
        &mut self,
        cursor: &Cursor<'a>,
        depth: usize,
        fresh: bool,
        line: Physical,
    ) -> bool {
        let rest = cursor.rest();
        let in_paragraph =
            !fresh && depth == self.stack.len() && matches!(self.leaf, Leaf::Paragraph { .. });
        if in_paragraph && self.open_table(rest) {
            return true;
        }
        if in_paragraph && self.underline(rest) {
            return true;
        }
        if cursor.is_break() {
            self.close_all(depth);
            self.found.sections.broken = true;
            return true;
        }
        if let Some((level, start, end)) = hash_heading(rest) {
            self.close_all(depth);
            let at = cursor.text();
            self.take_heading(level, at + start, at + end, line.number);
            return true;
        }
        if let Some(fence) = OpenFence::read(cursor, line) {
            self.open_fence(fence, depth);
            return true;
        }
        let lazy = depth < self.stack.len() && matches!(self.leaf, Leaf::Paragraph { .. });
        self.open_html(rest, depth, in_paragraph || lazy, line.number)
    }

    fn open_html(&mut self, rest: &[u8], depth: usize, in_paragraph: bool, number: usize) -> bool {
        let Some(html) = html::start(rest, in_paragraph) else {
            return false;
        };
        let close = html::find(rest, b"-->").filter(|_| html == Html::Comment);
        if let Some(close) = close
            && rest.get(close + 3..).is_some_and(|behind| !behind.is_empty())
        {
            // Text stands behind the comment: the line is text to people.
            return false;
        }
        self.close_all(depth);
        let closed = html == Html::Blank || html::ends(html, rest);
        let kind = Kind::Html(html);
        self.found.blocks.push(Block { first: number, last: number, kind, closed });
        if !html::ends(html, rest) {
            self.leaf = Leaf::Html { html, number };
        }
        true
    }

    /// Ends the leaf and the containers from `depth` on.
    pub(crate) fn close_all(&mut self, depth: usize) {
        self.close_leaf();
        self.close_containers(depth);
        self.behind = None;
    }

    pub(crate) fn close_leaf(&mut self) {
        match std::mem::replace(&mut self.leaf, Leaf::None) {
            Leaf::None | Leaf::Html { .. } | Leaf::Table(_) => {}
            Leaf::Paragraph { item } => self.close_paragraph(item),
            Leaf::Fence(fence) => self.close_fence(fence),
        }
    }

    /// Adds a line that starts here; its text comes with `set_text`.
    pub(crate) fn add_line(&mut self, number: usize, form: Form) -> LineId {
        let id = LineId(self.found.lines.len());
        self.found.lines.push(Line {
            number,
            span: Span::default(),
            text: String::new(),
            repaired: String::new(),
            form,
            section: self.found.sections.current(),
            parent: None,
            depth: 0,
            ordinal: None,
            bold: false,
            fence: None,
            override_comment: None,
            after_break: self.found.sections.broken,
        });
        id
    }

    pub(crate) fn line_mut(&mut self, id: LineId) -> Option<&mut Line> {
        self.found.lines.get_mut(id.0)
    }
}

/// Notes that the block goes on to this physical line, and perhaps ends there.
fn go_on(block: Option<&mut Block>, number: usize, closed: bool) {
    if let Some(block) = block {
        block.last = number;
        block.closed |= closed;
    }
}
