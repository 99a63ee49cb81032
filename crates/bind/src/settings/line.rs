//! Overrides of single lines in the settings, before anyone knows which lines they match.

use std::collections::BTreeMap;

use holdpoint_model::line::{Phase, Severity};
use toml::de::DeTable;

use crate::{
    nearest::hint,
    said_phase,
    settings::reader::{Entry, Place, Reader},
};

/// How an override names its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// By its text.
    Text(String),
    /// By its number, guarded by its text.
    Number {
        /// Physical line, counted from one.
        line: usize,
        /// The text that must stand there.
        text: String,
    },
}

/// One `[line.…]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineOverride {
    /// The line.
    pub which: Which,
    /// Where the override begins.
    pub place: Place,
    /// Id of the catalog, with its place.
    pub check: Option<(String, Place)>,
    /// Parameters as text, each with its place.
    pub params: BTreeMap<String, (String, Place)>,
    /// What the line's failure does.
    pub severity: Option<Severity>,
    /// When the line is decided.
    pub phase: Option<Phase>,
    /// The target that the line means, with its place.
    pub target: Option<(String, Place)>,
}

const KEYS: &[&str] = &["text", "check", "params", "severity", "phase", "target"];

/// Reads one `[line.KEY]`; `None` when it cannot be told which line is meant.
pub(crate) fn read<'a>(
    reader: &mut Reader<'a>,
    head: &Entry<'a>,
    table: &'a DeTable<'a>,
) -> Option<LineOverride> {
    let within = format!("[line.{}]", quoted(head.key));
    let mut text = None;
    let mut it = LineOverride {
        which: Which::Text(head.key.to_owned()),
        place: head.place,
        check: None,
        params: BTreeMap::new(),
        severity: None,
        phase: None,
        target: None,
    };
    for entry in reader.entries(table) {
        match entry.key {
            "text" => text = reader.quote(&entry),
            "check" => it.check = reader.string(&entry).map(|id| (id, entry.at)),
            "params" => it.params = params(reader, &entry),
            "severity" => it.severity = severity(reader, &entry),
            "phase" => it.phase = phase(reader, &entry),
            "target" => it.target = reader.string(&entry).map(|name| (name, entry.at)),
            _ => reader.unknown_key(&entry, &within, KEYS),
        }
    }
    let number = head.key.parse::<usize>().ok().filter(|number| *number > 0);
    it.which = match (number, text) {
        (Some(line), Some(text)) => Which::Number { line, text },
        (Some(line), None) => {
            let what = format!("[line.{line}] has no `text`");
            let help = String::from("add `text = \"…\"` with the text of the line: a number moves");
            reader.complain("settings::unguarded-line", head.place, &what, help);
            return None;
        }
        (None, Some(text)) if text != head.key => {
            let what = format!("{within} names a line twice");
            let help = String::from("leave `text` out, or use the line's number in the head");
            reader.complain("settings::wrong-value", head.place, &what, help);
            return None;
        }
        (None, Some(_) | None) => Which::Text(head.key.to_owned()),
    };
    Some(it)
}

fn params<'a>(reader: &mut Reader<'a>, entry: &Entry<'a>) -> BTreeMap<String, (String, Place)> {
    let Some(table) = reader.table(entry) else { return BTreeMap::new() };
    let mut params = BTreeMap::new();
    for one in reader.entries(table) {
        if let Some(values) = reader.list(&one) {
            params.insert(one.key.to_owned(), (values.join(","), one.place));
        }
    }
    params
}

fn severity(reader: &mut Reader<'_>, entry: &Entry<'_>) -> Option<Severity> {
    let word = reader.string(entry)?;
    let severity = Severity::read(&word);
    if severity.is_none() {
        let words: Vec<&str> = Severity::ALL.iter().map(|severity| severity.word()).collect();
        let mut help = hint(&word, words.iter().copied());
        if help.is_empty() {
            help = format!("one of {}", words.join(", "));
        }
        reader.wrong_value(entry, &format!("`{word}` is no severity"), help);
    }
    severity
}

/// A phase that a person says, for a line or for all below a heading.
pub(crate) fn phase(reader: &mut Reader<'_>, entry: &Entry<'_>) -> Option<Phase> {
    let word = reader.string(entry)?;
    said_phase::read(&word)
        .map_err(|help| reader.wrong_value(entry, &format!("`{word}` is no phase"), help))
        .ok()
}

/// A key as it stands in the head of a table.
pub(crate) fn quoted(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { format!("\"{key}\"") }
}

impl LineOverride {
    /// The head of its table, for messages.
    pub fn head(&self) -> String {
        match &self.which {
            Which::Text(text) => format!("[line.{}]", quoted(text)),
            Which::Number { line, .. } => format!("[line.{line}]"),
        }
    }
}
