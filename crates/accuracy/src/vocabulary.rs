//! Which entries of the vocabulary only one document uses: what was learned by heart.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::examples;

/// Entries of the vocabulary: a class of words and a term, which may go on if it ends in a star.
static DATA: &str = include_str!("../../bind/data/concepts.txt");
/// How many of the entries may be used by one document only, in per cent.
pub(crate) const SINGLE_MAX: f64 = 5.0;

/// How many entries there are, and those that one document alone uses.
pub(crate) struct Singles {
    pub(crate) entries: u32,
    pub(crate) unused: u32,
    pub(crate) single: Vec<String>,
}

/// Counts, over the documents of some folders, where each entry stands. One that an example line
/// of ours has too was not taken from a single document.
pub(crate) fn singles(folders: &[PathBuf]) -> Singles {
    let read = |folder: &Path| -> Vec<String> {
        files(folder).iter().filter_map(|it| fs::read_to_string(it).ok()).map(even).collect()
    };
    let texts: Vec<String> = folders.iter().flat_map(|it| read(it)).collect();
    let own = read(&examples::folder()).join("\n");
    let mut found = Singles { entries: 0, unused: 0, single: Vec::new() };
    for line in DATA.lines().filter(|it| !it.starts_with('#')) {
        let Some((class, terms)) = line.split_once(':') else { continue };
        for term in terms.split(", ").map(str::trim).filter(|it| !it.is_empty()) {
            found.entries += 1;
            let (stem, open) = term.strip_suffix('*').map_or((term, false), |it| (it, true));
            let stem = even(stem.to_owned());
            match texts.iter().filter(|text| stands(text, &stem, open)).take(2).count() {
                0 => found.unused += 1,
                1 if stands(&own, &stem, open) => {}
                1 => found.single.push(format!("{class}: {term}")),
                _ => {}
            }
        }
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut all: Vec<PathBuf> = entries.map(|it| it.path()).collect();
    all.retain(|it| it.extension().is_some_and(|it| it == "md" || it == "txt"));
    all.sort();
    all
}

/// As the vocabulary compares: lower case, hyphens as blanks.
fn even(text: String) -> String {
    text.to_lowercase().replace('-', " ")
}

/// Whether a term stands in a text at the borders of words.
fn stands(text: &str, term: &str, open: bool) -> bool {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && c.is_ascii());
    text.match_indices(term).any(|(at, _)| {
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        let behind = text.get(at + term.len()..).and_then(|it| it.chars().next());
        let begins = !word(before) || !term.starts_with(|c: char| c.is_ascii());
        let ends = open || !word(behind) || !term.ends_with(|c: char| c.is_ascii());
        begins && ends
    })
}
