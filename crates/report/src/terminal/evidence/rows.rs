//! Rows of a page of evidence: labels, tables and excerpts that keep to the width.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::{
    exhibit::{Excerpt, Table},
    style::{Style, Tone},
};

/// Column at which values begin.
pub(super) const VALUE: usize = 16;

/// Rows of one table that are laid out.
const ROWS_MAX: usize = 40;

/// Rows of one text that are laid out.
const TEXT_MAX: usize = 30;

/// A page that is being written.
pub(super) struct Page {
    pub(super) style: Style,
    pub(super) text: String,
}

impl Page {
    pub(super) fn new(style: Style) -> Self {
        Self { style, text: String::new() }
    }

    /// A row that is already clean and of the right width.
    pub(super) fn raw(&mut self, row: &str) {
        self.text.push_str(row);
        self.text.push('\n');
    }

    pub(super) fn gap(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A row that is cut to the width.
    pub(super) fn row(&mut self, indent: usize, text: &str) {
        let cut = self.style.cut(text, self.style.width.saturating_sub(indent));
        self.raw(&format!("{}{cut}", " ".repeat(indent)));
    }

    /// A text over as many rows as it takes.
    pub(super) fn folded(&mut self, indent: usize, tone: Tone, text: &str) {
        for piece in fold(text, self.style.width.saturating_sub(indent), self.style) {
            let piece = self.style.paint(tone, &piece);
            self.raw(&format!("{}{piece}", " ".repeat(indent)));
        }
    }

    /// A label with its value.
    pub(super) fn label(&mut self, indent: usize, label: &str, value: &str) {
        self.labelled(indent + 2, label, value, VALUE);
    }

    /// A label with its value at a column.
    pub(super) fn labelled(&mut self, indent: usize, label: &str, value: &str, column: usize) {
        let label = self.style.clean(label);
        if column < indent + label.width() + 2 {
            // A long label stands alone.
            self.folded(indent, Tone::Faint, &label);
            return self.hanging(column, 0, "", value);
        }
        let blanks = column.saturating_sub(indent + label.width());
        let head = format!("{}{}", self.style.paint(Tone::Faint, &label), " ".repeat(blanks));
        let pieces = fold(value, self.style.width.saturating_sub(column), self.style);
        let mut pieces = pieces.into_iter();
        let first = pieces.next().unwrap_or_default();
        self.raw(format!("{}{head}{first}", " ".repeat(indent)).trim_end());
        for piece in pieces {
            self.raw(&format!("{}{piece}", " ".repeat(column)));
        }
    }

    /// A label with a plot, in which blanks mean something.
    pub(super) fn plot(&mut self, label: &str, plot: &str) {
        let label = self.style.cell(label, VALUE - 6);
        let label = self.style.paint(Tone::Faint, &label);
        let plot = self.style.cut(plot, self.style.width.saturating_sub(VALUE));
        self.raw(&format!("    {label}  {plot}"));
    }

    /// A head with its value, whose further rows begin below the value.
    pub(super) fn hanging(&mut self, indent: usize, hang: usize, head: &str, value: &str) {
        let style = self.style;
        let head = style.clean(head);
        let fits = head.width() <= hang && indent + hang + 20 <= style.width;
        let hang = if fits { hang } else { 2.min(hang) };
        let room = style.width.saturating_sub(indent + hang);
        let mut pieces = fold(value, room, style).into_iter();
        if fits {
            let first = pieces.next().unwrap_or_default();
            let head = style.paint(Tone::Faint, &head);
            self.raw(format!("{}{head}{first}", " ".repeat(indent)).trim_end());
        } else if !head.trim().is_empty() {
            self.row(indent, head.trim_end());
        }
        for piece in pieces {
            self.raw(&format!("{}{piece}", " ".repeat(indent + hang)));
        }
    }
}

/// Breaks at blanks, and within a word that is wider than the room.
pub(in crate::terminal) fn fold(text: &str, room: usize, style: Style) -> Vec<String> {
    let room = room.max(8);
    let clean = style.clean(text);
    let (mut rows, mut row) = (Vec::new(), String::new());
    for word in clean.split_whitespace() {
        for (nth, piece) in pieces(word, room).into_iter().enumerate() {
            let gap = usize::from(!row.is_empty());
            if 0 < nth || room < row.width() + gap + piece.width() {
                if !row.is_empty() {
                    rows.push(std::mem::take(&mut row));
                }
            } else if gap == 1 {
                row.push(' ');
            }
            row.push_str(&piece);
        }
    }
    if !row.is_empty() || rows.is_empty() {
        rows.push(row);
    }
    rows
}

/// Cuts a word into pieces of at most `room` columns.
fn pieces(word: &str, room: usize) -> Vec<String> {
    let (mut pieces, mut piece, mut used) = (Vec::new(), String::new(), 0);
    for c in word.chars() {
        let wide = c.width().unwrap_or(0);
        if room < used + wide && !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
            used = 0;
        }
        piece.push(c);
        used += wide;
    }
    pieces.push(piece);
    pieces
}

