//! Says what a line claims where no rule does: weights of words, learned from example lines.

pub(crate) mod features;
pub(crate) mod sure;
mod weights;

use std::{collections::BTreeSet, sync::LazyLock};

use features::{Feature, Place, features};
use sure::Evidence;
pub(crate) use weights::Weights;

use holdpoint_model::line::Kind;

use crate::candidate::{Candidate, Reading};

static NEAR: &str = include_str!("../data/near.txt");
static NARROW: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    include_str!("../data/narrow.txt").lines().filter(|it| !it.starts_with('#')).collect()
});
static WEIGHTS: LazyLock<Option<Weights<'static>>> = LazyLock::new(Weights::own);
static IDS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| WEIGHTS.as_ref().map(|it| it.texts.lines().collect()).unwrap_or_default());
/// By how much the score of each id is raised.
static WEIGHED: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let raise = |id: &&str| if is_human(id) || *id == NOTHING { PEOPLE } else { 0.0 };
    IDS.iter().map(raise).collect()
});
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
/// How much heavier than a machine's claim one of people weighs, in natural units of log-odds: eleven
/// times. A machine that takes what only people can answer is the worse mistake.
const PEOPLE: f64 = 2.4;
/// How sure it has to be, as a rule.
const SURE_MIN: f64 = 0.82;
/// How sure where careful readers name now this entry, now a broader one.
const NARROW_MIN: f64 = 0.9;
/// How likely a claim of people has to be to be asked of them.
pub(crate) const ASKED_MIN: f64 = 0.93;
/// Below this likelihood what a rule binds is asked whatever else may be meant.
const DENIED_MAX: f64 = 0.005;
/// Below this one it is asked where another entry is at least as likely as the second says: of 24
/// such lines of public documents the rule was right in 13. Where the weights are sure enough of the
/// other entry to bind it, the line is bound to that: of 32 such lines it was right in 31, and what
/// stood first before in 10.
const RIVALLED_MAX: f64 = 0.15;
const RIVAL_MIN: f64 = 0.85;
/// A rule explains a whole line from this score on, in thousandths.
const WHOLE: u32 = 1000;
/// Below this one it is asked where another entry is likelier and the line has so many words, of which
/// a rule reads a few: of 45 such lines the rule was right in 14.
const DOUBT_MAX: f64 = 0.3;
const LONG: usize = 6;
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
    /// Everything that the line has and the weights know, with its weights.
    features: Vec<(Feature, &'static [u8])>,
    /// Whether the line has the form of an order to run a command.
    ordered: bool,
    /// How far each unit is open.
    units: Vec<i32>,
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
        let weights = WEIGHTS.as_ref()?;
        let all = features(reading, claims, form).into_iter();
        let features: Vec<_> = all.filter_map(|it| Some((it, weights.row(it.name)?))).collect();
        let units = weights.units(features.iter().map(|(it, row)| (*row, it.times)));
        let (likely, human) = judge(&weights.scores(&units))?;
        let ordered = form == Kind::Command.word();
        Some(Self { reading, claims, features, ordered, units, likely, human })
    }

    /// The entries that may be right, the likeliest first.
    pub(crate) fn ranked(&self, least: f64) -> Vec<(&'static str, f64)> {
        let likely = IDS.iter().copied().zip(self.likely.iter().copied());
        let mut all: Vec<_> = likely.filter(|(_, it)| least <= *it).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        all
    }

    /// How likely an entry is right.
    pub(crate) fn likely(&self, id: &str) -> f64 {
        let at = IDS.binary_search(&id).ok();
        at.and_then(|at| self.likely.get(at)).copied().unwrap_or_default()
    }

    /// How sure it is that an entry is right.
    pub(crate) fn sure(&self, id: &str) -> f64 {
        self.evidence(id).sure()
    }

    /// What speaks for and against an entry.
    pub(crate) fn evidence(&self, id: &str) -> Evidence {
        self.evidence_of(id, &self.features, self.likely(id), self.human)
    }

    /// Whether the weights are sure of a claim that a machine can look at, and hold what is bound
    /// otherwise for unlikely. A rule that explains the whole line gives way only where it is
    /// contradicted: there it carries what whole checklists mean by their shortest lines.
    pub(crate) fn overrules(&self, id: &str) -> bool {
        let is_sure = |first: &str| {
            first != id
                && !is_human(first)
                && first != NOTHING
                && sure_min(first) <= self.sure(first)
        };
        let whole = self.claims.iter().any(|it| it.id == id && WHOLE <= it.score);
        self.likely(id) < RIVALLED_MAX
            && self.first().is_some_and(is_sure)
            && (!whole || self.contradicts(id))
    }

    /// Whether the weights contradict what a rule binds.
    pub(crate) fn contradicts(&self, id: &str) -> bool {
        let likely = self.likely(id);
        let other = || self.first().filter(|first| *first != id);
        let is_long = || LONG <= self.reading.text.split_whitespace().count();
        likely < DENIED_MAX
            || likely < RIVALLED_MAX && other().is_some_and(|it| RIVAL_MIN <= self.likely(it))
            || likely < DOUBT_MAX && is_long() && other().is_some()
    }

    /// The likeliest entry.
    fn first(&self) -> Option<&'static str> {
        let likely = IDS.iter().zip(&self.likely);
        likely.max_by(|a, b| a.1.total_cmp(b.1).then_with(|| b.0.cmp(a.0))).map(|(id, _)| *id)
    }

    /// What speaks for an entry where only some features are left.
    fn evidence_of(
        &self,
        id: &str,
        left: &[(Feature, &[u8])],
        likely: f64,
        human: f64,
    ) -> Evidence {
        let rank = self.claims.iter().position(|it| it.id == id);
        let seen = |rank: &usize| left.iter().any(|(it, _)| it.place == Place::Claim(*rank));
        let claim = rank.filter(seen).and_then(|rank| self.claims.get(rank));
        Evidence {
            likely,
            human,
            known: left.len(),
            ruled: claim.map_or(0, |it| it.score),
            step: self.ordered && id == crate::command::SHELL,
        }
    }

    /// The parts of the line and of the headings above it without which it would not be bound to
    /// this id: the weightiest words, as few as it takes.
    pub(crate) fn because(&self, id: &str) -> Vec<String> {
        let (Some(weights), Ok(own)) = (WEIGHTS.as_ref(), IDS.binary_search(&id)) else {
            return Vec::new();
        };
        let (mut left, mut units) = (self.features.clone(), self.units.clone());
        let mut parts = Vec::new();
        for _ in 0..DECISIVE_MAX {
            let scores = weights.scores(&units);
            let Some((likely, human)) = judge(&scores) else { break };
            let top = likely.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
            let sure = |likely| sure_min(id) <= self.evidence_of(id, &left, likely, human).sure();
            if !top.is_some_and(|(at, likely)| at == own && sure(likely)) {
                break;
            }
            let others = scores.iter().enumerate().filter(|(at, _)| *at != own);
            let Some((rival, _)) = others.max_by(|a, b| a.1.total_cmp(b.1)) else { break };
            let pull = weights.pull(&units, own, rival);
            let Some(place) = weightiest(&left, &pull) else { break };
            left.retain(|(it, row)| {
                let falls = self.falls(it, place);
                if falls {
                    weights::add(row, -it.times, &mut units);
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

/// How sure it has to be that an entry is right for a line to be bound to it.
pub(crate) fn sure_min(id: &str) -> f64 {
    if is_narrow(id) { NARROW_MIN } else { SURE_MIN }
}

/// Whether careful readers often name a broader entry instead of this one.
pub(crate) fn is_narrow(id: &str) -> bool {
    NARROW.contains(id)
}

/// How likely each id is right, and how likely only people can answer.
fn judge(scores: &[f64]) -> Option<(Vec<f64>, f64)> {
    let raised = scores.iter().zip(WEIGHED.iter()).map(|(it, raise)| it + raise);
    let top = raised.clone().max_by(f64::total_cmp)?;
    let mut chances: Vec<f64> = raised.map(|it| (it - top).exp()).collect();
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

/// The smallest place whose features pull most.
fn weightiest(features: &[(Feature, &[u8])], pull: &[f64]) -> Option<Place> {
    let mut sums: Vec<(Place, f64)> = Vec::new();
    for (feature, row) in features {
        if !matches!(feature.place, Place::Line(..) | Place::Above(..)) {
            continue;
        }
        let worth = weights::worth(row, feature.times, pull);
        match sums.iter_mut().find(|(place, _)| *place == feature.place) {
            Some((_, sum)) => *sum += worth,
            None => sums.push((feature.place, worth)),
        }
    }
    let size = |place: &Place| match place {
        Place::Line(start, end) | Place::Above(_, start, end) => end - start,
        Place::Claim(_) | Place::Whole => usize::MAX,
    };
    let first = sums
        .into_iter()
        .max_by(|a, b| a.1.total_cmp(&b.1).then_with(|| size(&b.0).cmp(&size(&a.0))));
    first.map(|(place, _)| place)
}
