//! Every structural form that a checklist takes: one small document for each, and what it yields.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test that panics has failed, and a skipped one says so"
)]

mod support;

mod around;
mod bounds;
mod fences;
mod items;
mod sections;
mod tables;

use std::{collections::BTreeSet, fs, path::Path};

/// The parts of the page with the lists of their forms.
const PARTS: [&[&str]; 6] =
    [items::FORMS, sections::FORMS, fences::FORMS, tables::FORMS, around::FORMS, bounds::FORMS];

#[test]
fn there_is_one_test_for_each_form() {
    let all: Vec<&str> = PARTS.concat();
    assert_eq!(all.len(), 120);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 120);
}

#[test]
fn the_forms_are_those_of_the_page() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/spec/forms.md");
    let Ok(text) = fs::read_to_string(Path::new(page)) else {
        println!("skipped: {page} is absent");
        return;
    };
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let names = rows.filter_map(|row| row.split('|').nth(1)).map(str::trim);
    let named: Vec<String> =
        names.filter(|name| *name != "form").map(|name| name.replace('`', "")).collect();
    assert_eq!(PARTS.concat(), named);
}
