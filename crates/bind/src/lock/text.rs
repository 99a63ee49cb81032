//! The lock as text: written in one way, read strictly.

use std::{collections::BTreeMap, fmt::Write as _};

use holdpoint_model::{
    diagnostic::{Diagnostic, Level},
    limits,
    line::{Binding, Kind, Phase, Severity},
    text::quoted,
};
use serde::Deserialize;

use crate::{
    key::Key,
    lock::{Lock, Pin, SCHEMA},
    settings::place_of,
    understand::{Meaning, Understood},
};

const HEAD: &str = "# What `holdpoint plan` understood every line to mean. Review it, commit it; \
                    do not edit it.\n";

impl Lock {
    /// The text of the lock: the same lock gives the same bytes.
    pub fn write(&self) -> String {
        let mut text = String::from(HEAD);
        let put = "writing to a string cannot fail";
        writeln!(text, "schema = {SCHEMA}").expect(put);
        writeln!(text, "document = {}", quoted(&self.document)).expect(put);
        writeln!(text, "parsed-sha256 = {}", quoted(&self.parsed_sha256)).expect(put);
        if !self.revisions.is_empty() {
            text.push_str("\n[revisions]\n");
            for (id, revision) in &self.revisions {
                writeln!(text, "{} = {revision}", quoted(id)).expect(put);
            }
        }
        for pin in &self.lines {
            line(&mut text, pin);
        }
        text
    }

    /// Reads a lock, or says where it is broken. `path` is for messages only.
    pub fn read(text: &str, path: &str) -> Result<Self, Diagnostic> {
        let broken = |line, column, what: &str| {
            let message = format!("{what} ({path}:{line}:{column})");
            Diagnostic::new("lock::broken", Level::Error, line, message)
                .help(String::from("run `holdpoint plan` to write it anew, and review it"))
        };
        if text.len() > limits::DOCUMENT_BYTES_MAX {
            return Err(broken(1, 1, "the lock is larger than any document"));
        }
        let file: File = toml::from_str(text).map_err(|error| {
            let place = place_of(text, error.span().unwrap_or_default());
            let what = error.message().lines().next().unwrap_or("it is not TOML");
            broken(place.line, place.column, what).at(place.span, "")
        })?;
        if file.schema != SCHEMA {
            let what = format!("schema {} is not known to this version", file.schema);
            return Err(broken(1, 1, &what));
        }
        let mut lines = Vec::with_capacity(file.line.len());
        for row in file.line {
            let at = row.text.span();
            let pin = row.pin().map_err(|what| {
                let place = place_of(text, at);
                broken(place.line, place.column, &what).at(place.span, "")
            })?;
            lines.push(pin);
        }
        Ok(Self {
            document: file.document,
            parsed_sha256: file.parsed_sha256,
            revisions: file.revisions,
            lines,
        })
    }
}

fn line(text: &mut String, pin: &Pin) {
    let mut put = |name: &str, value: &str| {
        for part in [name, " = ", value, "\n"] {
            text.push_str(part);
        }
    };
    put("\n[[line]]\nsection", &list(&pin.key.section));
    if !pin.key.under.is_empty() {
        put("under", &quoted(&pin.key.under));
    }
    put("text", &quoted(&pin.key.text));
    if pin.key.nth > 1 {
        put("nth", &pin.key.nth.to_string());
    }
    let meaning = &pin.meaning;
    put("phase", &quoted(meaning.phase.word()));
    put("kind", &quoted(meaning.kind.word()));
    if let Some(severity) = meaning.severity {
        put("severity", &quoted(severity.word()));
    }
    put("state", &quoted(meaning.state.word()));
    if let Some(condition) = &meaning.condition {
        put("condition", &quoted(condition));
    }
    if let Some(command) = &pin.command {
        put("command", &quoted(command));
    }
    if !meaning.checks.is_empty() {
        let rows: Vec<String> = meaning.checks.iter().map(check).collect();
        put("checks", &format!("[\n{}]", rows.concat()));
    }
}

fn check(check: &Meaning) -> String {
    let mut row = format!("  {{ id = {}", quoted(&check.id));
    if !check.params.is_empty() {
        let pair =
            |(name, value): (&String, &String)| format!("{} = {}", bare(name), quoted(value));
        let pairs: Vec<String> = check.params.iter().map(pair).collect();
        row.push_str(", params = { ");
        row.push_str(&pairs.join(", "));
        row.push_str(" }");
    }
    if !check.because.is_empty() {
        row.push_str(", because = ");
        row.push_str(&list(&check.because));
    }
    row.push_str(" },\n");
    row
}

fn list(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(", "))
}

fn bare(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !key.is_empty() && key.chars().all(plain) { key.to_owned() } else { quoted(key) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    schema: u32,
    document: String,
    parsed_sha256: String,
    #[serde(default)]
    revisions: BTreeMap<String, u32>,
    #[serde(default)]
    line: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    section: Vec<String>,
    #[serde(default)]
    under: String,
    text: toml::Spanned<String>,
    #[serde(default = "first")]
    nth: usize,
    phase: Phase,
    kind: Kind,
    severity: Option<Severity>,
    state: Binding,
    condition: Option<String>,
    command: Option<String>,
    #[serde(default)]
    checks: Vec<CheckRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CheckRow {
    id: String,
    #[serde(default)]
    params: BTreeMap<String, String>,
    #[serde(default)]
    because: Vec<String>,
}

fn first() -> usize {
    1
}

impl Row {
    fn pin(self) -> Result<Pin, String> {
        if self.nth == 0 {
            return Err(String::from("`nth` counts from 1"));
        }
        if self.state == Binding::Bound && self.checks.is_empty() {
            return Err(String::from("a bound line names no check"));
        }
        let check =
            |row: CheckRow| Meaning { id: row.id, params: row.params, because: row.because };
        Ok(Pin {
            key: Key {
                section: self.section,
                under: self.under,
                text: self.text.into_inner(),
                nth: self.nth,
            },
            meaning: Understood {
                phase: self.phase,
                kind: self.kind,
                severity: self.severity,
                state: self.state,
                checks: self.checks.into_iter().map(check).collect(),
                condition: self.condition,
            },
            command: self.command,
        })
    }
}
