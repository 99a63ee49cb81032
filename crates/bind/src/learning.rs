//! What a trainer of the weights needs to know of lines: the features that they have.

use holdpoint_document::{Document, LineId};

use crate::{
    candidate::candidates,
    context::Context,
    kind::{self, Subject},
    learned::{self, features::features},
    outline::{self, Outline},
    phase,
};

/// Features of a line: digest of the name, and how often it counts.
pub type Features = Vec<(u32, i32)>;

/// The features of every line of a document, one entry for each; none for lines of fences.
pub fn samples(document: &Document) -> Vec<Features> {
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
            let Some(reading) = context.reading(&subject, &above) else { return Features::new() };
            let claims = candidates(&reading);
            let all = features(&reading, &claims, kind.word());
            all.iter().map(|it| (it.name, it.times)).collect()
        })
        .collect()
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
