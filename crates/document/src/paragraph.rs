//! Paragraphs: the text of an item, headings in bold, fields, choices, rules, and plain prose.

use holdpoint_model::text::Span;

use crate::{
    block::{Leaf, Piece, Prose, Scanner},
    cursor::Cursor,
    document::{Form, LineId, Mark},
    field::{choice, fields, is_labelled, two_boxes},
    inline::{bold, boxes, lossy, trim_end, trim_overrides, trim_start, without_comments},
    mark::{BoxAt, box_at},
    repair::repair,
    rule::{carries_version, sets_rule},
    section::PSEUDO,
    source::Physical,
};

/// Signs that begin a report of how something stands.
const REPORTS: [&str; 3] = ["\u{2705}", "\u{274c}", "\u{26a0}"];
/// Level of the headings that may carry the release's version.
const TITLE_LEVEL_MAX: u8 = 2;

impl<'a> Scanner<'a> {
    /// Goes on with a paragraph or starts one.
    pub(crate) fn take_words(
        &mut self,
        cursor: &Cursor<'a>,
        depth: usize,
        fresh: bool,
        line: Physical,
    ) {
        let (start, end) = (cursor.text(), cursor.text_end());
        let boxed = bare_box(cursor.rest());
        let open = !fresh && matches!(self.leaf, Leaf::Paragraph { .. });
        let lazy = depth < self.stack.len();
        let hard = self.is_hard(end, line.end);
        let piece = Piece { start, end, number: line.number, hard };
        if open && boxed.is_none() && !(lazy && stands_apart(cursor.rest())) {
            self.pieces.push(piece);
            return;
        }
        self.close_all(depth);
        if let Some(found) = boxed {
            self.started = true;
            let span = Span::new(start + found.mark.start, start + found.mark.end);
            let form = Form::Box(Mark { span, ticked: found.ticked });
            let id = self.add_inner_line(line.number, form);
            self.start_text(id, start + found.length, end, line);
        } else if 4 <= cursor.indent() {
            self.add_prose(start, end, line.number);
        } else if self.innermost().is_some_and(|item| item.line.is_none()) {
            let id = self.add_item_line(line.number, Form::Item);
            self.start_text(id, start, end, line);
        } else {
            self.pieces.clear();
            self.pieces.push(piece);
            self.leaf = Leaf::Paragraph { item: None };
        }
    }

    /// Adds a line that stands inside the innermost item but has no list mark.
    pub(crate) fn add_inner_line(&mut self, number: usize, form: Form) -> LineId {
        let id = self.add_line(number, form);
        let parent = self.enclosing().or_else(|| self.found.sections.box_line());
        let depth = self.inner_depth();
        if let Some(line) = self.line_mut(id) {
            line.parent = parent;
            line.depth = depth;
        }
        id
    }

    pub(crate) fn add_prose(&mut self, start: usize, end: usize, number: usize) {
        self.found.prose.push(Prose { span: Span::new(start, end), number });
    }

    /// Whether the paragraph's last line is bold as a whole: what follows is no part of it.
    pub(crate) fn stands_below_bold(&self) -> bool {
        let Some(last) = self.pieces.last() else {
            return false;
        };
        let text = self.bytes.get(last.start..last.end).unwrap_or_default();
        text.starts_with(b"**") && bold(&String::from_utf8_lossy(text)).is_some()
    }

    pub(crate) fn close_paragraph(&mut self, item: Option<LineId>) {
        let pieces = std::mem::take(&mut self.pieces);
        match item {
            Some(id) => self.set_text(id, &pieces),
            None => self.take_rows(&pieces),
        }
        // The buffer is used again: most paragraphs are one line.
        self.pieces = pieces;
        self.pieces.clear();
    }

    /// Gives a line the text of `pieces`, override comments taken off.
    pub(crate) fn set_text(&mut self, id: LineId, pieces: &[Piece]) {
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else {
            return;
        };
        let end = trim_end(self.bytes, first.start, last.end);
        let trimmed = trim_overrides(self.bytes, first.start, end);
        let repaired = self.joined(pieces, trimmed.start, trimmed.end);
        let is_bold = bold(&repaired).is_some();
        let text = lossy(self.bytes, trimmed.start, trimmed.end);
        let bytes = self.bytes;
        let Some(line) = self.line_mut(id) else {
            return;
        };
        line.span = Span::new(trimmed.start, trimmed.end);
        line.text = text;
        line.repaired = repaired;
        line.bold = is_bold;
        line.override_comment = trimmed.words;
        let own = match line.form {
            Form::Box(mark) => Some(Some(mark)),
            Form::Item => Some(None),
            Form::Command { .. }
            | Form::Assignment { .. }
            | Form::Comment { .. }
            | Form::Row { .. }
            | Form::Field { .. }
            | Form::Choice { .. }
            | Form::Rule
            | Form::Title => None,
        };
        if let Some(own) = own
            && let Some(form) = choice(bytes, trimmed.start, trimmed.end)
                .or_else(|| two_boxes(bytes, own?, trimmed.start, trimmed.end))
        {
            line.form = form;
        }
    }

