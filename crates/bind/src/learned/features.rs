//! What of a line the learned weights look at: its words, their classes, and what stands above it.

use std::sync::LazyLock;

use crate::{
    candidate::{Candidate, Reading},
    line_form,
    scan::{CONCEPTS, Token},
    words::{Class, Hit, is_unspaced},
};

/// Words that only hold a sentence together.
static GRAMMAR: LazyLock<Class> = LazyLock::new(|| CONCEPTS.class("the"));
/// How many words of a text are looked at, and how many of a line behind a label.
const WORDS_MAX: usize = 40;
const REMARKS_MAX: usize = 8;
/// Letters of a run.
const PIECE: usize = 4;
/// How many lines and headings above a line are looked at.
const ABOVE_MAX: usize = 4;
/// Letters from which on a word also counts by its beginning, which endings leave alone.
const LONG: usize = 7;
/// Letters of that beginning.
const BEGINNING: usize = 5;

/// Where a feature was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In these bytes of the line.
    Line(usize, usize),
    /// In these bytes of a text above it.
    Above(usize, usize, usize),
    /// In what the rules see: the claim of that rank.
    Claim(usize),
    /// In the line as a whole.
    Whole,
}

/// Something that a line has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Feature {
    /// Digest of its name.
    pub(crate) name: u32,
    /// Whether the line says it at first hand: 2, or in a remark or above: 1.
    pub(crate) times: i32,
    pub(crate) place: Place,
}

/// Everything that a line has, in the order of its text.
pub(crate) fn features(reading: &Reading<'_>, claims: &[Candidate], form: &str) -> Vec<Feature> {
    let mut all = Vec::with_capacity(64);
    let mut put = |name: u32, times: i32, place: Place| all.push(Feature { name, times, place });
    put(named("form", form), 1, Place::Whole);
    put(named("phase", reading.phase.word()), 1, Place::Whole);
    words(reading, &mut put);
    let end = said(reading).last().map_or(0, |(token, _)| token.end);
    for Hit { class, start, end } in reading.scan.hits.iter().filter(|it| it.start < end) {
        put(numbered("c", *class), 2, Place::Line(*start, *end));
    }
    for command in line_form::commands(reading.text).take(2) {
        let start = command.as_ptr().addr() - reading.text.as_ptr().addr();
        let mut end = 0;
        for word in command.split_whitespace().take(2) {
            end = word.as_ptr().addr() - command.as_ptr().addr() + word.len();
            let begun = command.get(..end).unwrap_or_default();
            put(named("k", begun), 2, Place::Line(start, start + end));
        }
        put(named("k", ""), 2, Place::Line(start, start + end));
    }
    for (rank, claim) in claims.iter().take(2).enumerate() {
        let grade = claim.score / 120;
        let name = format!("{}{grade}", claim.id);
        let kind = if rank == 0 { "r" } else { "s" };
        put(named(kind, &name), 2, Place::Claim(rank));
        put(named(kind, claim.id), 2, Place::Claim(rank));
    }
    ends(reading, &mut put);
    above(reading, &mut put);
    all
}

/// The words of the line, their beginnings and pieces, and pairs of neighbours. A word of grammar
/// counts only within a pair, as part of its neighbour.
fn words(reading: &Reading<'_>, put: &mut impl FnMut(u32, i32, Place)) {
    let mut before: Option<(String, usize, usize, bool)> = None;
    let mut first = true;
    for (token, word) in said(reading) {
        let times = if is_remark(reading, token.start) { 1 } else { 2 };
        let place = Place::Line(token.start, token.end);
        let grammar = token.cover.has(*GRAMMAR);
        let stem = stem(word);
        if !grammar {
            put(named("w", &stem), times, place);
            if let Some(beginning) = beginning(word) {
                put(named("p", &beginning), times, place);
            }
            for piece in pieces(word) {
                put(piece, 1, place);
            }
        }
        if first {
            put(named("1", &stem), 2, if grammar { Place::Whole } else { place });
            first = false;
        }
        if let Some((last, start, end, other)) = &before
            && token.start <= end + 2
            && !(grammar && *other)
        {
            let from = if *other { token.start } else { *start };
            let to = if grammar { *end } else { token.end };
            put(more(more(named("b", last), " "), &stem), times, Place::Line(from, to));
        }
        before = Some((stem, token.start, token.end, grammar));
    }
}

