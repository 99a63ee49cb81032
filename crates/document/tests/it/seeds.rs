//! The reference checklists, line by line.

use std::fs;

use holdpoint_document::{Form, LineId, parse};

use crate::shared;

const SEEDS: [&str; 5] = ["000", "001", "002", "003", "004"];

#[test]
fn seeds_have_exactly_the_listed_lines() {
    let Some(folder) = shared("seeds") else { return };
    for seed in SEEDS {
        let document = parse(&fs::read(folder.join(format!("{seed}.md"))).unwrap());
        let listed = fs::read_to_string(folder.join(format!("{seed}.lines.tsv"))).unwrap();
        let wanted: Vec<(usize, String, String)> = listed
            .lines()
            .skip(1)
            .map(|row| {
                let mut cells = row.split('\t');
                let number = cells.next().unwrap().parse().unwrap();
                let section = cells.next().unwrap().to_owned();
                (number, section, cells.next().unwrap().to_owned())
            })
            .collect();
        let found: Vec<(usize, String, String)> = document
            .lines
            .iter()
            .map(|line| {
                let path = line.section.map(|it| document.path(it)).unwrap_or_default();
                let mut path = path.join(" > ");
                if line.form == Form::Title {
                    path = format!("{path} > {}", line.text);
                }
                (line.number, path, line.repaired.clone())
            })
            .collect();
        for (found, wanted) in found.iter().zip(&wanted) {
            assert_eq!(found, wanted, "seed {seed}");
        }
        assert_eq!(found.len(), wanted.len(), "seed {seed}");
    }
}

/// The physical lines of `9-11,13`.
fn numbers(list: &str) -> Vec<usize> {
    let of = |part: &str| -> Vec<usize> {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        (first.parse().expect("a number")..=last.parse().expect("a number")).collect()
    };
    list.split(',').flat_map(of).collect()
}

#[test]
fn seeds_nest_as_listed() {
    let Some(folder) = shared("seeds") else { return };
    let mut seen = 0;
    for seed in SEEDS {
        let document = parse(&fs::read(folder.join(format!("{seed}.md"))).unwrap());
        let listed = fs::read_to_string(folder.join(format!("{seed}.lines.tsv"))).unwrap();
        let number = |id: LineId| document.lines[id.0].number;
        for row in listed.lines().skip(1) {
            let cells: Vec<&str> = row.split('\t').collect();
            let line: usize = cells[0].parse().unwrap();
            let at = document.lines.iter().position(|it| it.number == line).unwrap();
            let facts = cells[5].split("; ").chain(cells[9].split("; "));
            for (name, value) in facts.filter_map(|fact| fact.split_once('=')) {
                if !value.starts_with(|c: char| c.is_ascii_digit()) {
                    continue;
                }
                if name == "parent" {
                    let parent = document.lines[at].parent.map(number);
                    assert_eq!(parent, Some(value.parse().unwrap()), "seed {seed} line {line}");
                    seen += 1;
                }
                if name == "children" {
                    let children: Vec<usize> = document.children(LineId(at)).map(number).collect();
                    assert_eq!(children, numbers(value), "seed {seed} line {line}");
                    seen += 1;
                }
            }
        }
    }
    assert!(200 < seen);
}
