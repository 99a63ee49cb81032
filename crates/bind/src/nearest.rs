//! The nearest valid word to one that is not valid, for messages that show the way out.

use std::collections::BTreeSet;

/// Letters of a word that are compared; a longer text differs enough within them.
const LETTERS_MAX: usize = 160;

/// The candidate that is most like `word`, unless none is much like it.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = shape(word);
    let length = wanted.chars().count();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let offered = shape(candidate);
        let longer = length.max(offered.chars().count());
        let close = (longer / 3).max(1);
        let begins = length >= 3 && offered.starts_with(&wanted);
        let distance = strsim::osa_distance(&wanted, &offered);
        if (distance <= close || begins) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// "did you mean `x`?", or nothing.
pub fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map_or_else(String::new, |near| format!("did you mean `{near}`?"))
}

/// The candidate that shares most words with `text`, unless none shares a third of them.
pub fn nearest_text<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wanted = words(text);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let offered = words(candidate);
        let shared = wanted.intersection(&offered).count();
        let all = wanted.union(&offered).count().max(1);
        let share = shared * 100 / all;
        if share >= 33 && best.is_none_or(|(most, _)| most < share) {
            best = Some((share, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.take(LETTERS_MAX).map(str::to_lowercase).collect()
}

fn shape(word: &str) -> String {
    word.chars().take(LETTERS_MAX).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_word_that_was_meant() {
        let fields = ["url", "host", "port", "counts-as", "in-flight"];
        let near = |word| nearest(word, fields);
        assert_eq!(near("ulr"), Some("url"));
        assert_eq!(near("count-as"), Some("counts-as"));
        assert_eq!(near("counts"), Some("counts-as"));
        assert_eq!(near("IN-FLIGT"), Some("in-flight"));
        assert_eq!(near("certificate"), None);
        assert_eq!(nearest("x", []), None);
        assert_eq!(hint("prt", fields), "did you mean `port`?");
        assert_eq!(hint("certificate", fields), "");
        let texts = ["Port 80 (HTTP) accessible", "Port 443 (HTTPS) accessible", "HSTS on"];
        assert_eq!(nearest_text("Port 80 accessible", texts), Some(texts[0]));
        assert_eq!(nearest_text("Backups", texts), None);
    }
}
