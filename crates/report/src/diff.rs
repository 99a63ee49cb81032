//! What differs between two runs: pure comparison of two dossiers, line by line.

mod json;
mod pair;
mod parts;
mod steady;

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_model::{
    ask::What,
    event::{Answer, Release, Reply},
    line::{Gate, Kind, State},
    plan::{BoundCheck, DocumentRef, PlanLine},
    time::Time,
    verdict::Finding,
};

use crate::{
    dossier::{Dossier, Judgement},
    view::LineView,
};

pub use json::{counts, json};

use parts::{Part, Parts};

/// What makes a line the same line in another version of its document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// Headings above it, outermost first.
    pub section: Vec<String>,
    /// Text of the line that it is nested in; empty when there is none.
    pub under: String,
    /// What it says.
    pub text: String,
    /// Which of several lines that agree in all of that, from 1.
    pub nth: usize,
}

/// One of the two runs.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Everything that its record says.
    pub dossier: &'a Dossier,
    /// The names of its lines, by number.
    pub names: &'a BTreeMap<usize, Name>,
    /// The lines that it was restricted to.
    pub only: Option<&'a BTreeSet<usize>>,
}

/// In which way a line is not what it was. The order is that of importance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// It fails and did not.
    NewlyFailing,
    /// It passes, and failed or was unknown when the same was asked of it.
    Mended,
    /// It is unknown and was not.
    NewlyUnknown,
    /// It is in another state in another way.
    OtherState,
    /// The same state, and something else was seen.
    Evidence,
    /// It is bound to something else.
    Binding,
    /// Somebody answered otherwise.
    Answer,
    /// The document did not hold it.
    Added,
    /// The document does not hold it any more.
    Removed,
    /// It says the same in other words.
    Reworded,
    /// It stands elsewhere.
    Moved,
    /// Only the newer run decided it.
    OnlyNow,
    /// Only the older run decided it.
    OnlyThen,
}

impl Change {
    /// Every way, the most important first.
    pub const ALL: [Self; 13] = [
        Self::NewlyFailing,
        Self::Mended,
        Self::NewlyUnknown,
        Self::OtherState,
        Self::Evidence,
        Self::Binding,
        Self::Answer,
        Self::Added,
        Self::Removed,
        Self::Reworded,
        Self::Moved,
        Self::OnlyNow,
        Self::OnlyThen,
    ];

    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::NewlyFailing => "newly-failing",
            Self::Mended => "mended",
            Self::NewlyUnknown => "newly-unknown",
            Self::OtherState => "other-state",
            Self::Evidence => "evidence",
            Self::Binding => "binding",
            Self::Answer => "answer",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Reworded => "reworded",
            Self::Moved => "moved",
            Self::OnlyNow => "only-now",
            Self::OnlyThen => "only-then",
        }
    }

    /// As it is counted for people.
    pub fn counted(self) -> &'static str {
        match self {
            Self::NewlyFailing => "newly failing",
            Self::Mended => "mended",
            Self::NewlyUnknown => "newly unknown",
            Self::OtherState => "in another state",
            Self::Evidence => "seen otherwise",
            Self::Binding => "bound otherwise",
            Self::Answer => "answered otherwise",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Reworded => "reworded",
            Self::Moved => "moved",
            Self::OnlyNow => "decided only now",
            Self::OnlyThen => "decided only then",
        }
    }
}

/// One thing that differs, old and new; `None` where there is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Which change it belongs to.
    pub of: Change,
    /// What differs.
    pub what: String,
    /// As it was.
    pub then: Option<String>,
    /// As it is.
    pub now: Option<String>,
}

/// A line in one of the runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    /// Its number.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// Headings above it.
    pub section: Vec<String>,
    /// Ids of its checks.
    pub checks: Vec<String>,
    /// Its state.
    pub state: State,
    /// Why.
    pub finding: Finding,
}

/// A line that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// In the older run; `None` where its document did not hold it.
    pub then: Option<Stand>,
    /// In the newer run; `None` where its document does not hold it.
    pub now: Option<Stand>,
    /// In which ways.
    pub changes: BTreeSet<Change>,
    /// What differs, in one line each.
    pub details: Vec<Detail>,
}

/// A run as the comparison names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Its number.
    pub run: String,
    /// When it began.
    pub started: Time,
    /// Whether it ended.
    pub ended: bool,
    /// Which gate it decided.
    pub gate: Gate,
    /// The environment.
    pub environment: Option<String>,
    /// The verdict.
    pub verdict: Release,
    /// The document.
    pub document: DocumentRef,
    /// The version of holdpoint that looked.
    pub version: String,
}

