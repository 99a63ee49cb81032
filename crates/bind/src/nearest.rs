//! The nearest valid word to one that is not valid, for messages that show the way out.

use std::collections::BTreeSet;

/// Letters of a word that are compared; a longer text differs enough within them.
const LETTERS_MAX: usize = 160;

/// Candidates that are shown at most.
const SHOWN_MAX: usize = 3;

/// The candidate that is most like `word`, unless none is much like it.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    several(word, candidates).first().copied()
}

/// The candidates that `word` may stand for, the most likely one first: a slip of a letter or two;
/// else those that begin with it; else those that are somewhat like it, that have a part for each
/// of its parts (`tls.served`), or that hold it. Only candidates that are like it in the same way.
pub fn several<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = shape(word);
    let mut ranked: Vec<(Likeness, usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let offered = shape(candidate);
            let distance = strsim::osa_distance(&wanted, &offered);
            Some((likeness(&wanted, &offered, distance)?, distance, candidate))
        })
        .collect();
    ranked.sort_by_key(|(likeness, distance, _)| (*likeness, *distance));
    let Some((best, least, _)) = ranked.first().copied() else { return Vec::new() };
    let measured = matches!(best, Likeness::Slip | Likeness::Near);
    let same = ranked.into_iter().take_while(|(likeness, distance, _)| {
        *likeness == best && (!measured || *distance == least)
    });
    same.take(SHOWN_MAX).map(|(_, _, candidate)| candidate).collect()
}

/// In which way a candidate is like a word, the likeliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    Slip,
    Begins,
    Near,
    Parts,
    Holds,
}

fn likeness(wanted: &str, offered: &str, distance: usize) -> Option<Likeness> {
    let length = wanted.chars().count();
    let close = (length.max(offered.chars().count()) / 3).max(1);
    let enough = 3 <= length;
    if distance <= close.min(2) {
        Some(Likeness::Slip)
    } else if enough && offered.starts_with(wanted) {
        Some(Likeness::Begins)
    } else if distance <= close {
        Some(Likeness::Near)
    } else if enough && has_parts(wanted, offered) {
        Some(Likeness::Parts)
    } else {
        (enough && offered.contains(wanted)).then_some(Likeness::Holds)
    }
}

/// Whether each part of a word begins a part of the candidate, in the same order.
fn has_parts(wanted: &str, offered: &str) -> bool {
    let split = |c: char| !c.is_alphanumeric();
    let mut parts = wanted.split(split).filter(|part| !part.is_empty()).peekable();
    let mut offered = offered.split(split);
    parts.peek().is_some() && parts.all(|part| offered.any(|it| it.starts_with(part)))
}

/// "did you mean `x`?", or nothing.
pub fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    match listed(&several(word, candidates)) {
        Some(list) => format!("did you mean {list}?"),
        None => String::new(),
    }
}

/// "`a`, `b` or `c`"; nothing for an empty list.
pub fn listed(names: &[&str]) -> Option<String> {
    let (last, others) = names.split_last()?;
    if others.is_empty() {
        return Some(format!("`{last}`"));
    }
    let others: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
    Some(format!("{} or `{last}`", others.join(", ")))
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
        let ids = ["net.port-open", "tls.certificate-ready", "tls.certificate-served", "tls.hsts"];
        assert_eq!(several("tls.cert", ids), [ids[1], ids[2]]);
        assert_eq!(several("tls.served", ids), [ids[2]]);
        assert_eq!(several("certificate", ids), [ids[1], ids[2]]);
        assert_eq!(several("net.port-opne", ids), [ids[0]]);
        assert_eq!(several("ab", ids), Vec::<&str>::new());
        assert_eq!(
            hint("tls.cert", ids),
            "did you mean `tls.certificate-ready` or `tls.certificate-served`?"
        );
        let texts = ["Port 80 (HTTP) accessible", "Port 443 (HTTPS) accessible", "HSTS on"];
        assert_eq!(nearest_text("Port 80 accessible", texts), Some(texts[0]));
        assert_eq!(nearest_text("Backups", texts), None);
    }
}
