//! Where a checklist and the files beside it say different things.

use crate::{found::Repository, paper::Paper, place::Place};

mod count;
mod files;
mod hosts;
mod ports;
mod variables;
mod versions;

/// A line of a checklist that some file contradicts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contradiction {
    /// The checklist and the line in it.
    pub line: Place,
    /// What is said there, and what elsewhere.
    pub text: String,
    /// The files that say something else; none where something is missing.
    pub files: Vec<Place>,
}

/// All contradictions of a checklist, by line.
pub(crate) fn contradictions(paper: &Paper<'_>, all: &Repository) -> Vec<Contradiction> {
    let rows = paper.rows();
    let mut found = Vec::new();
    versions::find(paper, &rows, all, &mut found);
    hosts::find(paper, &rows, all, &mut found);
    ports::find(paper, &rows, all, &mut found);
    count::find(paper, &rows, all, &mut found);
    files::find(paper, all, &mut found);
    variables::find(paper, all, &mut found);
    for it in &mut found {
        it.files.sort();
        it.files.dedup();
    }
    found.sort();
    found.dedup();
    found
}

/// Words of a row, lower case, with the byte where each begins.
fn words(row: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in row.char_indices().chain([(row.len(), ' ')]) {
        let inside = c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let word = row.get(from..at).unwrap_or_default();
                let trimmed = word.trim_matches(['.', '-']);
                words.push((from, trimmed.to_lowercase()));
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    words
}
