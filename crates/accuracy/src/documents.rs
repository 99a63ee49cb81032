//! Reads whole checklists that were written with the meaning of each line beside it.
//!
//! A document begins with `#` and what sort of document it is, its language last; `@` gives the
//! headings of the lines below it; a line is `id, other id ~ text`, the best id first.

use std::{fmt::Write as _, fs, path::Path};

use crate::figures::{Label, is_machine};

/// Of the checklists every so many are measured, and never learned from.
const EVERY: usize = 4;

/// A checklist and what its lines mean.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) text: String,
    pub(crate) labels: Vec<Label>,
}

/// The checklists that are measured.
pub(crate) fn measured() -> Result<Vec<Written>, String> {
    Ok(all()?.into_iter().step_by(EVERY).collect())
}

/// The checklists that are learned from.
pub(crate) fn learned() -> Result<Vec<Written>, String> {
    let all = all()?.into_iter().enumerate();
    Ok(all.filter(|(at, _)| at % EVERY != 0).map(|(_, it)| it).collect())
}

/// Every checklist of the folder, in the order of the files.
fn all() -> Result<Vec<Written>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("documents");
    let entries = fs::read_dir(&folder).map_err(|it| format!("{}: {it}", folder.display()))?;
    let mut paths: Vec<_> = entries.filter_map(|it| Some(it.ok()?.path())).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it == "txt"));
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|it| format!("{}: {it}", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        read(&name, &text, &mut all).map_err(|it| format!("{}:{it}", path.display()))?;
    }
    Ok(all)
}

fn read(file: &str, text: &str, all: &mut Vec<Written>) -> Result<(), String> {
    let mut above: Vec<&str> = Vec::new();
    let mut count = 0;
    for (at, row) in text.lines().enumerate() {
        if let Some(sort) = row.strip_prefix("# ") {
            count += 1;
            above.clear();
            let language = sort.rsplit(", ").next().unwrap_or_default().to_owned();
            let name = format!("{file}-{count}");
            all.push(Written {
                name,
                language,
                text: "# Checklist\n".to_owned(),
                labels: Vec::new(),
            });
            continue;
        }
        let Some(own) = all.last_mut() else { return Err(format!("{}: no document", at + 1)) };
        if let Some(path) = row.strip_prefix('@') {
            let path: Vec<&str> = path.split(" > ").map(str::trim).collect();
            own.headings(&above, &path);
            above = path;
        } else if let Some((ids, text)) = row.split_once(" ~ ") {
            own.line(ids, text);
        } else {
            return Err(format!("{}: neither `# …`, `@ …` nor `id ~ text`", at + 1));
        }
    }
    Ok(())
}

impl Written {
    /// Writes those headings of a path that do not stand above already; the last one in any case.
    fn headings(&mut self, above: &[&str], path: &[&str]) {
        let same = above.iter().zip(path).take_while(|(a, b)| a == b).count();
        let from = same.min(path.len().saturating_sub(1));
        for (depth, heading) in path.iter().enumerate().skip(from) {
            let level = "#".repeat((depth + 2).min(6));
            write!(self.text, "\n{level} {heading}\n\n").expect("strings take text");
        }
    }

    fn line(&mut self, ids: &str, text: &str) {
        writeln!(self.text, "- [ ] {text}").expect("strings take text");
        let ids: Vec<String> = ids.split(", ").map(str::to_owned).collect();
        let first = ids.first().map_or("", String::as_str);
        let expect = match first {
            "none" => "none",
            _ if first.starts_with("step.") => "command",
            _ if is_machine(first) => "check",
            _ => "person",
        };
        self.labels.push(Label {
            document: self.name.clone(),
            number: self.text.lines().count(),
            expect: expect.to_owned(),
            ids: ids.into_iter().filter(|it| it != "none").collect(),
            params: String::new(),
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::{documents, examples};

    #[test]
    fn every_line_names_entries_of_the_catalog() {
        let written = documents::all().unwrap().into_iter().flat_map(|it| it.labels);
        let ids = written.flat_map(|it| it.ids);
        let ids = ids.chain(examples::all().unwrap().into_iter().flat_map(|it| it.ids));
        let known = |id: &str| id == "none" || holdpoint_checks::heads::head(id).is_some();
        let unknown: Vec<String> = ids.filter(|id| !known(id)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
