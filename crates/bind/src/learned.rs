//! Says what a line claims where no rule does: weights of words, learned from example lines.

pub(crate) mod features;
mod weights;

use std::sync::LazyLock;

use features::{Feature, Place, features};
pub(crate) use weights::Weights;

use crate::candidate::{Candidate, Reading};

static NEAR: &str = include_str!("../data/near.txt");
static WEIGHTS: LazyLock<Option<Weights<'static>>> = LazyLock::new(Weights::own);
static IDS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| WEIGHTS.map(|it| it.texts.lines().collect()).unwrap_or_default());
/// For every id the ids that are also right where it is meant, and how often.
static ALSO: LazyLock<Vec<Vec<(usize, f64)>>> = LazyLock::new(|| {
    let at = |id: &str| IDS.binary_search(&id).ok();
    let mut all = vec![Vec::new(); IDS.len()];
    for line in NEAR.lines().filter(|it| !it.starts_with('#')) {
        let mut words = line.split(' ');
        let (meant, also) = (words.next().and_then(at), words.next().and_then(at));
        let share = words.next().and_then(|it| it.parse().ok());
        if let (Some(meant), Some(also), Some(share)) = (meant, also, share)
            && let Some(list) = all.get_mut(meant)
        {
            list.push((also, share));
        }
    }
    all
});
/// A chance of one in e, in the unit of the weights' sums.
const UNIT: f64 = 12.0;
/// How likely an entry has to be right to be bound.
pub(crate) const BOUND_MIN: f64 = 0.94;
/// How likely a claim of people has to be to be asked of them.
pub(crate) const ASKED_MIN: f64 = 0.97;
/// How likely another entry has to be for what a rule binds to be asked.
pub(crate) const DOUBT_MIN: f64 = 0.99;
/// How likely an entry has to be right to be offered.
pub(crate) const OFFER_MIN: f64 = 0.25;
/// What examples are filed under that claim nothing an entry looks at.
pub(crate) const NOTHING: &str = "none";
/// Families of entries that only people answer.
const HUMAN: [&str; 6] = ["attest", "signoff", "field", "choice", "contact", "meta"];
/// At most so many words are named as having decided.
const DECISIVE_MAX: usize = 14;

/// What the weights say of a line.
#[derive(Clone, Debug)]
pub(crate) struct Said<'a> {
    reading: &'a Reading<'a>,
    claims: &'a [Candidate],
    features: Vec<Feature>,
    /// How likely each id is right.
    likely: Vec<f64>,
    /// How likely only people can answer.
    pub(crate) human: f64,
}

impl<'a> Said<'a> {
    /// What the weights say; nothing where they were not learned yet.
    pub(crate) fn of(
        reading: &'a Reading<'a>,
        claims: &'a [Candidate],
        form: &str,
    ) -> Option<Self> {
        let features = features(reading, claims, form);
        let (likely, human) = judge(&WEIGHTS.as_ref()?.scores(&features))?;
        Some(Self { reading, claims, features, likely, human })
    }

    /// The entries that may be right, the likeliest first.
    pub(crate) fn ranked(&self, least: f64) -> Vec<(&'static str, f64)> {
        let likely = IDS.iter().copied().zip(self.likely.iter().copied());
        let mut all: Vec<_> = likely.filter(|(_, it)| least <= *it).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        all
    }

    /// The parts of the line and of the headings above it without which it would not be bound to
    /// this id: the weightiest words, as few as it takes.
    pub(crate) fn because(&self, id: &str) -> Vec<String> {
        let (Some(weights), Ok(own)) = (WEIGHTS.as_ref(), IDS.binary_search(&id)) else {
            return Vec::new();
        };
        let mut left = self.features.clone();
        let mut scores = weights.scores(&left);
        let mut parts = Vec::new();
        for _ in 0..DECISIVE_MAX {
            let bound = judge(&scores).is_some_and(|(likely, _)| best(&likely) == Some(id));
            if !bound {
                break;
            }
            let others = scores.iter().enumerate().filter(|(at, _)| *at != own);
            let Some((rival, _)) = others.max_by_key(|(_, it)| **it) else { break };
            let Some(place) = weightiest(weights, &left, own, rival) else { break };
            left.retain(|it| {
                let falls = self.falls(it, place);
                if falls {
                    weights.add(*it, -1, &mut scores);
                }
                !falls
            });
            parts.extend(self.part(place));
        }
        parts
    }

