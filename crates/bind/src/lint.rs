//! What is wrong with a checklist by its text alone: pure rules, for a hook before a commit.

use std::collections::BTreeSet;

use holdpoint_document::Document;
use holdpoint_model::{
    diagnostic::{Diagnostic, Level},
    plan::Plan,
    text::Span,
};

use crate::lock::Lock;

mod command;
mod contact;
mod contradiction;
mod ignore;
mod link;
mod page;
mod placeholder;
mod rollback;
mod threshold;
mod unbound;
mod words;

use page::Page;
pub(crate) use placeholder::is_blank_to_fill;

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name on the command line and in comments.
    pub id: &'static str,
    /// How bad a finding is; places that only a person fills in make it milder.
    pub level: Level,
    /// What it finds.
    pub title: &'static str,
}

const fn rule(id: &'static str, level: Level, title: &'static str) -> Rule {
    Rule { id, level, title }
}

/// Every rule, in the order of their names.
pub const RULES: &[Rule] = &[
    rule("contradiction", Level::Warning, "the document gives one thing two values"),
    rule("dead-link", Level::Error, "a relative link leads to nothing"),
    rule("empty-contact", Level::Warning, "a contact says neither who nor how"),
    rule("endless-command", Level::Warning, "a command never ends by itself"),
    rule("missing-file", Level::Warning, "a file or script that is named is not there"),
    rule("no-unit", Level::Warning, "a threshold has no unit"),
    rule("placeholder", Level::Warning, "a value was never filled in"),
    rule("printed-secret", Level::Error, "a command prints secrets"),
    rule("relative-rollback", Level::Warning, "a way back names no absolute target"),
    rule("repository", Level::Warning, "a file of the repository says something else"),
    rule("unbound-line", Level::Warning, "a new line is not understood"),
    rule("unknown-rule", Level::Warning, "a comment ignores a rule that there is not"),
];

/// The rule of that name.
pub fn rule_of(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// What rules look at.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The parsed document.
    pub document: &'a Document,
    /// What its lines mean, one entry for each.
    pub plan: &'a Plan,
    /// What is pinned, where something is.
    pub lock: Option<&'a Lock>,
    /// Whether a path, relative to the folder of the document, leads to something.
    pub exists: &'a dyn Fn(&str) -> bool,
}

/// Something that a file of the repository says otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Disagreement<'a> {
    /// Physical line of the document, counted from one.
    pub line: usize,
    /// What is said there, and what elsewhere.
    pub text: &'a str,
    /// Where it is said otherwise, as people write places; none where something is missing.
    pub places: &'a [String],
}

/// Every finding, in the order of the text, without those that the document itself ignores.
pub fn lint(subject: &Subject<'_>, repository: &[Disagreement<'_>]) -> Vec<Diagnostic> {
    let page = Page::of(subject.document, subject.plan);
    let mut found = command::find(&page);
    found.extend(contact::find(&page));
    found.extend(contradiction::find(&page));
    found.extend(link::find(&page, subject.exists));
    found.extend(placeholder::find(&page));
    found.extend(rollback::find(&page, &found));
    found.extend(threshold::find(&page));
    found.extend(unbound::find(&page, subject));
    found.extend(repository.iter().map(|it| disagreement(&page, it)));
    let ignored = ignore::Ignored::of(&page);
    found.extend(ignored.strangers());
    found.retain(|it| !ignored.covers(rule_name(it), it.line));
    let mut found = placeholder::once_each(found);
    found.sort_by_key(|it| (place(it), it.code));
    let mut seen = BTreeSet::new();
    found.retain(|it| seen.insert((place(it), it.code, it.message.clone())));
    found
}

/// The name of the rule that made a finding; the whole code of a complaint that no rule made.
pub fn rule_name(it: &Diagnostic) -> &str {
    it.code.strip_prefix("lint::").unwrap_or(it.code)
}

fn place(it: &Diagnostic) -> (usize, usize) {
    (it.line, it.labels.first().map_or(0, |label| label.span.start))
}

/// A finding of a rule at a place of the page.
fn finding(
    page: &Page<'_>,
    code: &'static str,
    span: Span,
    message: String,
    help: &str,
) -> Diagnostic {
    let level = rule_of(code.strip_prefix("lint::").unwrap_or(code)).map(|rule| rule.level);
    let level = level.unwrap_or(Level::Warning);
    Diagnostic::new(code, level, page.row_at(span.start), message)
        .at(span, "")
        .help(help.to_owned())
}

fn disagreement(page: &Page<'_>, it: &Disagreement<'_>) -> Diagnostic {
    let span = named(page, it);
    if it.places.is_empty() {
        let help = "add it, correct its name, or take the line out";
        return finding(page, "lint::missing-file", span, it.text.to_owned(), help);
    }
    let message = format!("{}: {}", it.text, it.places.join(", "));
    let help = "correct the one that is wrong";
    finding(page, "lint::repository", span, message, help)
}

/// The part of a row that a disagreement speaks of: the longest of its words that stand there.
fn named(page: &Page<'_>, it: &Disagreement<'_>) -> Span {
    let whole = page.row_span(it.line);
    let row = page.text.get(whole.start..whole.end).unwrap_or_default();
    let telling = |word: &&str| word.contains(|c: char| c.is_ascii_digit() || c == '/' || c == '.');
    let words = it.text.split([' ', ',', ';', '`', ':']).filter(|word| 1 < word.len());
    let standing = words.filter(telling).filter_map(|word| Some((row.find(word)?, word)));
    match standing.max_by_key(|(_, word)| word.len()) {
        Some((at, word)) => Span::new(whole.start + at, whole.start + at + word.len()),
        None => whole,
    }
}

#[cfg(test)]
mod tests;
