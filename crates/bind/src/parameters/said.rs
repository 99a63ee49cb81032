//! Parameters that a word of a text sets, as the table of such words says.

use std::{collections::BTreeMap, sync::LazyLock};

use super::{Source, find_word};

static SAID: &str = include_str!("../../data/said.txt");
static ROWS: LazyLock<BTreeMap<&'static str, Vec<Row>>> = LazyLock::new(|| rows(SAID));

/// Words, any of which sets a parameter to a value.
struct Row {
    words: Vec<&'static str>,
    name: &'static str,
    value: &'static str,
}

fn rows(data: &'static str) -> BTreeMap<&'static str, Vec<Row>> {
    let lines = data.lines().filter(|line| !line.starts_with('#'));
    let split = lines.filter_map(|line| line.split_once(": "));
    split.map(|(id, rows)| (id, rows.split("; ").filter_map(row).collect())).collect()
}

fn row(text: &'static str) -> Option<Row> {
    let (words, set) = text.split_once(" = ")?;
    let (name, value) = set.split_once(' ')?;
    Some(Row { words: words.split(" | ").collect(), name, value })
}

/// Sets what no reader has set yet. Of values that exclude each other, such as the policies of a
/// cache, the first of the table that stands in the text holds.
pub(super) fn fill(id: &str, it: &mut Source<'_>) {
    let lower = it.text.to_lowercase();
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for row in ROWS.get(id).into_iter().flatten() {
        if !row.words.iter().any(|word| stands(&lower, word)) {
            continue;
        }
        match found.iter_mut().find(|(name, _)| *name == row.name) {
            Some((_, values)) if LISTS.contains(&row.name) => values.push(row.value),
            Some(_) => {}
            None => found.push((row.name, vec![row.value])),
        }
    }
    for (name, values) in found {
        it.fill(name, values.join(","));
    }
}

/// Parameters that hold several values.
const LISTS: [&str; 4] = ["rules", "set", "field", "alerts"];

fn stands(text: &str, word: &str) -> bool {
    if word.starts_with('(') { text.contains(word) } else { find_word(text, word).is_some() }
}

#[cfg(test)]
mod tests {
    use holdpoint_checks::heads::param_names;

    use super::{ROWS, SAID};
    use crate::parameters::labelled::one;

    #[test]
    fn every_row_names_an_entry_and_a_parameter_of_its_own() {
        let lines = SAID.lines().filter(|it| !it.starts_with('#') && !it.is_empty());
        assert_eq!(lines.count(), ROWS.len());
        for (id, rows) in ROWS.iter() {
            assert!(!rows.is_empty(), "{id} sets nothing");
            for row in rows {
                let known = param_names(id).iter().any(|it| it.name == row.name);
                assert!(known, "{id} has no parameter {}", row.name);
            }
        }
    }

    #[test]
    fn words_set_parameters() {
        let is = |id, text, name, value: &str| assert_eq!(one(id, text, name), value, "{text}");
        is(
            "docker.dockerfile",
            "Slim, multi-stage Dockerfile",
            "rules",
            "multi-stage,minimal-base",
        );
        is("deploy.running-version", "Previous version serves again", "expect", "previous");
        is("deploy.running-version", "New version serves", "expect", "");
        is("redis.eviction-policy", "Cache evicts by allkeys-lru", "policy", "allkeys-lru");
        is("metrics.series", "Share of errors (%)", "unit", "%");
        is("incident.record", "Reporter thanked", "field", "");
    }
}
