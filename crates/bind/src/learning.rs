//! What a trainer of the weights needs to know of lines: the features that they have.

use holdpoint_document::{Document, LineId};

use crate::{
    candidate::{Candidate, Reading, candidates},
    context::Context,
    kind::{self, Subject},
    learned::{self, features::features},
    outline::{self, Outline},
    phase,
};

pub use crate::learned::sure::{PIECES, sure};

/// From here on an entry is likely enough to be weighed.
const LIKELY_MIN: f64 = 0.05;

/// Features of a line: digest of the name, and how often it counts.
pub type Features = Vec<(u32, i32)>;

/// The features of every line of a document, one entry for each; none for lines of fences.
pub fn samples(document: &Document) -> Vec<Features> {
    each(document, |reading, claims, form| {
        let all = features(reading, claims, form);
        all.iter().map(|it| (it.name, it.times)).collect()
    })
}

/// Of every line of a document the entry that the weights in use hold for the likeliest, and what
/// speaks for and against it; nothing for lines of fences, and where none is likely.
pub fn evidence(document: &Document) -> Vec<Option<(&'static str, [f64; PIECES])>> {
    each(document, |reading, claims, form| {
        let said = learned::Said::of(reading, claims, form)?;
        let (id, _) = *said.ranked(LIKELY_MIN).first()?;
        Some((id, said.evidence(id).numbers()))
    })
}

fn each<T: Default>(
    document: &Document,
    of: impl Fn(&Reading<'_>, &[Candidate], &str) -> T,
) -> Vec<T> {
    let outline = Outline::of(document);
    let context = Context::of(document);
    let lines = document.lines.iter().enumerate();
    lines
        .map(|(at, line)| {
            let id = LineId(at);
            let phase = phase::phase(line, &outline);
            let hits = outline::hits(&line.repaired);
            let subject = Subject::new(document, &outline, id, line, phase, &hits);
            let kind = kind::kind(&subject);
            let above = context.above(id);
            let reading = context.reading(&subject, &above);
            reading.map_or_else(T::default, |it| of(&it, &candidates(&it), kind.word()))
        })
        .collect()
}

/// Whether a line is bound only where the weights are all but certain of an entry.
pub fn is_narrow(id: &str) -> bool {
    learned::is_narrow(id)
}

/// Whether no machine looks at an entry: people answer it, or nobody.
pub fn is_for_nobody(id: &str) -> bool {
    learned::is_human(id) || id == learned::NOTHING
}

/// Digest of the examples that the weights in use were learned from.
pub fn source() -> u64 {
    learned::Weights::source()
}

/// What the weights have for each id, the best first, in natural units of log-odds.
pub fn ranked<'a>(data: &'a [u8], features: &[(u32, i32)]) -> Vec<(&'a str, f64)> {
    let Some(weights) = learned::Weights::read(data) else { return Vec::new() };
    let place = learned::features::Place::Whole;
    let features: Vec<_> = features
        .iter()
        .map(|(name, times)| learned::features::Feature { name: *name, times: *times, place })
        .collect();
    let scores = weights.of_features(&features);
    let mut all: Vec<_> =
        scores.into_iter().enumerate().map(|(at, it)| (weights.id(at), it)).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    all
}

#[cfg(test)]
mod tests {
    use holdpoint_document::parse;

    use super::*;

    #[test]
    fn a_heading_as_long_as_a_book_weighs_no_more_than_a_long_one() {
        let taken = |words: usize| {
            let heading = "backup of the database ".repeat(words / 4);
            let text = format!("# T\n\n## {heading}\n\n- [ ] It is tried out\n");
            samples(&parse(text.as_bytes())).last().map_or(0, Vec::len)
        };
        assert!(10 < taken(400), "{}", taken(400));
        assert_eq!(taken(400), taken(40_000));
    }
}
