//! Contacts that nobody could reach anyone with.

use holdpoint_document::{Form, Line};
use holdpoint_model::{diagnostic::Diagnostic, line::Kind};

use super::{finding, page::Page, placeholder};

pub(super) fn find(page: &Page<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (line, plan) in page.lines().filter(|(_, plan)| plan.kind == Kind::Contact) {
        if let Some(what) = lacking(line) {
            let message = format!("{what} when it is needed");
            let help = "write a name and a number or address, or where the rota stands";
            found.push(finding(page, "lint::empty-contact", line.span, message, help));
        }
        // Its other lines speak for a parent without a value of its own.
        debug_assert_eq!(plan.line, line.number);
    }
    found
}

/// What a contact does not say.
fn lacking(line: &Line) -> Option<String> {
    match &line.form {
        Form::Row { header, cells } => {
            let ways: Vec<(&str, &str)> = header
                .iter()
                .map(String::as_str)
                .zip(cells.iter().map(String::as_str))
                .skip(1)
                .filter(|(head, _)| !has(head, &["availability", "escalat", "hours", "when"]))
                .collect();
            let empty = !ways.is_empty() && ways.iter().all(|(_, cell)| is_empty(cell));
            let role = cells.first().map(String::as_str).unwrap_or_default();
            empty.then(|| format!("nobody can reach `{}`", role.trim_matches(['*', ' '])))
        }
        Form::Field { fields } => {
            let (label, _) = fields.iter().find(|(_, value)| is_empty(value))?;
            Some(format!("nobody can reach `{label}`"))
        }
        Form::Box(_) | Form::Item => {
            let (label, value) = line.repaired.split_once(':')?;
            let sole = value.trim_matches(['*', ' ']);
            let parent = sole.is_empty() && line.repaired.trim_end().ends_with(':');
            (!parent && is_empty(sole))
                .then(|| format!("nobody can reach `{}`", label.trim_matches(['*', ' '])))
        }
        Form::Command { .. }
        | Form::Assignment { .. }
        | Form::Comment { .. }
        | Form::Choice { .. }
        | Form::Rule
        | Form::Title => None,
    }
}

fn has(text: &str, parts: &[&str]) -> bool {
    let text = text.to_lowercase();
    parts.iter().any(|part| text.contains(part))
}

/// Whether a value is a blank, a dash or a placeholder.
fn is_empty(value: &str) -> bool {
    let bare = value.trim_matches(['*', '`', ' ', '\t']);
    let blank = bare.chars().all(|c| matches!(c, '_' | '-' | '–' | '—' | '.' | '…' | '?' | ' '));
    if blank || has(bare, &["___"]) && !bare.contains('@') {
        return true;
    }
    let whole = [("[", "]"), ("<", ">"), ("(", ")"), ("{", "}")];
    let inner = whole
        .iter()
        .find_map(|(open, close)| bare.strip_prefix(open)?.strip_suffix(close))
        .unwrap_or_default();
    let tbd =
        matches!(bare.to_lowercase().as_str(), "tbd" | "tba" | "todo" | "n/a" | "none" | "xxx");
    tbd || (!inner.is_empty() && placeholder::is_blank_to_fill(inner))
}
