//! Tables: which of their rows are lines, and the cells of a row.

use crate::{
    block::{Leaf, Piece, Scanner},
    document::Form,
    inline::lossy,
    mark::{box_at, list_mark},
    normal::normal,
    section::hash_heading,
};

/// A table that takes rows.
#[derive(Debug)]
pub(crate) struct Table {
    header: Vec<String>,
    /// Whether its header is one of roles, contacts or values, so that every row is a line.
    declares: bool,
}

/// Words of header cells under which every row is a statement: roles, contacts, values.
const DECLARING: [&str; 58] = [
    "role",
    "roles",
    "team",
    "owner",
    "responsible",
    "person",
    "signature",
    "sign-off",
    "signoff",
    "approver",
    "approved",
    "approval",
    "signed",
    "reviewer",
    "contact",
    "contacts",
    "email",
    "e-mail",
    "phone",
    "slack",
    "on-call",
    "escalation",
    "availability",
    "value",
    "values",
    "variable",
    "variables",
    "setting",
    "settings",
    "parameter",
    "threshold",
    "target",
    "limit",
    "rol",
    "responsable",
    "firma",
    "contacto",
    "valor",
    "assinatura",
    "contato",
    "valeur",
    "rolle",
    "kontakt",
    "wert",
    "unterschrift",
    "роль",
    "подпись",
    "контакт",
    "значение",
    "переменная",
    "役割",
    "署名",
    "担当",
    "値",
    "角色",
    "签名",
    "역할",
    "서명",
];
/// Cells that say how a row stands.
const STATUS: [&str; 6] =
    ["\u{2705}", "\u{274c}", "\u{26a0}", "\u{23f3}", ":white_check_mark:", ":x:"];

impl Table {
    fn new(header: Vec<String>) -> Self {
        let words = header.iter().flat_map(|cell| {
            let cell = normal(cell);
            let words: Vec<String> = cell
                .split(|c: char| !c.is_alphanumeric() && c != '-')
                .map(ToOwned::to_owned)
                .collect();
            words
        });
        let declares = words.into_iter().any(|word| DECLARING.contains(&word.as_str()));
        Self { header, declares }
    }

    /// Whether a line of text goes on with the table.
    pub(crate) fn takes(&self, rest: &[u8]) -> bool {
        let other = list_mark(rest).is_some()
            || hash_heading(rest).is_some()
            || [&b">"[..], b"```", b"~~~", b"<"].iter().any(|it| rest.starts_with(it));
        rest.starts_with(b"|") || (rest.contains(&b'|') && !other)
    }

    /// Whether a row is a statement.
    fn states(&self, cells: &[String]) -> bool {
        let filled = cells.iter().any(|cell| cell.chars().any(|c| c != '-' && c != ':'));
        let marked = cells.iter().any(|cell| {
            box_at(cell.as_bytes()).is_some() || STATUS.contains(&cell.trim_end_matches('\u{fe0f}'))
        });
        filled && (self.declares || marked)
    }
}

impl Scanner<'_> {
    /// Turns the open paragraph's last line into a header when `rest` is the line of dashes below.
    pub(crate) fn open_table(&mut self, rest: &[u8]) -> bool {
        let Leaf::Paragraph { item: None } = self.leaf else {
            return false;
        };
        let Some(header) = self.pieces.last().copied().filter(|_| is_dashes(rest)) else {
            return false;
        };
        let text = self.bytes.get(header.start..header.end).unwrap_or_default();
        let columns = cells(&String::from_utf8_lossy(rest)).len();
        let names = cells(&String::from_utf8_lossy(text));
        // A header of another width is no table to Markdown, but to people when it has its bars.
        let wide = names.len() == columns || text.starts_with(b"|");
        if !text.contains(&b'|') || !wide {
            return false;
        }
        self.pieces.pop();
        self.close_all(self.stack.len());
        self.started = true;
        self.add_prose(header.start, header.end, header.number);
        self.leaf = Leaf::Table(Table::new(names));
        true
    }

    pub(crate) fn take_row(&mut self, start: usize, end: usize, number: usize) {
        let Leaf::Table(table) = &self.leaf else {
            return;
        };
        let row = lossy(self.bytes, start, end);
        let row = row.rsplit_once("<!--").map_or(row.as_str(), |(before, _)| before);
        let mut cells = cells(row.trim());
        if !table.states(&cells) {
            self.add_prose(start, end, number);
            return;
        }
        let header = table.header.clone();
        while cells.len() < header.len() {
            cells.push(String::new());
        }
        let id = self.add_inner_line(number, Form::Row { header, cells });
        self.set_text(id, &[Piece { start, end, number, hard: false }]);
    }
}

/// The line of dashes below a header; without a bar it would underline a heading.
fn is_dashes(rest: &[u8]) -> bool {
    rest.contains(&b'|')
        && rest.contains(&b'-')
        && rest.iter().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t'))
}

/// The cells of a row, trimmed; `\|` is a bar in the text.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let mut out = Vec::new();
    let mut cell = String::new();
    let mut chars = row.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&'|') => {
                chars.next();
                cell.push('|');
            }
            '|' => out.push(std::mem::take(&mut cell).trim().to_owned()),
            c => cell.push(c),
        }
    }
    if !cell.trim().is_empty() {
        out.push(cell.trim().to_owned());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_split_at_bare_bars() {
        assert_eq!(cells("| a | b \\| c |  |"), ["a", "b | c", ""]);
        assert_eq!(cells("a | b"), ["a", "b"]);
        assert_eq!(cells("| | | |"), ["", "", ""]);
    }

    #[test]
    fn dashes_need_a_bar() {
        assert!(is_dashes(b"|---|:-:|"));
        assert!(is_dashes(b"--- | ---"));
        assert!(!is_dashes(b"---"));
        assert!(!is_dashes(b"| a |"));
    }

    #[test]
    fn headers_of_roles_contacts_and_values_declare() {
        let table = |header: &str| Table::new(cells(header)).declares;
        assert!(table("| Role | Name | Date |"));
        assert!(table("| \u{1f4de} Contact | When |"));
        assert!(table("| Metric | Target |"));
        assert!(!table("| Document | Purpose |"));
        assert!(!table("| Suite | Total | Failed |"));
    }
}
