//! Quotes and list items: what a line can stand in.

use crate::{
    block::{Leaf, Piece, Scanner},
    cursor::Cursor,
    document::{Form, LineId, Mark, SectionId},
    inline::trim_start,
    mark::{ListMark, box_at},
    source::Physical,
};
use holdpoint_model::text::Span;

/// A quote or a list item that is open.
#[derive(Debug)]
pub(crate) enum Container {
    Quote { restore: Restore },
    Item(Item),
}

/// The pseudo-heading to go back to when the container ends: one inside holds only inside.
pub(crate) type Restore = Option<Option<SectionId>>;

/// A list item that is open.
#[derive(Debug)]
pub(crate) struct Item {
    /// Columns that its content is indented by.
    pub(crate) indent: usize,
    /// Column of its mark.
    column: usize,
    mark: ListMark,
    number: usize,
    /// Lines found before it.
    before: usize,
    /// Its line; none as long as it has no text.
    pub(crate) line: Option<LineId>,
    /// The line it is nested in.
    up: Option<LineId>,
    /// The numbered item that bullets without indentation belong to.
    foster: Option<LineId>,
    depth: usize,
    pub(crate) restore: Restore,
}

impl Item {
    pub(crate) fn is_numbered(&self) -> bool {
        self.mark.ordinal.is_some()
    }
}

impl<'a> Scanner<'a> {
    pub(crate) fn open_quote(&mut self, cursor: &mut Cursor<'a>, depth: usize) {
        self.close_all(depth);
        cursor.skip_text(1, 1);
        cursor.skip_columns(1);
        self.quotes.push(self.stack.len());
        self.stack.push(Container::Quote { restore: None });
    }

    /// Opens a list item; true when the rest of the line is its text.
    pub(crate) fn open_item(
        &mut self,
        cursor: &mut Cursor<'a>,
        depth: usize,
        mark: ListMark,
        line: Physical,
    ) -> bool {
        let column = cursor.text_column();
        let foster = self.foster(depth, mark, column);
        self.close_all(depth);
        self.started = true;
        let before = cursor.indent();
        cursor.skip_text(mark.bytes, mark.columns);
        let gap = if cursor.is_blank() { 1 } else { cursor.indent() };
        // Five columns and more would be code to Markdown, but text to whoever typed them.
        let gap = if 4 < gap { 1 } else { gap };
        let up = foster.or_else(|| self.enclosing()).or_else(|| self.found.sections.box_line());
        let item = Item {
            indent: before + mark.columns + gap,
            column,
            mark,
            number: line.number,
            before: self.found.lines.len(),
            line: None,
            up,
            foster,
            depth: self.items.len() + usize::from(foster.is_some()),
            restore: None,
        };
        self.items.push(self.stack.len());
        self.stack.push(Container::Item(item));
        self.take_box(cursor, line)
    }

    /// The line of the innermost item, or of the one around it when it has none.
    pub(crate) fn enclosing(&self) -> Option<LineId> {
        let item = self.innermost()?;
        item.line.or(item.up)
    }

    pub(crate) fn innermost(&self) -> Option<&Item> {
        match self.stack.get(*self.items.last()?)? {
            Container::Item(item) => Some(item),
            Container::Quote { .. } => None,
        }
    }

    /// Depth of a line that stands inside the innermost item.
    pub(crate) fn inner_depth(&self) -> usize {
        self.innermost().filter(|item| item.line.is_some()).map_or(0, |item| item.depth + 1)
    }

    /// The numbered item that a bullet at `column` belongs to although it is not indented enough.
    fn foster(&self, depth: usize, mark: ListMark, column: usize) -> Option<LineId> {
        let Some(Container::Item(before)) = self.stack.get(depth) else {
            return None;
        };
        if mark.ordinal.is_some() {
            return None;
        }
        if before.mark.ordinal.is_some() {
            let close = !self.after_blank || before.column < column;
            return before.line.filter(|_| close);
        }
        before.foster.filter(|_| before.mark.sort == mark.sort && before.column == column)
    }

    /// Reads the box at the start of an item; true when there is one.
    fn take_box(&mut self, cursor: &Cursor<'a>, line: Physical) -> bool {
        let start = cursor.text();
        let Some(found) = box_at(cursor.rest()) else {
            return false;
        };
        let span = Span::new(start + found.mark.start, start + found.mark.end);
        let id = self.add_item_line(line.number, Form::Box(Mark { span, ticked: found.ticked }));
        self.start_text(id, start + found.length, cursor.text_end(), line);
        true
    }

    /// Adds the line of the innermost item, whose text starts at physical line `here`. It stands
    /// at its mark, unless lines of a fence came between.
    pub(crate) fn add_item_line(&mut self, here: usize, form: Form) -> LineId {
        let first = |item: &&Item| item.before == self.found.lines.len();
        let number = self.innermost().filter(first).map_or(here, |item| item.number);
        let id = self.add_line(number, form);
        let at = self.items.last().copied().unwrap_or_default();
        if let Some(Container::Item(item)) = self.stack.get_mut(at) {
            item.line = Some(id);
            let (parent, depth, ordinal) = (item.up, item.depth, item.mark.ordinal);
            if let Some(line) = self.line_mut(id) {
                line.parent = parent;
                line.depth = depth;
                line.ordinal = ordinal;
            }
        }
        id
    }

    /// Starts the paragraph that is the text of a line.
    pub(crate) fn start_text(&mut self, id: LineId, start: usize, end: usize, line: Physical) {
        let start = trim_start(self.bytes, start, end);
        let hard = self.is_hard(end, line.end);
        self.pieces.clear();
        self.pieces.push(Piece { start, end, number: line.number, hard });
        self.leaf = Leaf::Paragraph { item: Some(id) };
    }

    pub(crate) fn is_hard(&self, text_end: usize, line_end: usize) -> bool {
        let tail = self.bytes.get(text_end..line_end).unwrap_or_default();
        let before = text_end.checked_sub(1).and_then(|at| self.bytes.get(at));
        2 <= tail.iter().filter(|byte| **byte == b' ').count() || before == Some(&b'\\')
    }

    /// Ends the containers from `depth` on.
    pub(crate) fn close_containers(&mut self, depth: usize) {
        while depth < self.stack.len() {
            let restore = match self.stack.pop() {
                Some(Container::Quote { restore }) => {
                    self.quotes.pop();
                    restore
                }
                Some(Container::Item(item)) => {
                    self.items.pop();
                    item.restore
                }
                None => return,
            };
            if let Some(pseudo) = restore
                && self.found.sections.pseudo.is_some()
            {
                self.found.sections.pseudo = pseudo;
            }
        }
    }

    /// Notes which pseudo-heading holds again behind the innermost container.
    pub(crate) fn remember_pseudo(&mut self) {
        let pseudo = self.found.sections.pseudo;
        match self.stack.last_mut() {
            Some(Container::Quote { restore } | Container::Item(Item { restore, .. }))
                if restore.is_none() =>
            {
                *restore = Some(pseudo);
            }
            Some(_) | None => {}
        }
    }
}
