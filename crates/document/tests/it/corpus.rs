//! Other teams' documents.

use std::{collections::BTreeMap, fs};

use holdpoint_document::parse;

use crate::shared;

#[test]
fn every_labelled_line_is_a_line() {
    let Some(folder) = shared("corpus") else { return };
    let labels = fs::read_to_string(folder.join("dev.labels.tsv")).unwrap();
    let mut wanted: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for row in labels.lines().skip(1) {
        let mut cells = row.split('\t');
        let document = cells.next().unwrap();
        wanted.entry(document).or_default().push(cells.next().unwrap().parse().unwrap());
    }
    let mut missing = Vec::new();
    for (name, numbers) in &wanted {
        let document = parse(&fs::read(folder.join(format!("dev/{name}.md"))).unwrap());
        for number in numbers {
            if !document.lines.iter().any(|line| line.number == *number) {
                missing.push(format!("{name}:{number}"));
            }
        }
    }
    assert!(!wanted.is_empty());
    assert_eq!(missing, Vec::<String>::new());
}
