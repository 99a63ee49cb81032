//! The figures of checklists whose every line has a row: phase, kind, primary entry, and the
//! parameters that stand in the line.

use std::{
    fs,
    path::{Path, PathBuf},
};

use holdpoint_bind::understand::{Meaning, Understood, understand};
use holdpoint_document::parse;
use holdpoint_model::line::Binding;

use crate::{
    figures::{Counts, Label, share},
    values,
};

/// Parameters whose value the label puts in its own words, where the line says it in others.
const OWN_WORDS: [&str; 9] =
    ["children", "body", "when", "backed-by", "type", "mode", "scope", "fields", "subject"];

#[derive(Default)]
struct Sums {
    rows: u32,
    phases: u32,
    kinds: u32,
    ids: u32,
    values: Counts,
}

/// Prints the figures of a folder of such checklists, `NAME.md` beside `NAME.lines.tsv`.
pub(crate) fn print(folder: &Path, notes: bool) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(wrong)?;
    let mut tables: Vec<PathBuf> = entries.filter_map(|it| Some(it.ok()?.path())).collect();
    tables.retain(|it| it.to_string_lossy().ends_with(".lines.tsv"));
    tables.sort();
    let (mut sums, mut said) = (Sums::default(), Vec::new());
    for table in tables {
        let name = table.file_name().unwrap_or_default().to_string_lossy();
        let name = name.trim_end_matches(".lines.tsv").to_owned();
        let bytes = fs::read(folder.join(format!("{name}.md"))).map_err(wrong)?;
        let document = parse(&bytes);
        let found = understand(&document);
        for row in fs::read_to_string(&table).map_err(wrong)?.lines().skip(1) {
            let cells: Vec<&str> = row.split('\t').collect();
            let number = cells.first().and_then(|it| it.parse::<usize>().ok());
            let at = document.lines.iter().position(|it| Some(it.number) == number);
            if let Some(found) = at.and_then(|at| found.get(at)) {
                count(&name, &cells, found, &mut sums, &mut said);
            } else {
                sums.rows += 1;
            }
        }
    }
    let of = |part| share(part, sums.rows);
    println!("seeds · {} lines", sums.rows);
    println!(
        "  phase {:.1}  kind {:.1}  primary id {:.1}  values {:.1} of {}",
        of(sums.phases),
        of(sums.kinds),
        of(sums.ids),
        sums.values.values_share(),
        sums.values.values
    );
    said.iter().filter(|_| notes).for_each(|note| println!("{note}"));
    Ok(())
}

fn count(name: &str, cells: &[&str], found: &Understood, sums: &mut Sums, said: &mut Vec<String>) {
    let [number, _, text, kind, id, params, .., notes] = cells else { return };
    sums.rows += 1;
    let phase = notes.split(';').find_map(|note| note.trim().strip_prefix("phase="));
    sums.phases += u32::from(phase == Some(found.phase.word()));
    // A bold parent is told as a probe that folds its children.
    let fold = *kind == "probe" && *id == "meta.rollup" && found.kind.word() == "group";
    sums.kinds += u32::from(*kind == found.kind.word() || fold);
    let primary = found.checks.first().filter(|_| found.state != Binding::Choice);
    let Some(check) = primary.filter(|it| it.id == *id) else {
        said.push(format!("{name}:{number} {}: {id} | {text}", found.state.word()));
        return;
    };
    sums.ids += 1;
    if !params.starts_with("cmd=") {
        compare(name, cells, check, sums, said);
    }
}

/// Compares the parameters whose values the line itself states.
fn compare(name: &str, cells: &[&str], check: &Meaning, sums: &mut Sums, said: &mut Vec<String>) {
    let [number, _, text, kind, id, params, ..] = cells else { return };
    let stated: Vec<&str> = params.split("; ").filter(|it| stands(it, text)).collect();
    let label = Label {
        document: name.to_owned(),
        number: number.parse().unwrap_or(0),
        expect: (*kind).to_owned(),
        ids: vec![(*id).to_owned()],
        params: stated.join("; "),
    };
    values::compare(&label, check, &mut sums.values, said, text);
}

fn stands(stated: &str, line: &str) -> bool {
    let (name, value) = stated.split_at(stated.find(['<', '>', '=']).unwrap_or(stated.len()));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let core = value.trim_start_matches(['<', '>', '=']).to_lowercase();
    !OWN_WORDS.contains(&name)
        && !core.is_empty()
        && (line.to_lowercase().contains(&core)
            || !digits(&core).is_empty() && digits(line).contains(&digits(&core)))
}