/// What differs between two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// The older run.
    pub old: End,
    /// The newer run.
    pub new: End,
    /// Lines that are not what they were, in the order of the newer document.
    pub lines: Vec<Line>,
    /// How many lines are what they were.
    pub unchanged: usize,
}

impl Diff {
    /// How many lines have each way as their most important one: every line once, as it is listed.
    pub fn listed(&self) -> BTreeMap<Change, usize> {
        let mut counts = BTreeMap::new();
        for change in self.lines.iter().filter_map(|line| line.changes.first()) {
            *counts.entry(*change).or_default() += 1;
        }
        counts
    }

    /// How many lines changed in each way; ways without a line are left out.
    pub fn counts(&self) -> BTreeMap<Change, usize> {
        let mut counts = BTreeMap::new();
        for change in self.lines.iter().flat_map(|line| &line.changes) {
            *counts.entry(*change).or_default() += 1;
        }
        counts
    }
}

/// Compares an older run with a newer one.
pub fn diff(old: &Side<'_>, new: &Side<'_>) -> Diff {
    let pairs = pair::pairs(old, new);
    let (then, now) = (lines(old), lines(new));
    let (mut changed, mut unchanged) = (Vec::new(), 0);
    for (was, is, how) in pairs {
        let before = was.and_then(|it| then.get(&it).copied());
        let after = is.and_then(|it| now.get(&it).copied());
        let mut line = Line {
            then: before.map(stand),
            now: after.map(stand),
            changes: how.into_iter().collect(),
            details: Vec::new(),
        };
        if let (Some(before), Some(after)) = (before, after) {
            compare(&mut line, (old, before), (new, after));
        }
        if line.changes.is_empty() { unchanged += 1 } else { changed.push(line) }
    }
    Diff { old: end(old.dossier), new: end(new.dossier), lines: changed, unchanged }
}

fn lines<'a>(side: &Side<'a>) -> BTreeMap<usize, &'a LineView> {
    side.dossier.view.lines.iter().map(|it| (it.plan.line, it)).collect()
}

fn end(dossier: &Dossier) -> End {
    let view = &dossier.view;
    End {
        run: view.run.clone(),
        started: view.started,
        ended: view.ended.is_some(),
        gate: view.gate,
        environment: view.environment.clone(),
        verdict: view.verdict,
        document: view.document.clone(),
        version: dossier.version.clone(),
    }
}

fn stand(line: &LineView) -> Stand {
    Stand {
        line: line.plan.line,
        text: line.plan.text.clone(),
        section: line.plan.section.clone(),
        checks: line.plan.checks.iter().map(|it| it.id.clone()).collect(),
        state: line.standing.state,
        finding: line.standing.finding.clone(),
    }
}

fn compare(line: &mut Line, old: (&Side<'_>, &LineView), new: (&Side<'_>, &LineView)) {
    let ((old, before), (new, after)) = (old, new);
    let bound = binding(&before.plan, &after.plan);
    line.details.extend(bound);
    let number = (before.plan.line, after.plan.line);
    line.details.extend(answered(
        old.dossier.answers.get(&number.0).and_then(|it| it.last()),
        new.dossier.answers.get(&number.1).and_then(|it| it.last()),
    ));
    line.details.extend(judged(old.dossier, new.dossier, number, &line.details));
    let same_binding = line.details.iter().all(|it| it.of != Change::Binding);
    line.details.extend(revisions(old.dossier, number.0, new.dossier, number.1));
    let decided = |side: &Side<'_>, it: &LineView| {
        let left_out = side.only.is_some_and(|only| !only.contains(&it.plan.line));
        it.standing.state != State::Later && !left_out
    };
    // The state of a group is its children's, who are compared themselves.
    let group = before.plan.kind == Kind::Group && after.plan.kind == Kind::Group;
    match (decided(old, before), decided(new, after)) {
        _ if group => {}
        (false, false) => {}
        (true, false) => drop(line.changes.insert(Change::OnlyThen)),
        (false, true) => drop(line.changes.insert(Change::OnlyNow)),
        (true, true) => {
            let (was, is) = (before.standing.state, after.standing.state);
            if let Some(change) = turned(was, is) {
                // What passes because less is asked of it was not mended.
                let eased = change == Change::Mended && line.details.iter().any(asks_otherwise);
                let change = if eased { Change::OtherState } else { change };
                line.changes.insert(change);
            } else if same_binding {
                line.details.extend(evidence(old.dossier, before, new.dossier, after));
            }
            if before.standing.acknowledged != after.standing.acknowledged {
                let word = |it: bool| Some(String::from(if it { "yes" } else { "no" }));
                line.details.push(Detail {
                    of: Change::OtherState,
                    what: String::from("acknowledged"),
                    then: word(before.standing.acknowledged),
                    now: word(after.standing.acknowledged),
                });
            }
        }
    }
    line.changes.extend(line.details.iter().map(|it| it.of));
}

