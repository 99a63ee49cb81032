//! Comments that ignore a rule: on the row itself, or alone on the row above it or above its fence.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_model::{diagnostic::Diagnostic, text::Span};

use super::{RULES, finding, page::Page};
use crate::nearest::hint;

const MARK: &str = "holdpoint-lint:";

/// What is ignored where. The rule `""` stands for all of them.
pub(super) struct Ignored {
    rows: BTreeMap<usize, BTreeSet<String>>,
    strangers: Vec<Diagnostic>,
}

impl Ignored {
    pub(super) fn of(page: &Page<'_>) -> Self {
        let mut it = Self { rows: BTreeMap::new(), strangers: Vec::new() };
        let mut from = 0;
        while let Some(at) = page.text.get(from..).and_then(|rest| rest.find(MARK)) {
            from += at + MARK.len();
            it.read(page, from);
        }
        it
    }

    fn read(&mut self, page: &Page<'_>, from: usize) {
        let number = page.row_at(from);
        let row = page.row_span(number);
        let words = page.text.get(from..row.end.max(from)).unwrap_or_default();
        let words = words.split("-->").next().unwrap_or_default();
        let mut words = words.split([' ', '\t', ',']).filter(|word| !word.is_empty());
        if words.next() != Some("ignore") {
            return;
        }
        let mut rules: BTreeSet<String> = words.map(str::to_owned).collect();
        for word in rules.iter().filter(|word| !known(word)) {
            let at = page.text.get(from..).and_then(|rest| rest.find(word.as_str()));
            let span = at.map_or(row, |at| Span::new(from + at, from + at + word.len()));
            let help = hint(word, RULES.iter().map(|rule| rule.id));
            let message = format!("there is no rule `{word}`");
            self.strangers.push(finding(page, "lint::unknown-rule", span, message, &help));
        }
        if rules.is_empty() {
            rules.insert(String::new());
        }
        for number in covered(page, number) {
            self.rows.entry(number).or_default().extend(rules.iter().cloned());
        }
    }

    /// Whether findings of a rule on a row are not wanted.
    pub(super) fn covers(&self, rule: &str, row: usize) -> bool {
        let rules = self.rows.get(&row);
        rules.is_some_and(|rules| rules.contains(rule) || rules.contains(""))
    }

    /// Rules that comments name and that there are not.
    pub(super) fn strangers(&self) -> Vec<Diagnostic> {
        self.strangers.clone()
    }
}

/// Complaints of the parser and of the binder have names of their own.
fn known(word: &str) -> bool {
    word.contains("::") || RULES.iter().any(|rule| rule.id == word)
}

/// The rows that a comment on a row is about.
fn covered(page: &Page<'_>, number: usize) -> std::ops::RangeInclusive<usize> {
    let row = page.row_span(number);
    let said = page.visible.get(row.start..row.end).unwrap_or_default();
    if !said.trim().is_empty() {
        return number..=number;
    }
    let below = number + 1;
    match page.document.fences.iter().find(|fence| fence.number == below) {
        Some(fence) => number..=page.row_at(fence.span.end),
        None => number..=below,
    }
}
