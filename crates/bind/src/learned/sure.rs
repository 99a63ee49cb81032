//! How sure it is that the likeliest entry is right.
//!
//! The weights are learned from lines that were written for them, most of them short. On documents
//! of other teams they are too sure of themselves the longer a line is, and less than they could be
//! where a rule sees the same claim. What they say is weighed with that.

/// How many numbers are weighed.
pub const PIECES: usize = 5;

/// What speaks for and against an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Evidence {
    /// How likely the weights hold it to be right.
    pub(crate) likely: f64,
    /// How likely they hold it that only people can answer.
    pub(crate) human: f64,
    /// How much of the line and its headings the weights know, in features.
    pub(crate) known: usize,
    /// How much of the line the entry explains by the rules, in thousandths.
    pub(crate) ruled: u32,
    /// Whether it is the entry for a command of which nothing more is known, and the line orders one.
    pub(crate) step: bool,
}

/// What each piece of evidence counts, the constant last: fitted with `accuracy sure` to 6,045 labelled
/// lines of public documents, of which nothing else was learned, and rounded.
const COUNTS: [f64; PIECES + 1] = [0.5, -0.08, -0.5, 1.0, 2.3, 0.9];
/// Odds beyond these say no more.
const ODDS_MAX: f64 = 2_000.0;

impl Evidence {
    /// The numbers that are weighed, the constant aside.
    pub(crate) fn numbers(&self) -> [f64; PIECES] {
        let known = u32::try_from(self.known).map_or(f64::MAX, f64::from);
        [
            log_odds(self.likely),
            log_odds(self.human),
            known.min(400.0) / 50.0,
            f64::from(self.ruled) / 1000.0,
            if self.step { 1.0 } else { 0.0 },
        ]
    }

    /// The likelihood that careful readers take the entry for right, from 0 to 1.
    pub(crate) fn sure(&self) -> f64 {
        sure(&self.numbers(), &COUNTS)
    }
}

/// A likelihood from 0 to 1, from numbers and what each of them counts, the constant last.
pub fn sure(numbers: &[f64; PIECES], counts: &[f64; PIECES + 1]) -> f64 {
    let sum: f64 = numbers.iter().chain(&[1.0]).zip(counts).map(|(it, count)| it * count).sum();
    1.0 / (1.0 + (-sum).exp())
}

fn log_odds(chance: f64) -> f64 {
    (chance.max(0.0) / (1.0 - chance).max(f64::MIN_POSITIVE)).clamp(1.0 / ODDS_MAX, ODDS_MAX).ln()
}

#[cfg(test)]
mod tests {
    use super::{super::NARROW, Evidence};

    const BASE: Evidence = Evidence { likely: 0.9, human: 0.02, known: 40, ruled: 0, step: false };

    #[test]
    fn long_lines_are_less_sure_and_what_a_rule_sees_more() {
        let base = BASE.sure();
        assert!(Evidence { known: 90, ..BASE }.sure() < base);
        assert!(Evidence { human: 0.4, ..BASE }.sure() < base);
        assert!(base < Evidence { ruled: 800, ..BASE }.sure());
        assert!(base < Evidence { likely: 0.99, ..BASE }.sure());
        for likely in [0.0, 1.0, 1.2] {
            let it = Evidence { likely, known: usize::MAX, ..BASE }.sure();
            assert!((0.0..=1.0).contains(&it), "{it}");
        }
    }

    #[test]
    fn narrow_entries_are_entries() {
        assert!(NARROW.iter().all(|id| holdpoint_checks::heads::head(id).is_some()));
        assert_eq!(NARROW.len(), 128);
    }
}