fn turned(was: State, is: State) -> Option<Change> {
    if was == is {
        return None;
    }
    Some(match is {
        State::Fail => Change::NewlyFailing,
        State::Unknown => Change::NewlyUnknown,
        State::Pass if matches!(was, State::Fail | State::Unknown) => Change::Mended,
        State::Pass
        | State::Waived
        | State::NotApplicable
        | State::Owed
        | State::Later
        | State::Noted => Change::OtherState,
    })
}

/// Whether a detail says that something else was asked of the system.
fn asks_otherwise(it: &Detail) -> bool {
    let own = matches!(it.what.as_str(), "severity" | "phase" | "gated");
    it.of == Change::Binding && !own && !it.what.starts_with("revision of ")
}

fn detail(of: Change, what: &str, then: Option<String>, now: Option<String>) -> Option<Detail> {
    (then != now).then(|| Detail { of, what: what.to_owned(), then, now })
}

/// What a line was and is bound to.
fn binding(then: &PlanLine, now: &PlanLine) -> Vec<Detail> {
    let ids = |line: &PlanLine| {
        let ids: Vec<&str> = line.checks.iter().map(|it| it.id.as_str()).collect();
        (!ids.is_empty()).then(|| ids.join(" + "))
    };
    let of = |what: &str, then, now| detail(Change::Binding, what, then, now);
    let some = |word: &str| Some(word.to_owned());
    let mut all: Vec<Detail> = [
        of("checks", ids(then), ids(now)),
        of("understood as", some(then.state.word()), some(now.state.word())),
        of("severity", some(then.severity.word()), some(now.severity.word())),
        of("phase", some(then.phase.word()), some(now.phase.word())),
        of("gated", some(yes(then.gated)), some(yes(now.gated))),
        of("command", then.command.clone(), now.command.clone()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let nothing = BoundCheck {
        id: String::new(),
        params: BTreeMap::new(),
        sources: BTreeMap::new(),
        because: Vec::new(),
        target: String::new(),
    };
    for nth in 0..then.checks.len().max(now.checks.len()) {
        let before = then.checks.get(nth).unwrap_or(&nothing);
        let after = now.checks.get(nth).unwrap_or(&nothing);
        if before.id != after.id {
            continue;
        }
        let names: BTreeSet<&String> = before.params.keys().chain(after.params.keys()).collect();
        for name in names {
            let what = format!("{} of {}", name, after.id);
            let (was, is) = (before.params.get(name).cloned(), after.params.get(name).cloned());
            all.extend(of(&what, was, is));
        }
        let what = format!("target of {}", after.id);
        all.extend(of(&what, Some(before.target.clone()), Some(after.target.clone())));
    }
    all
}

/// Parameters that a check was judged with and was judged with then, where the plan does not tell:
/// those that settings of a target gave.
fn judged(
    old: &Dossier,
    new: &Dossier,
    (then, now): (usize, usize),
    told: &[Detail],
) -> Vec<Detail> {
    let of = |dossier: &Dossier, line: usize| -> BTreeMap<(usize, String), Judgement> {
        let all = dossier.judgements.get(&line).into_iter().flatten();
        all.map(|it| ((it.nth, it.check.clone()), it.clone())).collect()
    };
    let (before, after) = (of(old, then), of(new, now));
    let mut all = Vec::new();
    for (key, is) in &after {
        let Some(was) = before.get(key) else { continue };
        let names: BTreeSet<&String> = was.params.keys().chain(is.params.keys()).collect();
        for name in names {
            let what = format!("{name} of {}", key.1);
            let (one, other) = (was.params.get(name).cloned(), is.params.get(name).cloned());
            if !told.iter().any(|it| it.what == what) {
                all.extend(detail(Change::Binding, &what, one, other));
            }
        }
    }
    all
}

/// Checks that judged by other rules than then.
fn revisions(old: &Dossier, then: usize, new: &Dossier, now: usize) -> Vec<Detail> {
    let of = |dossier: &Dossier, line: usize| -> BTreeMap<String, u32> {
        let all = dossier.judgements.get(&line).into_iter().flatten();
        all.map(|it| (it.check.clone(), it.revision)).collect()
    };
    let (then, now) = (of(old, then), of(new, now));
    let both = now.iter().filter_map(|(check, is)| Some((check, then.get(check)?, is)));
    both.filter_map(|(check, was, is)| {
        let what = format!("revision of {check}");
        detail(Change::Binding, &what, Some(was.to_string()), Some(is.to_string()))
    })
    .collect()
}

fn yes(it: bool) -> &'static str {
    if it { "yes" } else { "no" }
}

fn answered(then: Option<&Answer>, now: Option<&Answer>) -> Option<Detail> {
    let words = |answer: &Answer| {
        let said = match &answer.reply {
            Reply::Value(value) => value.clone(),
            Reply::File { name, evidence } => {
                format!("file {name} ({}…)", evidence.0.get(..12).unwrap_or(&evidence.0))
            }
            Reply::NotApplicable => String::from("does not apply"),
            Reply::Acknowledged => String::from("acknowledged"),
        };
        let reason = answer.reason.as_ref().map_or_else(String::new, |it| format!(": {it}"));
        format!("{said}{reason} ({})", answer.by)
    };
    detail(Change::Answer, "answer", then.map(words), now.map(words))
}

/// What was seen otherwise, though the state is the same. Times, lengths of time and what differs
/// from answer to answer are left out.
fn evidence(old: &Dossier, before: &LineView, new: &Dossier, after: &LineView) -> Vec<Detail> {
    let (was, is) = (&before.standing.finding, &after.standing.finding);
    let of = |dossier: &Dossier, line: usize| {
        let mut all = BTreeMap::<String, Parts>::new();
        for judgement in dossier.judgements.get(&line).into_iter().flatten() {
            // What an earlier run saw is that run's.
            let own = judgement.looks.iter().filter(|it| !matches!(it.ask.what, What::Earlier(_)));
            for look in own {
                parts::add(look, all.entry(parts::question(&look.ask)).or_default());
            }
        }
        all
    };
    let (then, now) = (of(old, before.plan.line), of(new, after.plan.line));
    let mut details: Vec<Detail> = Vec::new();
    let texts = [
        ("expected", was.expected.as_ref(), is.expected.as_ref()),
        ("seen", was.seen.as_ref(), is.seen.as_ref()),
    ];
    let counts = after.plan.checks.iter().any(|it| it.id.starts_with("metrics."));
    let steady = |it: Option<&String>| it.map(|it| steady::finding(it, counts));
    for (what, was, is) in texts {
        if steady(was) != steady(is) {
            details.extend(detail(Change::Evidence, what, was.cloned(), is.cloned()));
        }
    }
    let none = Parts::new();
    for (question, now) in &now {
        // A question of one run alone is another target, which the questions themselves tell.
        let then = then.get(question).unwrap_or(&none);
        details.extend(moved(question, then, now));
    }
    for question in then.keys().filter(|it| !now.contains_key(*it)) {
        details.extend(detail(Change::Evidence, question, Some(String::from("looked at")), None));
    }
    details
}

/// The parts of the answers to one question that are not what they were.
fn moved(question: &str, then: &Parts, now: &Parts) -> Vec<Detail> {
    if then.is_empty() {
        let looked = Some(String::from("looked at"));
        return detail(Change::Evidence, question, None, looked).into_iter().collect();
    }
    let labels: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let mut details = Vec::new();
    for label in labels {
        let of = |parts: &Parts| parts.get(label).cloned().unwrap_or_default();
        let (was, is): (Vec<Part>, Vec<Part>) = (of(then), of(now));
        if let Some((was, is)) = differs(&was, &is) {
            let what = format!("{question}: {label}");
            details.extend(detail(Change::Evidence, &what, was, is));
        }
    }
    details
}

type Shown = (Option<String>, Option<String>);

/// Old and new, where they differ in what can be compared.
fn differs(was: &[Part], is: &[Part]) -> Option<Shown> {
    let amounts = |parts: &[Part]| -> Vec<u64> {
        let amount = |it: &Part| match it {
            Part::Amount(amount) => Some(*amount),
            Part::Text(_) | Part::Loose(_) | Part::One(_) => None,
        };
        parts.iter().filter_map(amount).collect()
    };
    let set = |parts: &[Part]| parts.iter().cloned().collect::<BTreeSet<Part>>();
    let (old, new) = (set(was), set(is));
    if old == new {
        return None;
    }
    let counted = (amounts(was), amounts(is));
    if let (Some(then), Some(now)) = (counted.0.iter().max(), counted.1.iter().max()) {
        let (less, more) = (then.min(now), then.max(now));
        let same = *less == *more || 0 < *less && *more < less.saturating_mul(2);
        return (!same).then(|| (Some(then.to_string()), Some(now.to_string())));
    }
    let loose =
        |all: &BTreeSet<Part>| 1 < all.iter().filter(|it| matches!(it, Part::Loose(_))).count();
    if loose(&old) || loose(&new) {
        return None;
    }
    let only = |some: &BTreeSet<Part>, other: &BTreeSet<Part>| {
        let texts: Vec<String> = some.difference(other).map(Part::shown).collect();
        (!texts.is_empty()).then(|| texts.join(", "))
    };
    Some((only(&old, &new), only(&new, &old)))
}

#[cfg(test)]
mod tests;
