use std::fs;

use holdpoint_document::{Form, parse};

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