    /// Whether a feature is gone once a place is blanked out.
    fn falls(&self, feature: &Feature, place: Place) -> bool {
        match (feature.place, place) {
            (Place::Line(start, end), Place::Line(from, to)) => start < to && from < end,
            (Place::Above(at, start, end), Place::Above(other, from, to)) => {
                at == other && start < to && from < end
            }
            (Place::Claim(rank), Place::Line(from, to)) => {
                let named = self.claims.get(rank).map(Candidate::named).unwrap_or_default();
                let mut hits = self.reading.scan.hits.iter();
                hits.any(|it| it.start < to && from < it.end && named.has(it.class))
            }
            _ => false,
        }
    }

    fn part(&self, place: Place) -> Option<String> {
        let text = match place {
            Place::Line(start, end) => self.reading.text.get(start..end),
            Place::Above(at, start, end) => {
                self.reading.above.get(at).and_then(|it| it.text.get(start..end))
            }
            Place::Claim(_) | Place::Whole => None,
        };
        text.map(str::to_owned)
    }
}

/// The entry that features bind.
fn best(likely: &[f64]) -> Option<&'static str> {
    let top = likely.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    (BOUND_MIN <= *top.1).then(|| IDS.get(top.0).copied()).flatten()
}

/// How likely each id is right, and how likely only people can answer.
fn judge(scores: &[i32]) -> Option<(Vec<f64>, f64)> {
    let top = scores.iter().copied().max()?;
    let mut chances: Vec<f64> =
        scores.iter().map(|it| (f64::from(it - top) / UNIT).exp()).collect();
    let sum: f64 = chances.iter().sum();
    chances.iter_mut().for_each(|it| *it /= sum);
    let human = IDS.iter().zip(&chances).filter(|(id, _)| is_human(id)).map(|(_, it)| it).sum();
    let mut likely = chances.clone();
    for (meant, chance) in chances.iter().enumerate().filter(|(_, it)| 0.01 < **it) {
        for (also, share) in ALSO.get(meant).into_iter().flatten() {
            if let Some(it) = likely.get_mut(*also) {
                *it += chance * share;
            }
        }
    }
    Some((likely, human))
}

/// Whether only people answer an entry.
pub(crate) fn is_human(id: &str) -> bool {
    HUMAN.contains(&id.split('.').next().unwrap_or_default())
}

/// The smallest place whose features speak most for an id against its rival.
fn weightiest(
    weights: &Weights<'_>,
    features: &[Feature],
    own: usize,
    rival: usize,
) -> Option<Place> {
    let mut sums: Vec<(Place, i32)> = Vec::new();
    for feature in features {
        if !matches!(feature.place, Place::Line(..) | Place::Above(..)) {
            continue;
        }
        let mut weight = 0;
        for (at, it) in weights.of(feature.name) {
            weight += if at == own {
                it
            } else if at == rival {
                -it
            } else {
                0
            };
        }
        let weight = weight * feature.times;
        match sums.iter_mut().find(|(place, _)| *place == feature.place) {
            Some((_, sum)) => *sum += weight,
            None => sums.push((feature.place, weight)),
        }
    }
    let size = |place: &Place| match place {
        Place::Line(start, end) | Place::Above(_, start, end) => end - start,
        Place::Claim(_) | Place::Whole => usize::MAX,
    };
    let first =
        sums.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| size(&b.0).cmp(&size(&a.0))));
    first.map(|(place, _)| place)
}