pub(super) fn table(page: &mut Page, it: &Table) {
    let style = page.style;
    let count = match it.rows.len() {
        0 => String::from("none"),
        rows => rows.to_string(),
    };
    let more = if it.truncated { ", and more that the look did not bring" } else { "" };
    page.folded(4, Tone::Faint, &format!("{}: {count}{more}", it.title));
    if it.rows.is_empty() {
        return;
    }
    let shown = it.rows.get(..ROWS_MAX).unwrap_or(&it.rows);
    let widths = widths(it, shown, style.width.saturating_sub(6), style);
    let cells = |cells: &mut dyn Iterator<Item = &str>| {
        let row: Vec<String> =
            cells.zip(&widths).map(|(cell, width)| style.cell(cell, *width)).collect();
        format!("      {}", row.join("  ").trim_end())
    };
    page.raw(&style.paint(Tone::Faint, &cells(&mut it.head.iter().copied())));
    for row in shown {
        page.raw(&cells(&mut row.iter().map(String::as_str)));
    }
    if shown.len() < it.rows.len() {
        let more = it.rows.len() - shown.len();
        page.row(6, &format!("and {more} more; --format json has all"));
    }
}

/// As wide as the widest cell of each column; the widest column gives way until all fit.
fn widths(it: &Table, rows: &[Vec<String>], room: usize, style: Style) -> Vec<usize> {
    let mut widths: Vec<usize> = it
        .head
        .iter()
        .enumerate()
        .map(|(nth, head)| {
            let cells = rows.iter().filter_map(|row| row.get(nth));
            let widest = cells.map(|cell| style.clean(cell).width()).max().unwrap_or(0);
            widest.max(head.width())
        })
        .collect();
    let gaps = widths.len().saturating_sub(1) * 2;
    while room < widths.iter().sum::<usize>() + gaps {
        match widths.iter_mut().max() {
            Some(widest) if 4 < *widest => *widest -= 1,
            Some(_) | None => break,
        }
    }
    widths
}

pub(super) fn excerpt(page: &mut Page, it: &Excerpt) {
    let style = page.style;
    let mut words = Vec::new();
    words.extend(it.bytes.map(crate::exhibit::size));
    words.extend(it.truncated.then(|| String::from("cut by the look")));
    if let Some(print) = it.sha256.as_ref().filter(|it| !it.is_empty()) {
        words.push(format!("sha256 {}", print.get(..16).unwrap_or(print)));
    }
    let empty = it.text.trim().is_empty();
    if empty {
        words.push(String::from("empty"));
    }
    let gap = format!(" {} ", style.dot());
    page.label(2, &it.title, &words.join(&gap));
    if empty {
        return;
    }
    let bar = if style.ascii { "|" } else { "│" };
    let room = style.width.saturating_sub(8).max(8);
    let (mut rows, mut lines) = (0, it.text.lines());
    for line in lines.by_ref() {
        // A row is not broken at blanks: how it is indented says something.
        for piece in pieces(&style.clean(line), room) {
            if rows < TEXT_MAX {
                let bar = style.paint(Tone::Faint, bar);
                page.raw(format!("      {bar} {piece}").trim_end());
            }
            rows += 1;
        }
        if TEXT_MAX <= rows {
            break;
        }
    }
    let more = lines.count() + usize::from(TEXT_MAX < rows);
    if 0 < more {
        page.row(6, &format!("{bar} and more; --format json has all"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW: Style = Style { color: false, ascii: false, width: 40 };

    #[test]
    fn folds_at_blanks_and_within_long_words() {
        assert_eq!(fold("one two three", 8, NARROW), ["one two", "three"]);
        assert_eq!(fold("abcdefghijkl", 8, NARROW), ["abcdefgh", "ijkl"]);
        assert_eq!(fold("x abcdefghijkl y", 8, NARROW), ["x", "abcdefgh", "ijkl y"]);
        assert_eq!(fold("한국어한국어", 8, NARROW), ["한국어한", "국어"]);
        assert_eq!(fold("", 8, NARROW), [""]);
    }

    #[test]
    fn the_widest_column_of_a_table_gives_way() {
        let table_of = Table {
            title: String::from("entries"),
            head: vec!["name", "bytes"],
            rows: vec![vec!["a-very-long-name-".repeat(9), String::from("12345")]],
            truncated: true,
        };
        let mut page = Page::new(NARROW);
        table(&mut page, &table_of);
        assert!(page.text.lines().all(|line| line.width() <= 40), "{}", page.text);
        assert!(page.text.contains("12345") && page.text.contains('…'), "{}", page.text);
    }
}