    /// The pieces within `start..end`, joined by one space, without comments, repaired.
    fn joined(&self, pieces: &[Piece], start: usize, end: usize) -> String {
        let mut out = String::new();
        for piece in pieces {
            let (from, to) = (piece.start.max(start), piece.end.min(end));
            if from < to {
                if !out.is_empty() {
                    out.push(' ');
                }
                let text = lossy(self.bytes, from, to);
                out.push_str(text.strip_suffix('\\').unwrap_or(&text).trim_end());
            }
        }
        if out.contains("<!--") {
            out = without_comments(&out).trim().to_owned();
        }
        if out.is_ascii() { out } else { repair(&out).into_owned() }
    }

    /// Splits a paragraph outside of an item's text into headings, fields, choices and prose.
    fn take_rows(&mut self, pieces: &[Piece]) {
        let mut at = 0;
        let mut prose = 0;
        while let Some(first) = pieces.get(at) {
            let alone = first.hard || self.is_own_row(first);
            let tail = pieces.get(at + 1..).unwrap_or_default();
            let end = at + 1 + if alone { 0 } else { self.row_tail(tail) };
            let row = pieces.get(at..end).unwrap_or_default();
            let kind = self.classify(row);
            if kind != Row::Words {
                self.take_prose(pieces.get(prose..at).unwrap_or_default());
                self.take_row_of_words(row, kind);
                prose = end;
            }
            at = end;
        }
        self.take_prose(pieces.get(prose..).unwrap_or_default());
    }

    /// How many of the pieces go on with the row above them.
    fn row_tail(&self, tail: &[Piece]) -> usize {
        let mut count = 0;
        for piece in tail {
            if self.is_own_row(piece) || speaks_for_itself(self.text_of(piece)) {
                break;
            }
            count += 1;
            if piece.hard {
                break;
            }
        }
        count
    }

