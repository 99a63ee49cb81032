//! Words of texts and what they are called in parameters, read from data files.

use std::{collections::BTreeMap, sync::LazyLock};

static NOUNS: &str = include_str!("../data/nouns.txt");
static VALUES: &str = include_str!("../data/values.txt");
static TABLES: LazyLock<BTreeMap<&'static str, Table>> = LazyLock::new(|| {
    let mut all = tables(NOUNS);
    all.append(&mut tables(VALUES));
    all
});

/// A word, and its name in parameters.
type Noun = (&'static str, &'static str);
type Table = Vec<Noun>;

/// The table of that name, which must be there.
pub(crate) fn table(name: &str) -> &'static [Noun] {
    TABLES.get(name).unwrap_or_else(|| panic!("no table of nouns is named {name}"))
}

fn tables(data: &'static str) -> BTreeMap<&'static str, Table> {
    let lines = data.lines().filter(|line| !line.starts_with('#'));
    let split = lines.filter_map(|line| line.split_once(": "));
    split.map(|(name, list)| (name, list.split(", ").map(noun).collect())).collect()
}

fn noun(text: &'static str) -> Noun {
    text.split_once(" = ").unwrap_or((text, text))
}
