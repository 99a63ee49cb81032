//! Phase, kind and id of every line of the reference checklists.

use holdpoint_bind::understand::understand;
use holdpoint_model::line::Binding;

use crate::support::{count, parameter, read, rows, same, share, shared};

const SEEDS: [&str; 5] = ["000", "001", "002", "003", "004"];

#[derive(Default)]
struct Figures {
    rows: usize,
    phases: usize,
    kinds: usize,
    ids: usize,
    bound: usize,
    bound_right: usize,
    values: usize,
    values_right: usize,
}

#[test]
fn phases_kinds_and_entries_of_the_seeds() {
    let Some(folder) = shared("seeds") else { return };
    let mut all = Figures::default();
    for seed in SEEDS {
        let document = read(&folder.join(format!("{seed}.md")));
        let understood = understand(&document);
        assert_eq!(understood.len(), document.lines.len());
        for row in rows(&folder.join(format!("{seed}.lines.tsv"))) {
            all.rows += 1;
            let number: usize = row[0].parse().unwrap();
            let at = document.lines.iter().position(|line| line.number == number).unwrap();
            let found = &understood[at];
            let phase = row[9].split(';').find_map(|note| note.trim().strip_prefix("phase="));
            let phase = found.phase.word() == phase.unwrap();
            // The truth writes a bold parent as a probe that binds the fold over its children.
            let fold = row[3] == "probe" && row[4] == "meta.rollup";
            let kind = found.kind.word() == row[3] || fold && found.kind.word() == "group";
            all.phases += usize::from(phase);
            all.kinds += usize::from(kind);
            let primary = found.checks.first().filter(|_| found.state != Binding::Choice);
            let right = primary.is_some_and(|it| it.id == row[4]);
            all.ids += usize::from(right);
            if found.state == Binding::Bound {
                all.bound += 1;
                all.bound_right += usize::from(right);
            }
            if !(phase && kind && right) {
                let id = primary.map_or("-", |it| it.id.as_str());
                let state = found.state.word();
                println!("{seed}:{number} {state} {id}, not {} | {}", row[4], row[2]);
            }
            if let Some(found) = primary.filter(|_| right) {
                let stated = row[5]
                    .split("; ")
                    .filter(|text| !row[5].starts_with("cmd=") && stands(text, &row[2]));
                for text in stated {
                    let (name, value) = parameter(text);
                    all.values += 1;
                    all.values_right +=
                        usize::from(found.params.get(name).is_some_and(|it| same(it, value)));
                }
            }
        }
    }
    let of = |part: usize| share(count(part), all.rows);
    println!(
        "seeds: {} rows, phase {:.1} %, kind {:.1} %, primary id {:.1} %, bound right {:.1} % of {}, values {:.1} % of {}",
        all.rows,
        of(all.phases),
        of(all.kinds),
        of(all.ids),
        share(count(all.bound_right), all.bound),
        all.bound,
        share(count(all.values_right), all.values),
        all.values,
    );
    assert_eq!(all.rows, 906);
    assert!(99.0 <= of(all.phases) && 99.0 <= of(all.kinds) && 97.0 <= of(all.ids));
    assert!(98.0 <= share(count(all.bound_right), all.bound));
    assert!(95.0 <= share(count(all.values_right), all.values));
}

/// Whether a parameter of the truth is one that the text itself states.
fn stands(text: &str, line: &str) -> bool {
    let (name, value) = parameter(text);
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let core = value.trim_start_matches(['<', '>', '=']).to_lowercase();
    let inner = matches!(
        name,
        "children"
            | "body"
            | "when"
            | "backed-by"
            | "type"
            | "mode"
            | "scope"
            | "fields"
            | "subject"
    );
    !inner
        && !core.is_empty()
        && (line.to_lowercase().contains(&core)
            || !digits(&core).is_empty() && digits(line).contains(&digits(&core)))
}