    fn text_of(&self, piece: &Piece) -> &'a [u8] {
        self.bytes.get(piece.start..piece.end).unwrap_or_default()
    }

    /// Whether a physical line is a row whatever follows.
    fn is_own_row(&self, piece: &Piece) -> bool {
        let text = self.text_of(piece);
        (marked(text) && bold(&String::from_utf8_lossy(text)).is_some())
            || choice(self.bytes, piece.start, piece.end).is_some()
    }

    fn classify(&self, row: &[Piece]) -> Row {
        let (Some(first), Some(last)) = (row.first(), row.last()) else {
            return Row::Words;
        };
        let end = trim_end(self.bytes, first.start, last.end);
        let trimmed = trim_overrides(self.bytes, first.start, end);
        let text = self.joined(row, trimmed.start, trimmed.end);
        if bold(&text).is_some() {
            return Row::Heading(lossy(self.bytes, trimmed.start, trimmed.end));
        }
        if let Some(form) = choice(self.bytes, trimmed.start, trimmed.end) {
            return Row::Line(form);
        }
        fields(&text).map_or(Row::Words, |fields| Row::Line(Form::Field { fields }))
    }

    fn take_row_of_words(&mut self, row: &[Piece], kind: Row) {
        let number = row.first().map_or(0, |piece| piece.number);
        match kind {
            Row::Words => {}
            Row::Heading(text) => {
                self.remember_pseudo();
                self.found.sections.enter(PSEUDO, number, &text);
            }
            Row::Line(form) => {
                let id = self.add_inner_line(number, form);
                self.set_text(id, row);
            }
        }
    }

    /// Takes prose: a rule for other lines, or no line at all.
    fn take_prose(&mut self, pieces: &[Piece]) {
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else {
            return;
        };
        // What an item says about itself below its text rules nothing else.
        let outside = self.items.is_empty();
        if outside && sets_rule(&self.joined(pieces, first.start, last.end)) {
            let id = self.add_inner_line(first.number, Form::Rule);
            self.set_text(id, pieces);
        } else {
            self.add_prose(first.start, last.end, first.number);
        }
    }

    /// A heading of marks or one underlined with `=` or `-`.
    pub(crate) fn take_heading(&mut self, level: u8, start: usize, end: usize, number: usize) {
        let end = trim_end(self.bytes, start, end);
        let trimmed = trim_overrides(self.bytes, start, end);
        let found = box_at(self.bytes.get(trimmed.start..trimmed.end).unwrap_or_default());
        let from = found.map_or(trimmed.start, |found| trimmed.start + found.length);
        let text = lossy(self.bytes, from, trimmed.end);
        if self.innermost().is_some_and(|item| item.line.is_none()) {
            self.take_item_heading(
                found,
                trimmed.start,
                Piece { start: from, end, number, hard: false },
            );
            return;
        }
        let title = level <= TITLE_LEVEL_MAX && !self.started && carries_version(&text);
        let piece = Piece { start: from, end, number, hard: false };
        if let Some(found) = found {
            let id = self.found.sections.enter(level, number, &text);
            let span = Span::new(trimmed.start + found.mark.start, trimmed.start + found.mark.end);
            let line = self.add_inner_line(number, Form::Box(Mark { span, ticked: found.ticked }));
            // The heading itself is not above its own line.
            let above = self.found.sections.all.get(id.0).and_then(|heading| heading.parent);
            self.start_text(line, from, end, Physical { start, end, number });
            self.close_leaf();
            self.found.sections.set_box(line);
            if let Some(line) = self.line_mut(line) {
                line.section = above;
            }
        } else {
            if title {
                let line = self.add_line(number, Form::Title);
                self.set_text(line, &[piece]);
            }
            self.found.sections.enter(level, number, &text);
        }
    }

    /// Takes a heading that is the text of a list item: it is a statement, and heads nothing.
    fn take_item_heading(&mut self, found: Option<BoxAt>, start: usize, piece: Piece) {
        let form = found.map_or(Form::Item, |found| {
            let span = Span::new(start + found.mark.start, start + found.mark.end);
            Form::Box(Mark { span, ticked: found.ticked })
        });
        let id = self.add_item_line(piece.number, form);
        let start = trim_start(self.bytes, piece.start, piece.end);
        self.set_text(id, &[Piece { start, ..piece }]);
    }

    /// Turns the open paragraph into a heading when `rest` underlines it; true when it took it.
    pub(crate) fn underline(&mut self, rest: &[u8]) -> bool {
        let mark = match rest.first() {
            Some(mark @ (b'=' | b'-')) => *mark,
            _ => return false,
        };
        let Leaf::Paragraph { item } = self.leaf else {
            return false;
        };
        if rest.iter().any(|byte| *byte != mark) {
            return false;
        }
        let Some(last) = self.pieces.last().copied() else {
            return false;
        };
        // Below a field or a label in bold a rule of dashes is meant as a break.
        let labelled = speaks_for_itself(self.text_of(&last)) || self.is_own_row(&last);
        if item.is_some() || (mark == b'-' && (labelled || 1 < self.pieces.len())) {
            return false;
        }
        let level = if mark == b'=' { 1 } else { 2 };
        // Of several lines the one above the `=` is meant; the others are text.
        self.pieces.pop();
        self.close_all(self.stack.len());
        self.take_heading(level, last.start, last.end, last.number);
        true
    }
}

/// What a stretch of a paragraph is.
#[derive(Debug, PartialEq)]
enum Row {
    Words,
    Heading(String),
    Line(Form),
}

/// A box at the start of a paragraph without a list mark, with a statement behind it.
fn bare_box(rest: &[u8]) -> Option<BoxAt> {
    let found = box_at(rest)?;
    let behind = rest.get(found.length..)?;
    let apart = found.glyph || matches!(behind.first(), Some(b' ' | b'\t'));
    // Several boxes in a row are one choice.
    (apart && behind.iter().any(|byte| !byte.is_ascii_whitespace()) && boxes(behind).is_empty())
        .then_some(found)
}

/// Whether a line starts with emphasis that may span it or a label.
fn marked(text: &[u8]) -> bool {
    text.starts_with(b"**") || text.starts_with(b"__")
}

/// Whether a line without the indentation of the item above has left that item: a row of a table,
/// a heading in bold, a field, a report that begins with how it stands.
fn stands_apart(text: &[u8]) -> bool {
    text.starts_with(b"|")
        || REPORTS.iter().any(|mark| text.starts_with(mark.as_bytes()))
        || speaks_for_itself(text)
}

/// Whether a line is a heading in bold or a field, so that it goes on with nothing above it.
fn speaks_for_itself(text: &[u8]) -> bool {
    if !marked(text) {
        return false;
    }
    let text = String::from_utf8_lossy(text);
    bold(&text).is_some() || is_labelled(&text)
}
