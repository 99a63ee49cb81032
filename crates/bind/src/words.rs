//! Finds the terms of a vocabulary in a text, and says which class of words each belongs to.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Position of a class of words in a vocabulary.
pub(crate) type Class = u16;

/// Classes that a vocabulary may have.
pub(crate) const CLASSES_MAX: usize = 512;
const WORD: usize = 64;
const WORDS: usize = CLASSES_MAX / WORD;

/// A set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Classes([u64; WORDS]);

impl Classes {
    pub(crate) fn insert(&mut self, class: Class) {
        let at = usize::from(class);
        if let Some(word) = self.0.get_mut(at / WORD) {
            *word |= 1 << (at % WORD);
        }
    }

    pub(crate) fn has(&self, class: Class) -> bool {
        let at = usize::from(class);
        self.0.get(at / WORD).is_some_and(|word| word & (1 << (at % WORD)) != 0)
    }

    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(mine, theirs)| mine & theirs != 0)
    }

    pub(crate) fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine |= theirs;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

/// A term found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Its class.
    pub(crate) class: Class,
    /// First byte.
    pub(crate) start: usize,
    /// First byte behind it.
    pub(crate) end: usize,
}

#[derive(Clone, Copy, Debug)]
struct Term {
    class: Class,
    /// Whether it goes on to the end of the word that it begins.
    open: bool,
}

/// Terms by class, read from a data file.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    automaton: AhoCorasick,
    terms: Vec<Term>,
    names: Vec<&'static str>,
}

impl Vocabulary {
    /// Reads lines of the form `class: term, term*`; `#` starts a comment.
    pub(crate) fn read(data: &'static str) -> Self {
        let mut names: Vec<&'static str> = Vec::new();
        let mut terms = Vec::new();
        let mut patterns: Vec<String> = Vec::new();
        for line in data.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, list)) = line.split_once(':') else {
                continue;
            };
            let name = name.trim_start_matches(['~', '!', '%']);
            let at = names.iter().position(|known| *known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            let class = Class::try_from(at).expect("there are fewer classes than a u16 can count");
            for term in list.split(", ").map(str::trim).filter(|it| !it.is_empty()) {
                let (stem, open) = term.strip_suffix('*').map_or((term, false), |it| (it, true));
                for pattern in spellings(stem) {
                    patterns.push(pattern);
                    terms.push(Term { class, open });
                }
            }
        }
        assert!(names.len() <= CLASSES_MAX, "more classes than a set of them can hold");
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .ascii_case_insensitive(true)
            .build(&patterns)
            .expect("the vocabulary is small enough for an automaton");
        Self { automaton, terms, names }
    }

    /// The class of that name, which must be there.
    pub(crate) fn class(&self, name: &str) -> Class {
        let at = self.names.iter().position(|known| *known == name);
        let at = at.unwrap_or_else(|| panic!("no class of words is named {name}"));
        Class::try_from(at).expect("there are fewer classes than a u16 can count")
    }

    /// Every term of the vocabulary in `text`, in the order of their ends. A term that lies within
    /// a longer one of the same class is left out.
    pub(crate) fn hits(&self, text: &str) -> Vec<Hit> {
        let mut found: Vec<Hit> = Vec::new();
        let even = text.replace('-', " ");
        for it in self.automaton.find_overlapping_iter(&even) {
            let Some(term) = self.terms.get(it.pattern().as_usize()) else {
                continue;
            };
            if !begins(text, it.start()) {
                continue;
            }
            let Some(end) = ends(text, it.end(), term.open) else {
                continue;
            };
            let hit = Hit { class: term.class, start: it.start(), end };
            let inside =
                |a: &Hit, b: &Hit| a.class == b.class && b.start <= a.start && a.end <= b.end;
            if found.iter().any(|other| inside(&hit, other)) {
                continue;
            }
            found.retain(|other| !inside(other, &hit));
            found.push(hit);
        }
        found
    }

    /// The classes whose terms occur in `text`.
    pub(crate) fn classes(&self, text: &str) -> Classes {
        let mut set = Classes::default();
        for hit in self.hits(text) {
            set.insert(hit.class);
        }
        set
    }
}

/// The ways in which a term is written: beyond ASCII, where case is not folded by the automaton,
/// also with a capital. Hyphens are blanks, here as in the text.
fn spellings(stem: &str) -> Vec<String> {
    let mut all = vec![stem.replace('-', " ")];
    if stem.is_ascii() {
        return all;
    }
    let mut chars = stem.chars();
    if let Some(first) = chars.next() {
        let capital: String = first.to_uppercase().chain(chars).collect();
        if capital != stem {
            all.push(capital);
        }
    }
    all
}

/// Letters that are written without blanks between words.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c), 0x0e00..=0x0e7f | 0x3040..=0x30ff | 0x3400..=0x9fff | 0xac00..=0xd7a3 | 0xf900..=0xfaff)
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !is_unspaced(c)
}

fn begins(text: &str, at: usize) -> bool {
    let here = text.get(at..).and_then(|rest| rest.chars().next());
    if !here.is_some_and(is_letter) {
        return true;
    }
    let before = text.get(..at).and_then(|head| head.chars().next_back());
    !before.is_some_and(|c| is_letter(c) || c == '_')
}

/// Where a term that was found up to `at` ends, if it ends there or may go on.
fn ends(text: &str, at: usize, open: bool) -> Option<usize> {
    let last = text.get(..at)?.chars().next_back()?;
    if !is_letter(last) {
        return Some(at);
    }
    let rest = text.get(at..)?;
    let more = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
    let goes_on = rest.starts_with('_');
    if more == 0 && !goes_on {
        return Some(at);
    }
    (open && !goes_on).then_some(at + more)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: &str =
        "# words\ncert: certificate*, ssl cert, 인증서\nroll: rollback, roll back, откат*\n";

    fn found(text: &str) -> Vec<&str> {
        let vocabulary = Vocabulary::read(DATA);
        vocabulary.hits(text).iter().map(|hit| &text[hit.start..hit.end]).collect()
    }

    #[test]
    fn terms_are_found_at_the_borders_of_words() {
        assert_eq!(found("SSL Certificates valid"), ["Certificates"]);
        assert_eq!(found("ssl-cert, precertificate, roll-back"), ["ssl-cert", "roll-back"]);
        assert_eq!(found("rollbacks and ROLLBACK_PLAN"), [""; 0]);
    }

    #[test]
    fn other_scripts_are_found_too() {
        assert_eq!(found("유효한 인증서가 설치됨"), ["인증서"]);
        assert_eq!(found("План: Откатить релиз"), ["Откатить"]);
    }

    #[test]
    fn sets_hold_every_class() {
        let mut set = Classes::default();
        assert!(set.is_empty());
        set.insert(3);
        set.insert(511);
        assert!(set.has(3) && set.has(511) && !set.has(4));
        let mut other = Classes::default();
        other.insert(4);
        assert!(!set.meets(&other));
        other.join(&set);
        assert!(set.meets(&other));
    }
}
