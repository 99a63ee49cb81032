//! One checklist in two languages means the same, line for line.

use holdpoint_bind::understand::{Understood, understand};
use holdpoint_document::parse;

const ENGLISH: &str = include_str!("english.md");
const KOREAN: &str = include_str!("korean.md");

/// Physical line and text of each line, with what it means.
fn read(text: &str) -> Vec<(usize, String, Understood)> {
    let document = parse(text.as_bytes());
    let means = understand(&document);
    let lines = document.lines.into_iter().zip(means);
    lines.map(|(line, means)| (line.number, line.repaired, means)).collect()
}

fn told(means: &Understood) -> String {
    let id = means.checks.first().map_or("-", |check| check.id.as_str());
    format!("{} {} {} {id}", means.phase.word(), means.kind.word(), means.state.word())
}

#[test]
fn korean_means_what_english_means() {
    let (english, korean) = (read(ENGLISH), read(KOREAN));
    let numbers = |all: &[(usize, String, Understood)]| -> Vec<usize> {
        all.iter().map(|(number, ..)| *number).collect()
    };
    assert_eq!(numbers(&english), numbers(&korean));
    assert!(50 <= english.len());
    let pairs = english.iter().zip(&korean);
    let differ: Vec<String> = pairs
        .filter(|((.., one), (.., other))| told(one) != told(other))
        .map(|((number, text, one), (_, twin, other))| {
            format!("{number}: {text}: {} | {twin}: {}", told(one), told(other))
        })
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