/// The words that are looked at: of the first sentence, outside of commands and conditions, and of
/// the text behind a label only its beginning. What goes on from there explains.
fn said<'a>(reading: &'a Reading<'_>) -> impl Iterator<Item = (&'a Token, &'a str)> {
    let mut remarks = 0;
    let words = reading.scan.tokens.iter().filter(|it| 0 < it.weight);
    let words = words.filter_map(|it| Some((it, reading.text.get(it.start..it.end)?)));
    let words = words.filter(|(_, word)| word.contains(char::is_alphanumeric)).take(WORDS_MAX);
    words.take_while(move |(token, _)| {
        remarks += usize::from(is_remark(reading, token.start));
        remarks <= REMARKS_MAX
    })
}

/// Whether a place stands behind the label that it explains.
fn is_remark(reading: &Reading<'_>, start: usize) -> bool {
    reading.scan.label.is_some_and(|end| end <= start)
}

/// How the text ends and how long it is.
fn ends(reading: &Reading<'_>, put: &mut impl FnMut(u32, i32, Place)) {
    let last = reading.text.trim_end_matches(['*', ' ', ')']).chars().next_back().unwrap_or(' ');
    if matches!(last, '?' | '？' | ':' | '：') {
        put(named("end", last.encode_utf8(&mut [0; 4])), 2, Place::Whole);
    }
    let length = match said(reading).count() {
        0..=1 => "1",
        2..=3 => "3",
        4..=7 => "7",
        8..=14 => "14",
        _ => "more",
    };
    put(named("length", length), 1, Place::Whole);
}

/// Words and classes above the line: of the nearest text apart from those further out.
fn above(reading: &Reading<'_>, put: &mut impl FnMut(u32, i32, Place)) {
    for (at, above) in reading.above.iter().take(ABOVE_MAX).enumerate() {
        let [words, classes] = if at == 0 { ["hw", "hc"] } else { ["ow", "oc"] };
        // Of a heading as long as a book its beginning is enough, for every line beneath it.
        for token in above.scan.tokens.iter().take(WORDS_MAX) {
            let Some(word) = above.text.get(token.start..token.end) else { continue };
            if word.contains(char::is_alphabetic) && !token.cover.has(*GRAMMAR) {
                let place = Place::Above(at, token.start, token.end);
                put(named(words, &stem(word)), 1, place);
                if let Some(beginning) = beginning(word) {
                    put(named("hp", &beginning), 1, place);
                }
            }
        }
        for Hit { class, start, end } in above.scan.hits.iter().take(WORDS_MAX) {
            put(numbered(classes, *class), 1, Place::Above(at, *start, *end));
        }
    }
}

/// A word without the commonest English endings.
fn stem(word: &str) -> String {
    let lower = word.to_lowercase();
    if !lower.is_ascii() || lower.len() < 5 {
        return lower;
    }
    for ending in ["ing", "ed", "es", "s"] {
        if let Some(stem) = lower.strip_suffix(ending)
            && 3 <= stem.len()
            && !stem.ends_with('s')
        {
            return stem.trim_end_matches('e').to_owned();
        }
    }
    lower.trim_end_matches('e').to_owned()
}

/// The runs of letters within a word: they know it in other forms, and in related languages.
fn pieces(word: &str) -> Vec<u32> {
    let lower = word.to_lowercase();
    let mut starts: Vec<usize> = lower.char_indices().map(|(at, _)| at).collect();
    if starts.len() <= PIECE || lower.chars().any(is_unspaced) {
        return Vec::new();
    }
    starts.push(lower.len());
    let ends = starts.iter().skip(PIECE);
    let piece = |(from, to): (&usize, &usize)| lower.get(*from..*to).unwrap_or_default();
    starts.iter().zip(ends).map(|it| named("4", piece(it))).collect()
}

fn beginning(word: &str) -> Option<String> {
    let long = LONG <= word.chars().count() && !word.chars().any(is_unspaced);
    long.then(|| word.to_lowercase().chars().take(BEGINNING).collect())
}

fn numbered(kind: &str, class: Class) -> u32 {
    named(kind, CONCEPTS.name(class))
}

/// FNV-1a of what sort of feature it is and its name.
fn named(kind: &str, name: &str) -> u32 {
    more(more(more(0x811c_9dc5, kind), ":"), name)
}

fn more(sum: u32, text: &str) -> u32 {
    text.bytes().fold(sum, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
