//! Reading values out of a parsed TOML text, with a complaint and its place for every wrong one.

use std::ops::Range;

use holdpoint_model::{
    diagnostic::{Diagnostic, Level},
    text::Span,
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    nearest::hint,
    settings::secret::{carries_secret, is_literal, is_reference, name_is_secret},
};

/// Where something stands in the settings file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Bytes.
    pub span: Span,
    /// Line, counted from one; 0 when it stands in no file.
    pub line: usize,
    /// Column in characters, counted from one.
    pub column: usize,
}

/// A key with its value and its place.
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a str,
    pub(crate) place: Place,
    pub(crate) value: &'a DeValue<'a>,
    pub(crate) at: Place,
}

/// The text under the reader's eyes, and what was wrong with it so far.
pub(crate) struct Reader<'a> {
    text: &'a str,
    path: &'a str,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str, path: &'a str) -> Self {
        Self { text, path, diagnostics: Vec::new() }
    }

    /// The place of a range of bytes.
    pub(crate) fn place(&self, range: Range<usize>) -> Place {
        place_of(self.text, range)
    }

    /// Complains about a place, and shows it unless its line holds a secret.
    pub(crate) fn complain(&mut self, code: &'static str, place: Place, what: &str, help: String) {
        self.diagnostics.push(complaint(self.text, self.path, code, place, what, help));
    }

    /// The entries of a table in the order in which they stand in the file.
    pub(crate) fn entries(&self, table: &'a DeTable<'a>) -> Vec<Entry<'a>> {
        let entry = |(key, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let text: &'a std::borrow::Cow<'a, str> = key.get_ref();
            Entry {
                key: text.as_ref(),
                place: self.place(key.span()),
                value: value.get_ref(),
                at: self.place(value.span()),
            }
        };
        let mut entries: Vec<Entry<'a>> = table.iter().map(entry).collect();
        entries.sort_by_key(|entry| entry.place);
        entries
    }

    pub(crate) fn unknown_key(&mut self, entry: &Entry<'_>, within: &str, valid: &[&str]) {
        let what = format!("unknown key `{}` in {within}", entry.key);
        let mut help = hint(entry.key, valid.iter().copied());
        if help.is_empty() {
            help = format!("valid here: {}", valid.join(", "));
        }
        self.complain("settings::unknown-key", entry.place, &what, help);
    }

    pub(crate) fn wrong_type(&mut self, entry: &Entry<'_>, wanted: &str) {
        let what = format!("`{}` is {}, not {wanted}", entry.key, kind_of(entry.value));
        self.complain("settings::wrong-type", entry.at, &what, String::new());
    }

    pub(crate) fn wrong_value(&mut self, entry: &Entry<'_>, what: &str, help: String) {
        let what = format!("`{}`: {what}", entry.key);
        self.complain("settings::wrong-value", entry.at, &what, help);
    }

    /// A secret that stands where only a reference to it may. Never shows the value.
    pub(crate) fn literal_secret(&mut self, entry: &Entry<'_>) {
        let what = format!("`{}` holds a secret itself", entry.key);
        let help = String::from(
            "say where it is kept: `env:NAME`, `file:PATH` or `cmd:[\"program\", \"argument\"]`",
        );
        self.complain("settings::literal-secret", entry.place, &what, help);
    }

    pub(crate) fn table(&mut self, entry: &Entry<'a>) -> Option<&'a DeTable<'a>> {
        if let DeValue::Table(table) = entry.value {
            return Some(table);
        }
        self.wrong_type(entry, "a table");
        None
    }

    pub(crate) fn flag(&mut self, entry: &Entry<'_>) -> Option<bool> {
        if let DeValue::Boolean(flag) = entry.value {
            return Some(*flag);
        }
        self.wrong_type(entry, "`true` or `false`");
        None
    }

    /// A text that is not empty and carries no secret.
    pub(crate) fn string(&mut self, entry: &Entry<'_>) -> Option<String> {
        let DeValue::String(text) = entry.value else {
            self.wrong_type(entry, "a text");
            return None;
        };
        self.harmless(entry, text.as_ref())
    }

    /// A text that is only compared with the document, which may say anything.
    pub(crate) fn quote(&mut self, entry: &Entry<'_>) -> Option<String> {
        if let DeValue::String(text) = entry.value {
            return Some(text.as_ref().to_owned());
        }
        self.wrong_type(entry, "a text");
        None
    }

    /// A text, a number or a flag, as the text that stands in the file.
    pub(crate) fn scalar(&mut self, entry: &Entry<'_>) -> Option<String> {
        let Some(text) = scalar_text(entry.value) else {
            self.wrong_type(entry, "a text or a number");
            return None;
        };
        self.harmless(entry, &text)
    }

    fn harmless(&mut self, entry: &Entry<'_>, text: &str) -> Option<String> {
        if carries_secret(text) || (name_is_secret(entry.key) && is_literal(text)) {
            self.literal_secret(entry);
            return None;
        }
        if text.trim().is_empty() {
            self.wrong_value(entry, "it is empty", String::from("leave the key out instead"));
            return None;
        }
        Some(text.to_owned())
    }

    /// Where a secret is kept.
    pub(crate) fn reference(&mut self, entry: &Entry<'_>) -> Option<String> {
        let DeValue::String(text) = entry.value else {
            self.wrong_type(entry, "a text");
            return None;
        };
        if is_reference(text) {
            return Some(text.as_ref().to_owned());
        }
        self.literal_secret(entry);
        None
    }

    /// One scalar or a list of them.
    pub(crate) fn list(&mut self, entry: &Entry<'a>) -> Option<Vec<String>> {
        let DeValue::Array(items) = entry.value else {
            return self.scalar(entry).map(|one| vec![one]);
        };
        let mut list = Vec::new();
        for item in items.iter() {
            let at = self.place(item.span());
            let one = Entry { key: entry.key, place: entry.place, value: item.get_ref(), at };
            list.push(self.scalar(&one)?);
        }
        Some(list)
    }

    /// A whole number that is not negative.
    pub(crate) fn number(&mut self, entry: &Entry<'_>) -> Option<u32> {
        let read = scalar_text(entry.value).and_then(|text| text.parse().ok());
        if read.is_none() || matches!(entry.value, DeValue::Boolean(_)) {
            self.wrong_type(entry, "a whole number");
            return None;
        }
        read
    }
}

