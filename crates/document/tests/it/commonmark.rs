//! Held against a CommonMark parser.

use std::{collections::BTreeSet, fs};

use holdpoint_document::{Document, Form, parse};
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::shared;

/// Physical lines on which CommonMark sees a list item.
fn items(text: &str) -> BTreeSet<usize> {
    let mut fence = 0_usize;
    let mut found = BTreeSet::new();
    // An item in code, were there one, would be none.
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => fence += 1,
            Event::Start(Tag::Item) if fence == 0 => {
                let before = text.as_bytes().iter().take(range.start);
                found.insert(1 + before.filter(|byte| **byte == b'\n').count());
            }
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => fence -= 1,
            Event::Start(_)
            | Event::End(_)
            | Event::Text(_)
            | Event::Code(_)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::Rule
            | Event::TaskListMarker(_) => {}
        }
    }
    found
}

fn ours(document: &Document) -> BTreeSet<usize> {
    let items = document.lines.iter().filter(|line| match &line.form {
        Form::Box(_) | Form::Item => true,
        Form::Command { .. }
        | Form::Assignment { .. }
        | Form::Comment { .. }
        | Form::Row { .. }
        | Form::Field { .. }
        | Form::Choice { .. }
        | Form::Rule
        | Form::Title => false,
    });
    items.map(|line| line.number).collect()
}

#[test]
fn items_are_those_of_commonmark() {
    let mut files = Vec::new();
    for part in ["seeds", "corpus/dev"] {
        let Some(folder) = shared(part) else { return };
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|it| it == "md") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut odd = Vec::new();
    let mut all = 0;
    for path in files {
        let raw = fs::read(&path).unwrap();
        let text = String::from_utf8(raw).unwrap();
        let document = parse(text.as_bytes());
        let choices: BTreeSet<usize> = document
            .lines
            .iter()
            .filter(|line| matches!(line.form, Form::Choice { .. }))
            .map(|line| line.number)
            .collect();
        let (theirs, ours) = (items(&text), ours(&document));
        all += theirs.len();
        for line in theirs.symmetric_difference(&ours).filter(|it| !choices.contains(it)) {
            let side = if theirs.contains(line) { "missing" } else { "more" };
            let words = text.split('\n').nth(line - 1).unwrap_or_default();
            odd.push(format!("{side} {}:{line} {words}", path.file_name().unwrap().display()));
        }
    }
    assert!(1_000 < all);
    assert_eq!(odd, Vec::<String>::new());
}
