//! Variables that the text names and the committed example lacks.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_document::Form;

use crate::{
    contradiction::Contradiction, found::Repository, names::is_variable, paper::Paper, place::Place,
};

/// Lines that are told one by one; a whole chapter of variables is one disagreement.
const LINES_MAX: usize = 3;

pub(super) fn find(paper: &Paper<'_>, all: &Repository, into: &mut Vec<Contradiction>) {
    let templates: Vec<_> = all.variables.iter().filter(|it| it.template).collect();
    if templates.iter().all(|it| it.names.is_empty()) {
        return;
    }
    let mut known: BTreeSet<&str> = BTreeSet::new();
    known.extend(all.variables.iter().flat_map(|it| &it.names).map(|it| it.0.as_str()));
    known.extend(all.services.iter().flat_map(|it| &it.variables).map(|it| it.0.as_str()));
    let mut missing: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for line in &paper.document.lines {
        for name in named(&line.form, &line.text) {
            if !known.contains(name.as_str()) && seen.insert(name.clone()) {
                missing.entry(line.number).or_default().insert(name);
            }
        }
    }
    let files: Vec<Place> = templates.iter().map(|it| Place::new(&it.file, 0)).collect();
    let shown: Vec<String> = files.iter().map(Place::to_string).collect();
    let shown = shown.join(", ");
    let Some((&first, _)) = missing.first_key_value() else { return };
    if LINES_MAX < missing.len() {
        let each = missing.iter().flat_map(|(line, names)| names.iter().map(move |it| (line, it)));
        let names: Vec<String> = each.map(|(line, name)| format!("{name} (line {line})")).collect();
        into.push(Contradiction {
            line: paper.at(first),
            text: format!("and below names variables that {shown} has not: {}", names.join(", ")),
            files,
        });
        return;
    }
    for (number, names) in missing {
        let names: Vec<String> = names.into_iter().collect();
        into.push(Contradiction {
            line: paper.at(number),
            text: format!("names {}; {shown} has no such variable", names.join(", ")),
            files: files.clone(),
        });
    }
}

/// Names of variables of a line: what it assigns, and what it has in code marks.
fn named(form: &Form, text: &str) -> Vec<String> {
    if let Form::Assignment { name, .. } = form {
        return vec![name.clone()];
    }
    if matches!(form, Form::Command { .. }) {
        return Vec::new();
    }
    let codes = text.split('`').skip(1).step_by(2);
    let names =
        codes.map(|code| code.split('=').next().unwrap_or_default().trim_start_matches('$'));
    names.filter(|name| is_variable(name)).map(str::to_owned).collect()
}
