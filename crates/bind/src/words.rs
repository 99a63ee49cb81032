//! Finds the terms of a vocabulary in a text, and says which class of words each belongs to.

use std::{borrow::Cow, collections::BTreeMap};

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

    pub(crate) fn remove(&mut self, class: Class) {
        let at = usize::from(class);
        if let Some(word) = self.0.get_mut(at / WORD) {
            *word &= !(1 << (at % WORD));
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

#[derive(Clone, Debug)]
struct Term {
    /// As it is looked for: lower case, hyphens as blanks.
    text: Cow<'static, str>,
    class: Class,
    /// Whether it goes on to the end of the word that it begins.
    open: bool,
    /// Its first bytes.
    key: u32,
    /// The next term whose beginning falls into the same slot.
    next: Option<u32>,
}

/// Bytes at the beginning of a term by which it is found.
const KEY: usize = 4;
const SLOTS: usize = 1 << 13;

/// Terms by class, read from a data file. Terms are found by their first bytes: building this takes
/// a fraction of a millisecond, where an automaton over some thousand terms takes twenty.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    terms: Vec<Term>,
    slots: Vec<Option<u32>>,
    names: BTreeMap<&'static str, Class>,
    titles: Vec<&'static str>,
}

impl Vocabulary {
    /// Reads lines of the form `class: term, term*`; `#` starts a comment.
    pub(crate) fn read(data: &'static str) -> Self {
        let mut made = Self {
            terms: Vec::new(),
            slots: vec![None; SLOTS],
            names: BTreeMap::new(),
            titles: Vec::new(),
        };
        for line in data.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, list)) = line.split_once(':') else {
                continue;
            };
            let name = name.trim_start_matches(['~', '!', '%']);
            let next = Class::try_from(made.names.len()).unwrap_or(Class::MAX);
            let class = *made.names.entry(name).or_insert(next);
            if class == next {
                made.titles.push(name);
            }
            for term in list.split(", ").map(str::trim).filter(|it| !it.is_empty()) {
                let (stem, open) = term.strip_suffix('*').map_or((term, false), |it| (it, true));
                made.add(spelling(stem), class, open);
                if let Some(capital) = capital(stem) {
                    made.add(Cow::Owned(capital), class, open);
                }
            }
        }
        assert!(made.names.len() <= CLASSES_MAX, "more classes than a set of them can hold");
        made
    }

    fn add(&mut self, text: Cow<'static, str>, class: Class, open: bool) {
        let at = u32::try_from(self.terms.len()).ok();
        let key = packed(text.as_bytes().get(..KEY.min(text.len())).unwrap_or_default());
        let next = self.slots.get_mut(slot(key)).and_then(|head| std::mem::replace(head, at));
        self.terms.push(Term { text, class, open, key, next });
    }

    /// The name of a class.
    pub(crate) fn name(&self, class: Class) -> &'static str {
        self.titles.get(usize::from(class)).copied().unwrap_or_default()
    }

    /// The class of that name, which must be there.
    pub(crate) fn class(&self, name: &str) -> Class {
        let class = self.names.get(name).copied();
        class.unwrap_or_else(|| panic!("no class of words is named {name}"))
    }

    /// Every term of the vocabulary in `text`, in the order of their starts. A term that lies
    /// within a longer one of the same class is left out.
    pub(crate) fn hits(&self, text: &str) -> Vec<Hit> {
        let mut found = Found { hits: Vec::new(), ends: vec![0; self.names.len()] };
        let even: Vec<u8> = text.bytes().map(even).collect();
        let mut before = ' ';
        for (at, c) in text.char_indices() {
            let inside = is_letter(c) && (is_letter(before) || before == '_');
            before = c;
            if inside || c.is_whitespace() {
                continue;
            }
            let rest = even.get(at..).unwrap_or_default();
            for length in 1..=KEY.min(rest.len()) {
                let key = packed(rest.get(..length).unwrap_or_default());
                if let Some(first) = self.slots.get(slot(key)).copied().flatten() {
                    self.beginning(text, at, rest, (key, first), &mut found);
                }
            }
        }
        found.hits
    }

    /// The terms that begin at `at` with a key, from the first of their slot.
    fn beginning(&self, text: &str, at: usize, rest: &[u8], key: (u32, u32), found: &mut Found) {
        let (key, first) = key;
        let mut next = Some(first);
        while let Some(term) = next.and_then(|at| self.terms.get(usize::try_from(at).ok()?)) {
            next = term.next;
            let bytes = term.text.as_bytes();
            if term.key != key || !rest.starts_with(bytes) {
                continue;
            }
            let Some(end) = ends(text, at + bytes.len(), term.open) else {
                continue;
            };
            found.put(Hit { class: term.class, start: at, end });
        }
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

/// Hits in the order of their starts, none within another of its class.
struct Found {
    hits: Vec<Hit>,
    /// Where the last hit of each class ends. What began earlier does not end later.
    ends: Vec<usize>,
}

impl Found {
    fn put(&mut self, hit: Hit) {
        let Some(end) = self.ends.get_mut(usize::from(hit.class)).filter(|it| **it < hit.end)
        else {
            return;
        };
        *end = hit.end;
        let beside = self.hits.iter().rposition(|it| it.start < hit.start).map_or(0, |at| at + 1);
        let mut at = beside;
        while let Some(other) = self.hits.get(at) {
            if other.class == hit.class {
                self.hits.remove(at);
            } else {
                at += 1;
            }
        }
        self.hits.push(hit);
    }
}

/// Bytes as they are compared.
fn even(byte: u8) -> u8 {
    if byte == b'-' { b' ' } else { byte.to_ascii_lowercase() }
}

/// Up to four bytes as one number. No term has a zero byte, so lengths cannot be confused.
fn packed(key: &[u8]) -> u32 {
    key.iter().fold(0, |sum: u32, byte| (sum << 8) | u32::from(*byte))
}

fn slot(key: u32) -> usize {
    let mixed = key.wrapping_mul(0x9e37_79b1) >> 19;
    usize::try_from(mixed).unwrap_or(0) % SLOTS
}

/// A term as it is looked for.
fn spelling(stem: &'static str) -> Cow<'static, str> {
    let plain = stem.bytes().all(|byte| even(byte) == byte);
    if plain {
        Cow::Borrowed(stem)
    } else {
        Cow::Owned(stem.replace('-', " ").to_ascii_lowercase())
    }
}

/// Beyond ASCII, where case is not folded, a term is also looked for with a capital.
fn capital(stem: &str) -> Option<String> {
    let mut chars = stem.chars();
    let first = chars.next().filter(|c| !c.is_ascii())?;
    let capital: String = first.to_uppercase().chain(chars).collect();
    (capital != stem).then(|| capital.replace('-', " "))
}

/// Letters that are written without blanks between words.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c), 0x0e00..=0x0e7f | 0x3040..=0x30ff | 0x3400..=0x9fff | 0xac00..=0xd7a3 | 0xf900..=0xfaff)
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !is_unspaced(c)
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
