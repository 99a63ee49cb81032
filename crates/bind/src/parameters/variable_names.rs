//! Which variables a line names, or what belongs to it.

use std::collections::BTreeSet;

use super::{Source, span};
use crate::{
    line_form,
    meaning::distinct,
    nouns,
    values::{What, is_variable, values},
};

/// Letters before a name in which it is banned.
const LEAD_MAX: usize = 16;

/// The names that the line itself says, each once.
pub(super) fn named(it: &Source<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for value in &it.scan.values {
        let name = match value.what {
            What::Variable => value.text.clone(),
            What::Assignment => value.text.split('=').next().unwrap_or_default().to_owned(),
            What::Number
            | What::Percent
            | What::Size
            | What::Duration
            | What::Version
            | What::Code
            | What::Port
            | What::Path
            | What::Document
            | What::Url
            | What::Host
            | What::Blank => continue,
        };
        let behind =
            it.text.get(value.end..).unwrap_or_default().trim_start_matches(['`', '*', ' ']);
        if behind.starts_with("unset") || is_banned(it.text, value.start) {
            continue;
        }
        let name = match names.last().filter(|_| name.starts_with('_')) {
            Some(last) => spelled_out(last, &name),
            None => name,
        };
        names.push(name);
    }
    if names.is_empty() { names } else { listed(it.text, distinct(names)) }
}

/// "without `X`" says of another thing that it must not be.
fn is_banned(text: &str, start: usize) -> bool {
    let head = text.get(..start).unwrap_or_default().trim_end_matches(['`', '*', ' ']);
    let head = line_form::ending(head, LEAD_MAX).to_lowercase();
    let words = ["without", "instead of", "not", "ohne", "sin", "без"];
    words.iter().any(|word| head.strip_suffix(word).is_some_and(|it| it.ends_with(' ')))
}

/// `A_PUBLIC_KEY`/`_PRIVATE_KEY`: the second in full.
fn spelled_out(first: &str, ending: &str) -> String {
    let count = ending.split('_').filter(|it| !it.is_empty()).count();
    let parts: Vec<&str> = first.split('_').collect();
    let kept = parts.get(..parts.len().saturating_sub(count)).unwrap_or_default();
    if kept.is_empty() { ending.to_owned() } else { format!("{}{ending}", kept.join("_")) }
}

/// Adds the words in capitals that stand in one list with variables: `(DB_URL, PORT)`.
fn listed(text: &str, found: Vec<String>) -> Vec<String> {
    let known: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let mut names: Vec<String> = Vec::new();
    for group in text.split(['(', ')', '（', '）', ':', '：']) {
        let item = |text: &'_ str| text.trim().trim_start_matches(['`', '*']).to_owned();
        let items: Vec<String> = group.split([',', '、', '，']).map(item).collect();
        let bare = |item: &String| {
            let plain = span::bare(item);
            if item.trim_end_matches('`').ends_with("_*") {
                format!("{plain}*")
            } else {
                plain.to_owned()
            }
        };
        let items: Vec<String> = items.iter().map(bare).collect();
        let beside = items.iter().any(|item| known.contains(item.as_str()));
        for item in items {
            let plain = beside && item.len() <= 24 && is_variable(&item, true);
            if plain || known.contains(item.as_str()) {
                names.push(item);
            }
        }
    }
    names.extend(found);
    distinct(names)
}

/// The names in the bullets and in the fence that belong to the line.
pub(super) fn nested(it: &Source<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for bullet in &it.below {
        let lead = values(bullet).into_iter().find(|value| {
            let head = bullet.get(..value.start).unwrap_or_default();
            !head.contains(char::is_alphanumeric)
        });
        match lead {
            Some(value) if value.what == What::Variable => names.push(value.text),
            Some(value) if value.what == What::Assignment => {
                names.push(value.text.split('=').next().unwrap_or_default().to_owned());
            }
            _ => {}
        }
    }
    if names.is_empty() {
        for row in it.fence.unwrap_or_default().lines() {
            if let Some(name) = assigned_in(row) {
                names.push(name.to_owned());
            }
        }
    }
    distinct(names)
}

/// The variable that a line of a file, or of a shell, sets.
fn assigned_in(row: &str) -> Option<&str> {
    let mut row = row.trim();
    for lead in ["export ", "set ", "ENV ", "$env:", "- "] {
        row = row.strip_prefix(lead).unwrap_or(row);
    }
    let spelled = |(name, _): &(&str, &str)| name.contains('_');
    let (name, _) = row.split_once('=').or_else(|| row.split_once(": ").filter(spelled))?;
    let name = name.trim();
    let good = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && (name.contains('_') || name.bytes().all(|b| !b.is_ascii_lowercase()));
    let known = nouns::table("acronyms").iter().any(|(word, _)| *word == name);
    (good && !known && 2 < name.len()).then_some(name)
}
