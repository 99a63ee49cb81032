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
const DECLARING: [&str; 64] = [
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
    "telephone",
    "mobile",
    "pager",
    "telefon",
    "tel\u{e9}fono",
    "telefone",
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

/// Words of header cells of a list of work: what is to be done or looked at, and how it stands.
const WORKLIST: [&str; 62] = [
    "command",
    "paso",
    "passo",
    "\u{e9}tape",
    "schritt",
    "ma\u{df}nahme",
    "\u{448}\u{430}\u{433}",
    "\u{434}\u{435}\u{439}\u{441}\u{442}\u{432}\u{438}\u{435}",
    "\u{43a}\u{43e}\u{43c}\u{430}\u{43d}\u{434}\u{430}",
    "\u{6b65}\u{9aa4}",
    "\u{64cd}\u{4f5c}",
    "\u{624b}\u{9806}",
    "\u{4f5c}\u{696d}",
    "\u{b2e8}\u{acc4}",
    "\u{d56d}\u{baa9}",
    "test",
    "status",
    "state",
    "done",
    "check",
    "checks",
    "checked",
    "item",
    "items",
    "task",
    "tasks",
    "todo",
    "step",
    "action",
    "requirement",
    "requirements",
    "verification",
    "aufgabe",
    "pr\u{fc}fung",
    "pr\u{fc}fpunkt",
    "erledigt",
    "estado",
    "tarea",
    "acci\u{f3}n",
    "verificaci\u{f3}n",
    "tarefa",
    "verifica\u{e7}\u{e3}o",
    "statut",
    "t\u{e2}che",
    "v\u{e9}rification",
    "\u{441}\u{442}\u{430}\u{442}\u{443}\u{441}",
    "\u{437}\u{430}\u{434}\u{430}\u{447}\u{430}",
    "\u{43f}\u{440}\u{43e}\u{432}\u{435}\u{440}\u{43a}\u{430}",
    "\u{72b6}\u{6001}",
    "\u{68c0}\u{67e5}\u{9879}",
    "\u{68c0}\u{67e5}\u{5185}\u{5bb9}",
    "\u{4efb}\u{52a1}",
    "\u{9a8c}\u{8bc1}",
    "\u{72b6}\u{614b}",
    "\u{72b6}\u{6cc1}",
    "\u{72c0}\u{614b}",
    "\u{78ba}\u{8a8d}",
    "\u{78ba}\u{8a8d}\u{9805}\u{76ee}",
    "\u{30bf}\u{30b9}\u{30af}",
    "\u{c0c1}\u{d0dc}",
    "\u{d655}\u{c778}",
    "\u{c791}\u{c5c5}",
];

/// First words of header cells below which an answer is to be given.
const ANSWERS: [&str; 31] = [
    "yes",
    "no",
    "n/a",
    "na",
    "not",
    "partly",
    "partially",
    "fully",
    "totally",
    "ja",
    "nein",
    "teilweise",
    "oui",
    "non",
    "s\u{ed}",
    "si",
    "parcial",
    "parcialmente",
    "sim",
    "n\u{e3}o",
    "\u{434}\u{430}",
    "\u{43d}\u{435}\u{442}",
    "\u{447}\u{430}\u{441}\u{442}\u{438}\u{447}\u{43d}\u{43e}",
    "\u{662f}",
    "\u{5426}",
    "\u{306f}\u{3044}",
    "\u{3044}\u{3044}\u{3048}",
    "\u{c608}",
    "\u{c544}\u{b2c8}\u{c624}",
    "\u{c544}\u{b2c8}\u{c694}",
    "\u{c77c}\u{bd80}",
];
/// Words of header cells of results that somebody has counted.
const COUNTS: [&str; 6] = ["total", "passed", "failed", "skipped", "passing", "failing"];

/// Whether the header of a table is one of a list of work: it says so, or has columns for answers.
pub fn is_worklist(header: &[String]) -> bool {
    let counted = words(header).filter(|word| COUNTS.contains(&word.as_str())).count();
    let listed = words(header).any(|word| WORKLIST.contains(&word.as_str()));
    2 <= answers(header) || listed && counted < 2
}

/// How many cells of a header are columns for an answer.
fn answers(header: &[String]) -> usize {
    let first = |cell: &String| normal(cell).split_whitespace().next().map(str::to_owned);
    header.iter().filter_map(first).filter(|word| ANSWERS.contains(&word.as_str())).count()
}

/// The words of the cells of a header.
fn words(header: &[String]) -> impl Iterator<Item = String> {
    header.iter().flat_map(|cell| {
        let cell = normal(cell);
        let split = cell.split(|c: char| !c.is_alphanumeric() && c != '-');
        split.map(ToOwned::to_owned).collect::<Vec<_>>()
    })
}

impl Table {
    fn new(header: Vec<String>) -> Self {
        let declares =
            words(&header).any(|word| DECLARING.contains(&word.as_str())) || is_worklist(&header);
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
        assert!(!table("| Test | Total | Passed | Failed |"));
        assert!(table("| Test | Failed |"));
        assert!(table("| # | Topic | Not met | Partly met | Fully met | N/A |"));
        assert!(table("| Nr | Frage | Ja | Nein |"));
        assert!(!table("| No | Title |"));
    }
}
