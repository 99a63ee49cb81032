//! Fenced blocks: where they end, what they belong to, and the lines in them.

use holdpoint_model::text::Span;

use crate::{
    block::{Leaf, Scanner},
    cursor::Cursor,
    document::{Fence, Form, LineId},
    inline::lossy,
    lost::{Block, Kind},
    source::Physical,
    statement,
};

/// A fence that takes lines.
#[derive(Debug)]
pub(crate) struct OpenFence {
    mark: u8,
    length: usize,
    indent: usize,
    pub(crate) number: usize,
    info: String,
    owner: Option<LineId>,
    /// It stands flush left behind its owner instead of inside it.
    flush: bool,
    lines: Vec<Physical>,
    /// Where the content starts when there is any.
    start: usize,
}

/// Marks that make a fence.
const MARKS_MIN: usize = 3;
/// Columns that a closing fence may be indented by more than its opening one.
const CLOSING_INDENT_MAX: usize = 3;

impl OpenFence {
    pub(crate) fn read(cursor: &Cursor<'_>, line: Physical) -> Option<Self> {
        let rest = cursor.rest();
        let mark = rest.first().copied().filter(|byte| matches!(byte, b'`' | b'~'))?;
        let length = rest.iter().take_while(|byte| **byte == mark).count();
        let info = rest.get(length..).unwrap_or_default();
        if length < MARKS_MIN || (mark == b'`' && info.contains(&b'`')) {
            return None;
        }
        let info = String::from_utf8_lossy(info);
        let word = info
            .split([' ', '\t', ',', '{', '}', ':'])
            .find(|word| !word.is_empty())
            .unwrap_or_default();
        Some(Self {
            mark,
            length,
            indent: cursor.indent(),
            number: line.number,
            info: word.trim_start_matches('.').to_lowercase(),
            owner: None,
            flush: false,
            lines: Vec::new(),
            start: line.end,
        })
    }

    pub(crate) fn is_closed_by(&self, cursor: &Cursor<'_>) -> bool {
        let rest = cursor.rest();
        self.length <= rest.len()
            && rest.iter().all(|byte| *byte == self.mark)
            && cursor.indent() <= self.indent + CLOSING_INDENT_MAX
    }

    pub(crate) fn take(&mut self, cursor: &mut Cursor<'_>, line: Physical) {
        if self.lines.is_empty() {
            self.start = line.start;
        }
        cursor.skip_columns(self.indent.min(cursor.indent()));
        self.lines.push(Physical { start: cursor.at, ..line });
    }
}

impl Scanner<'_> {
    pub(crate) fn open_fence(&mut self, mut fence: OpenFence, depth: usize) {
        let flush = self.flush_owner(depth).or(self.behind);
        self.close_all(depth);
        self.started = true;
        let inside = self.enclosing();
        fence.owner = inside.or(flush);
        fence.flush = inside.is_none();
        let (first, last) = (fence.number, fence.number);
        self.found.blocks.push(Block { first, last, kind: Kind::Fence, closed: false });
        self.leaf = Leaf::Fence(fence);
    }

    /// The item right above a fence that is not indented enough to stand in it.
    fn flush_owner(&self, depth: usize) -> Option<LineId> {
        let innermost = self.items.last().copied().filter(|item| depth <= *item)?;
        if self.quotes.last().is_some_and(|quote| innermost < *quote) {
            return None;
        }
        let item = self.innermost()?;
        let text_end = match self.leaf {
            Leaf::Paragraph { .. } => self.pieces.last().map(|piece| piece.end),
            Leaf::None | Leaf::Fence(_) | Leaf::Html { .. } | Leaf::Table(_) => {
                item.line.and_then(|id| self.found.lines.get(id.0)).map(|line| line.span.end)
            }
        };
        let last = text_end.and_then(|end| self.bytes.get(end.checked_sub(1)?));
        let announces = last == Some(&b':') || item.is_numbered();
        self.enclosing().filter(|_| !self.after_blank || announces)
    }

    pub(crate) fn close_fence(&mut self, fence: OpenFence) {
        let index = self.found.fences.len();
        let first = fence.lines.first().map_or(fence.start, |_| fence.start);
        let end = fence.lines.last().map_or(first, |line| line.end);
        let body = fence
            .lines
            .iter()
            .map(|line| {
                String::from_utf8_lossy(self.bytes.get(line.start..line.end).unwrap_or_default())
            })
            .collect::<Vec<_>>()
            .join("\n");
        let section = self.found.sections.current();
        self.found.fences.push(Fence {
            number: fence.number,
            info: fence.info.clone(),
            span: Span::new(first, end),
            body,
            owner: fence.owner,
            section,
        });
        if let Some(owner) = fence.owner.and_then(|owner| self.line_mut(owner))
            && owner.fence.is_none()
        {
            owner.fence = Some(index);
        }
        let bytes = self.bytes;
        for found in statement::lines(bytes, &fence.info, &fence.lines, index) {
            self.add_fence_line(&fence, found.at, found.form, found.repaired);
        }
        self.behind = fence.owner.filter(|_| fence.flush);
    }

    fn add_fence_line(&mut self, fence: &OpenFence, at: Physical, form: Form, repaired: String) {
        let depth = fence.owner.and_then(|owner| self.found.lines.get(owner.0));
        let depth = depth.map_or(0, |owner| owner.depth + 1);
        let parent = fence.owner.or_else(|| self.found.sections.box_line());
        let id = self.add_line(at.number, form);
        let text = lossy(self.bytes, at.start, at.end);
        if let Some(line) = self.line_mut(id) {
            line.span = Span::new(at.start, at.end);
            line.text = text;
            line.repaired = repaired;
            line.parent = parent;
            line.depth = depth;
        }
    }
}
