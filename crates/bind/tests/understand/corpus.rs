//! Figures over other teams' documents.

use std::path::Path;

use holdpoint_bind::understand::understand;
use holdpoint_model::line::Binding;

use crate::support::{count, parameter, read, rows, same, share, shared};

/// Entries that only a person answers.
const HUMAN: [&str; 8] = [
    "signoff.approval",
    "attest.statement",
    "attest.briefing",
    "attest.training",
    "attest.review",
    "attest.report",
    "field.value",
    "choice.outcome",
];

#[derive(Default)]
struct Figures {
    labelled: usize,
    present: usize,
    machine: usize,
    covered: usize,
    asked: usize,
    bound: usize,
    bound_right: usize,
    others: usize,
    falsely: f64,
    values: usize,
    values_right: usize,
}

impl Figures {
    fn precision(&self) -> f64 {
        share(count(self.bound_right), self.bound)
    }

    fn print(&self, name: &str) {
        println!(
            "{name}: present {}/{}, precision {:.1} % of {}, coverage {:.1} % of {}, false claims {:.1} % of {}, asked {:.1} %, values {:.1} % of {}",
            self.present,
            self.labelled,
            self.precision(),
            self.bound,
            share(count(self.covered), self.machine),
            self.machine,
            share(self.falsely, self.others),
            self.others,
            share(count(self.asked), self.machine),
            share(count(self.values_right), self.values),
            self.values,
        );
    }
}

#[test]
fn other_teams_checklists() {
    let Some(folder) = shared("corpus") else { return };
    let labels = rows(&folder.join("dev.labels.tsv"));
    let mut all = Figures::default();
    for row in rows(&folder.join("dev.documents.tsv")) {
        let own: Vec<&Vec<String>> = labels.iter().filter(|label| label[0] == row[0]).collect();
        let path = folder.join(format!("dev/{}.md", row[0]));
        measure(&path, &own, &mut all);
    }
    all.print("dev");
    assert!(99.0 <= share(count(all.present), all.labelled));
    assert!(90.0 <= all.precision());
    assert!(38.0 <= share(count(all.covered), all.machine));
    assert!(share(all.falsely, all.others) <= 10.0);
    assert!(share(count(all.asked), all.machine) <= 15.0);
}

fn measure(path: &Path, labels: &[&Vec<String>], all: &mut Figures) {
    let document = read(path);
    let understood = understand(&document);
    for label in labels {
        all.labelled += 1;
        let number: usize = label[1].parse().unwrap();
        let Some(at) = document.lines.iter().position(|line| line.number == number) else {
            continue;
        };
        all.present += 1;
        let found = &understood[at];
        let id = found.checks.first().map_or("-", |it| it.id.as_str());
        let wanted: Vec<&str> = label[3].split('|').collect();
        let right = wanted.iter().any(|want| want.strip_prefix("want:").unwrap_or(want) == id);
        let is_machine = id != "-" && !HUMAN.contains(&id);
        let bound = found.state == Binding::Bound && is_machine;
        let decidable = matches!(label[2].as_str(), "check" | "command" | "watch" | "schedule");
        if bound {
            all.bound += 1;
            all.bound_right += usize::from(right);
            if !right {
                println!(
                    "{}:{number} {id}, not {} | {}",
                    label[0], label[3], document.lines[at].text
                );
            }
        }
        if decidable && !wanted[0].is_empty() && !wanted[0].starts_with("want:") {
            all.machine += 1;
            all.covered += usize::from(bound && right);
            all.asked += usize::from(matches!(found.state, Binding::Asked | Binding::Choice));
            if bound && right {
                for text in label[4].split("; ").filter(|text| !text.is_empty()) {
                    let (name, value) = parameter(text);
                    all.values += 1;
                    let read = found.checks[0].params.get(name);
                    all.values_right += usize::from(read.is_some_and(|it| same(it, value)));
                }
            }
        } else {
            all.others += 1;
            if bound && !right {
                all.falsely += 1.0;
            } else if found.state == Binding::Asked && is_machine && !right {
                all.falsely += 0.5;
            }
        }
    }
}
