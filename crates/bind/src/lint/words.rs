//! The words of the rules: lists, and rows of commands, read from one table.

use std::{collections::BTreeMap, sync::LazyLock};

static DATA: &str = include_str!("../../data/lint.txt");
static SECTIONS: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> =
    LazyLock::new(|| sections(DATA));

fn sections(data: &'static str) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut sections: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut name = "";
    for row in data.lines().map(str::trim) {
        if row.is_empty() || row.starts_with("# ") {
            continue;
        }
        match row.strip_prefix('[').and_then(|row| row.strip_suffix(']')) {
            Some(section) => name = section,
            None => sections.entry(name).or_default().push(row),
        }
    }
    sections
}

/// The rows of a section.
pub(super) fn rows(section: &str) -> &'static [&'static str] {
    SECTIONS.get(section).map(Vec::as_slice).unwrap_or_default()
}

/// The words of a section, several on a row.
pub(super) fn words(section: &str) -> impl Iterator<Item = &'static str> {
    rows(section).iter().flat_map(|row| row.split_whitespace())
}

/// Whether a section lists exactly this word.
pub(super) fn lists(section: &str, word: &str) -> bool {
    words(section).any(|it| it == word)
}

/// A word under the name that it is compared by: `postgres` is `postgresql`.
pub(super) fn alias(word: &str) -> &str {
    let known = rows("aliases").iter().filter_map(|row| row.split_once(' '));
    known.into_iter().find(|(from, _)| *from == word).map_or(word, |(_, to)| to)
}

/// The first place in `text`, lower case, at which `phrase` stands as words of its own.
pub(super) fn find_phrase(text: &str, phrase: &str) -> Option<usize> {
    // Scripts without blanks have no words of their own to look for.
    let within = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let found = text.match_indices(phrase).find(|(at, _)| {
        let before = text.get(..*at).and_then(|it| it.chars().next_back());
        let after = text.get(at + phrase.len()..).and_then(|it| it.chars().next());
        !before.is_some_and(within) && !after.is_some_and(within)
    });
    found.map(|(at, _)| at)
}

/// A text in lower case in which every byte keeps its place.
pub(super) fn lower(text: &str) -> String {
    let keep = |c: char| {
        let small: String = c.to_lowercase().collect();
        if small.len() == c.len_utf8() { small } else { c.to_string() }
    };
    text.chars().map(keep).collect()
}
