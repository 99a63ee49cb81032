//! Earlier records: what of them still holds for the run that begins now.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use holdpoint_bind::{
    key::Key,
    scope::{params, scope},
};
use holdpoint_engine::{Standing, State};
use holdpoint_model::{
    ask::{Ask, Vantage, What},
    event::{Digest, Event, Seq},
    fault::Fault,
    limits,
    line::{Gate, Impact, Kind, Phase},
    look::Look,
    plan::{Plan, PlanLine},
    seen::Seen,
    time::{HOUR, Time},
    verdict::Verdict,
};
use holdpoint_record::{Loaded, canonical, list, load};

use crate::{
    looking,
    project::Project,
    session::{FOLDER, Wish},
    view,
};

/// How long what an earlier run saw is good enough not to be looked at again.
const CARRIED_MS_MAX: i64 = HOUR;

/// What becomes of an unfinished run when another one is asked for.
pub(crate) enum Unfinished {
    /// It is the one that is asked for: of the same document, plan, gate, lines and environment,
    /// and young.
    GoesOn,
    /// What is asked for is less; it can still be gone on with, by this command.
    Waits(String),
    /// It is not gone on with, for this reason.
    GivenUp(&'static str),
}

/// What becomes of an unfinished run.
pub(crate) fn unfinished(loaded: &Loaded, project: &Project, wish: &Wish) -> Unfinished {
    let Some((_, Event::RunBegan { at, gate, environment, only, .. })) = loaded.events.first()
    else {
        return Unfinished::GivenUp("its journal does not begin as a run does");
    };
    if !(0..limits::RESUME_MS_MAX).contains(&looking::now().since(*at)) {
        return Unfinished::GivenUp("it was cut off more than an hour ago");
    }
    if !about(loaded, project) || *environment != project.environment {
        return Unfinished::GivenUp("it is of another checklist or environment");
    }
    let Some(plan) = plan_of(loaded).filter(|plan| plan.lines == project.plan().lines) else {
        return Unfinished::GivenUp("the plan has changed since");
    };
    if plan.release != project.plan().release {
        return Unfinished::GivenUp("it is of another release");
    }
    if !changed(loaded, project).is_empty() {
        return Unfinished::GivenUp("targets or vantages have changed since");
    }
    let wanted: Option<Vec<usize>> = wish.only.as_ref().map(|only| only.iter().copied().collect());
    if *gate == wish.gate && *only == wanted && !wish.rerun_failed {
        return Unfinished::GoesOn;
    }
    if wish.only.is_none() && !wish.rerun_failed {
        let why = if *gate == wish.gate {
            "this one looks at every line"
        } else {
            "this one decides another gate"
        };
        return Unfinished::GivenUp(why);
    }
    let mut again = format!("holdpoint run {}", project.plan().document.path);
    if *gate != Gate::Pre {
        again = format!("{again} --gate {}", gate.word());
    }
    if let Some(name) = environment {
        again = format!("{again} --env {name}");
    }
    if let Some(only) = only {
        let lines: Vec<String> = only.iter().map(usize::to_string).collect();
        again = format!("{again} --only {}", lines.join(","));
    }
    Unfinished::Waits(again)
}

/// Judgements of a journal that would be about something else today: another target, vantage,
/// permission or parameter. What they concluded says nothing any more.
pub(crate) fn changed(loaded: &Loaded, project: &Project) -> BTreeSet<Seq> {
    let differs = |event: &Event| {
        let Event::JudgementBegan { line, nth, check, scope: then, params: with, .. } = event
        else {
            return false;
        };
        let today = project.plan().lines.iter().find(|it| it.line == *line);
        let Some((plan_line, bound)) =
            today.and_then(|it| it.checks.get(*nth).map(|bound| (it, bound)))
        else {
            return true;
        };
        let environment = project.environment.as_deref();
        let today = scope(plan_line, bound, &project.settings, environment, then.now);
        // Of a vantage elsewhere only the name is in the scope, and the name may lead elsewhere now.
        let elsewhere = then.sides.values().any(|it| *it != Vantage::here());
        elsewhere || bound.id != *check || today != *then || params(bound) != *with
    };
    loaded.events.iter().filter(|(_, event)| differs(event)).map(|(seq, _)| *seq).collect()
}

pub(crate) fn about(loaded: &Loaded, project: &Project) -> bool {
    matches(loaded, &project.plan().document.path, project.environment.as_deref())
}

pub(crate) fn matches(loaded: &Loaded, path: &str, environment: Option<&str>) -> bool {
    match loaded.events.first() {
        Some((_, Event::RunBegan { document, environment: of, .. })) => {
            // `./list.md` and `list.md` are one document.
            let plain = |path: &str| std::path::absolute(path).ok();
            plain(&document.path) == plain(path) && of.as_deref() == environment
        }
        Some(_) | None => false,
    }
}

/// Whether a run was of the same release, as far as document and settings tell: its title with a
/// version, what it declares of itself, and the `[release]` of the settings. What somebody said of another release says nothing of this one.
pub(crate) fn same_release(loaded: &Loaded, project: &Project) -> bool {
    fn names(plan: &Plan) -> Vec<&str> {
        let own = |line: &&PlanLine| line.phase == Phase::Meta && matches!(line.kind, Kind::Field);
        plan.lines.iter().filter(own).map(|line| line.text.as_str()).collect()
    }
    let today = project.plan();
    plan_of(loaded)
        .is_some_and(|plan| plan.release == today.release && names(&plan) == names(today))
}

/// Looks of a journal by ask: passive ones that no unfinished attempt made. With `passed`, only
/// those behind a pass.
pub(crate) fn looks_of(loaded: &Loaded, passed: bool) -> BTreeMap<Ask, (Seq, Look)> {
    let mut behind = BTreeSet::new();
    let (mut attempts, mut judged) = (BTreeMap::new(), BTreeSet::new());
    for (seq, event) in &loaded.events {
        if let Event::AttemptBegan { began, .. } = event {
            attempts.entry(*began).or_insert(*seq);
        }
        if let Event::Judged { began, looks, finding, .. } = event {
            judged.insert(*began);
            if finding.verdict == Verdict::Pass {
                behind.extend(looks.iter().copied());
            }
        }
    }
    let doubtful = attempts.iter().filter(|(began, _)| !judged.contains(began));
    let doubtful = doubtful.map(|(_, seq)| *seq).min();
    let mut all = BTreeMap::new();
    for (seq, event) in &loaded.events {
        let Event::Looked { ask, at, ms, outcome, note, .. } = event else { continue };
        let usable = ask.what.impact() < Impact::Active
            && doubtful.is_none_or(|doubtful| *seq < doubtful)
            && (!passed || behind.contains(seq));
        let outcome: Option<Result<Seen, Fault>> = match outcome {
            Ok(digest) => {
                let bytes = loaded.evidence(digest).ok().flatten();
                bytes.and_then(|bytes| canonical::read(&bytes).ok()).map(Ok)
            }
            Err(fault) => Some(Err(*fault)),
        };
        if let Some(outcome) = outcome.filter(|_| usable) {
            let look = Look { ask: ask.clone(), at: *at, ms: *ms, outcome, note: note.clone() };
            all.insert(ask.clone(), (*seq, look));
        }
    }
    all
}

/// How long to wait before a burst is sent again whose first try was cut off: its traces are still
/// in the target's counters.
pub(crate) fn cool_down(events: &[(Seq, Event)]) -> Duration {
    let judged: BTreeSet<Seq> = events
        .iter()
        .filter_map(
            |(_, event)| {
                if let Event::Judged { began, .. } = event { Some(*began) } else { None }
            },
        )
        .collect();
    let now = looking::now();
    let rest = events.iter().filter_map(|(_, event)| {
        let Event::AttemptBegan { began, ask, at } = event else { return None };
        if judged.contains(began) {
            return None;
        }
        let window =
            if let What::Burst { over_ms, .. } = &ask.what { i64::from(*over_ms) } else { 0 };
        Some(at.plus(window.saturating_mul(2)).plus(2_000).since(now))
    });
    let rest = rest.max().unwrap_or(0).clamp(0, 2 * 60_000);
    Duration::from_millis(u64::try_from(rest).unwrap_or(0))
}

/// The events, and the evidence, of judgements that passed and are fresh.
pub(crate) fn passes(
    last: &Loaded,
    changed: &BTreeSet<Seq>,
    now: Time,
) -> (BTreeSet<Seq>, BTreeSet<Digest>) {
    let events: BTreeMap<Seq, &Event> = last.events.iter().map(|(seq, it)| (*seq, it)).collect();
    let (mut wanted, mut evidence) = (BTreeSet::new(), BTreeSet::new());
    for (seq, event) in &last.events {
        let Event::Judged { began, looks, finding, at } = event else { continue };
        let looked: Vec<&&Event> = looks.iter().filter_map(|seq| events.get(seq)).collect();
        let passive = looked.iter().all(
            |it| matches!(it, Event::Looked { ask, .. } if ask.what.impact() < Impact::Active),
        );
        let age = now.since(*at);
        let fresh = (0..CARRIED_MS_MAX).contains(&age) && !changed.contains(began);
        let good = finding.verdict == Verdict::Pass && fresh && passive;
        if !good {
            continue;
        }
        wanted.extend([*seq, *began]);
        wanted.extend(looks.iter().copied());
        for it in looked {
            if let Event::Looked { outcome: Ok(digest), .. } = it {
                evidence.insert(digest.clone());
            }
        }
    }
    (wanted, evidence)
}

/// Where a line stood at the end of the last run of this document that looked.
pub(crate) fn last_standing(project: &Project, line: usize) -> Option<Standing> {
    for entry in list(Path::new(FOLDER)).ok()?.iter().rev() {
        let Ok(loaded) = load(&entry.path) else { continue };
        let Some((_, Event::RunBegan { gate, only, .. })) = loaded.events.first() else { continue };
        if !about(&loaded, project) || only.as_ref().is_some_and(Vec::is_empty) {
            continue;
        }
        let only = only.as_ref().map(|lines| lines.iter().copied().collect());
        let plan = plan_of(&loaded)?;
        let mut state = State::new(view::engine_lines(&plan, *gate, only.as_ref()));
        for (seq, event) in &loaded.events {
            state.apply(*seq, event);
        }
        return state.standings().remove(&line);
    }
    None
}

/// The plan of a record.
pub(crate) fn plan_of(loaded: &Loaded) -> Option<Plan> {
    match loaded.events.first() {
        Some((_, Event::RunBegan { plan_evidence, .. })) => {
            canonical::read(&loaded.evidence(plan_evidence).ok()??).ok()
        }
        Some(_) | None => None,
    }
}

/// The identity of a line as one text.
pub(crate) fn key_text(key: &Key) -> String {
    format!("{} / {} / {} / {}", key.section.join(" > "), key.under, key.text, key.nth)
}