/// A complaint about a place of a settings file. The place is shown unless its line holds a secret.
pub(crate) fn complaint(
    text: &str,
    path: &str,
    code: &'static str,
    place: Place,
    what: &str,
    help: String,
) -> Diagnostic {
    let message = if place.line == 0 {
        what.to_owned()
    } else {
        format!("{what} ({path}:{}:{})", place.line, place.column)
    };
    let mut complaint = Diagnostic::new(code, Level::Error, place.line, message).help(help);
    let spread = text.get(place.span.start..place.span.end).map_or(0, |it| it.lines().count());
    let first = place.line.saturating_sub(1);
    let mut shown = text.lines().skip(first).take(spread.max(1));
    let secret = code == "settings::literal-secret" || shown.any(line_holds_secret);
    if !secret && place.line > 0 {
        complaint = complaint.at(place.span, "");
    }
    complaint
}

/// Whether a line of a settings file should not be printed.
fn line_holds_secret(line: &str) -> bool {
    let Some((key, value)) = line.split_once('=') else { return carries_secret(line) };
    let value = value.trim().trim_matches(['"', '\'', '{', ' ', '[']);
    carries_secret(value)
        || (name_is_secret(key) && is_literal(value.trim_end_matches(['"', '\'', '}', ' ', ']'])))
}

/// Line, column and bytes of a range.
pub(crate) fn place_of(text: &str, range: Range<usize>) -> Place {
    let start = floor(text, range.start);
    let end = floor(text, range.end).max(start);
    let before = text.get(..start).unwrap_or_default();
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let row = before.rsplit('\n').next().unwrap_or_default();
    Place { span: Span::new(start, end), line, column: row.chars().count() + 1 }
}

fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn scalar_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.as_ref().to_owned()),
        DeValue::Integer(number) if number.radix() == 10 => {
            Some(number.as_str().trim_start_matches('+').to_owned())
        }
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|it| it.to_string())
        }
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Datetime(time) => Some(time.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
