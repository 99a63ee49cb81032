//! Values that everybody knows: common passwords, and the defaults of services and frameworks.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

/// Sections begin with `[name]`; then one value a line.
const TEXT: &str = include_str!("listed.txt");

/// Characters of the longest listed word that is looked for inside other values.
pub(crate) const WORD_CHARS_MAX: usize = 24;
/// Characters of the shortest.
const WORD_CHARS_MIN: usize = 4;

/// Section by value in lower case.
static LIST: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let mut list = BTreeMap::new();
    let mut section = "";
    for line in TEXT.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        } else if !line.is_empty() {
            list.entry(line.to_lowercase()).or_insert(section);
        }
    }
    list
});

/// The values that are looked for inside others.
static WORDS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let fits = |word: &str| (WORD_CHARS_MIN..=WORD_CHARS_MAX).contains(&word.chars().count());
    LIST.keys().map(String::as_str).filter(|word| fits(word)).collect()
});

/// The list that holds a value, or what the value repeats.
pub(crate) fn list_of(value: &str) -> Option<&'static str> {
    let lower = value.trim().to_lowercase();
    LIST.get(&lower).copied().or_else(|| repeated(&lower))
}

/// A listed value written several times, with or without a sign between, cut off or not.
fn repeated(value: &str) -> Option<&'static str> {
    let chars: Vec<char> = value.chars().collect();
    let longest = (chars.len() / 2).min(WORD_CHARS_MAX * 2);
    (1..=longest).find_map(|period| {
        let unit: String = chars.iter().take(period).collect();
        let listed = LIST.get(unit.trim_end_matches(['-', '_', '.', ' ', '/', ':']))?;
        let periodic = chars.iter().zip(chars.iter().skip(period)).all(|(a, b)| a == b);
        periodic.then_some(*listed)
    })
}

/// Characters of each listed word that a text begins with.
pub(crate) fn words_at(text: &str) -> Vec<usize> {
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.enumerate()
        .filter(|(count, end)| {
            WORD_CHARS_MIN <= *count && text.get(..*end).is_some_and(|word| WORDS.contains(word))
        })
        .map(|(count, _)| count)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        for value in ["redis", "Password", "minioadmin", "changeit", "postgres", "CHANGEME"] {
            assert!(list_of(value).is_some(), "{value}");
        }
        for value in ["passwordpassword", "redis-redis-redis", "changeme-changeme-cha"] {
            assert!(list_of(value).is_some(), "{value}");
        }
        for value in ["", "production", "kX9-unlikely-value", "redis://cache"] {
            assert_eq!(list_of(value), None, "{value}");
        }
    }

    #[test]
    fn the_list_is_in_order() {
        assert!(300 <= LIST.len(), "{}", LIST.len());
        let sections: BTreeSet<&str> = LIST.values().copied().collect();
        assert_eq!(
            sections.into_iter().collect::<Vec<_>>(),
            ["common passwords", "framework defaults", "service defaults"]
        );
    }

    #[test]
    fn words_inside() {
        assert_eq!(words_at("password1x"), [4, 8, 9]);
    }
}
