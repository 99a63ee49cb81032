//! Finds records, and makes of one everything that is shown of a run that is over.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use holdpoint_engine as engine;
use holdpoint_model::{
    event::{Event, Seq},
    fault::Fault,
    line::{Gate, Kind, State},
    look::Look,
    plan::{Plan, PlanLine},
};
use holdpoint_record::{Loaded, canonical, list, load};
use holdpoint_report::dossier::{Dossier, Judgement};

use crate::{
    exit::{Exit, Stop},
    past::plan_of,
    session::{FOLDER, stopped},
    view,
};

/// A record, or the folder of records at or below a path.
pub(crate) fn place(path: Option<&Path>) -> Result<PathBuf, Stop> {
    let path = path.map_or_else(|| PathBuf::from(FOLDER), Path::to_owned);
    let below = path.join(FOLDER);
    let path = if below.is_dir() { below } else { path };
    if path.exists() {
        return Ok(path);
    }
    Err(Stop::usage(format!("there is no record at {}; `holdpoint run` makes one", path.display())))
}

/// The newest record that is meant: runs that only took an answer looked at nothing.
pub(crate) fn last(path: Option<&Path>) -> Result<PathBuf, Stop> {
    let path = place(path)?;
    if path.is_file() {
        return Ok(path);
    }
    let entries = list(&path).map_err(stopped)?;
    let mut paths = entries.into_iter().rev().map(|entry| entry.path);
    paths
        .find(|path| load(path).map_or(true, |it| !only_answered(&it)))
        .ok_or_else(|| Stop::usage(format!("there is no record in {}", path.display())))
}

/// Whether a run looked at nothing because it only took an answer.
pub(crate) fn only_answered(loaded: &Loaded) -> bool {
    let first = loaded.events.first();
    matches!(first, Some((_, Event::RunBegan { only: Some(only), .. })) if only.is_empty())
}

/// Reads a record; what does not hang together is not shown.
pub(crate) fn read(path: &Path) -> Result<Loaded, Stop> {
    load(path).map_err(|error| broken(error.to_string()))
}

fn broken(message: String) -> Stop {
    Stop { exit: Exit::NoGo, message }
}

/// What the engine makes of a journal.
pub(crate) fn folded(plan: &Plan, events: &[(Seq, Event)]) -> engine::State {
    let (gate, only) = match events.first() {
        Some((_, Event::RunBegan { gate, only, .. })) => (*gate, only.clone()),
        Some(_) | None => (Gate::Pre, None),
    };
    let only: Option<BTreeSet<usize>> = only.map(|lines| lines.into_iter().collect());
    let mut state = engine::State::new(view::engine_lines(plan, gate, only.as_ref()));
    for (seq, event) in events {
        state.apply(*seq, event);
    }
    state
}

/// What of a run rests on nothing but what people said, and whose word it is.
pub(crate) fn people(loaded: &Loaded) -> Option<String> {
    let plan = plan_of(loaded)?;
    let state = folded(&plan, &loaded.events);
    let own = |line: &&PlanLine| line.kind != Kind::Group;
    let lines: BTreeSet<usize> = plan.lines.iter().filter(own).map(|line| line.line).collect();
    let standings = state.standings();
    let passed = |line: &&usize| standings.get(line).is_some_and(|it| it.state == State::Pass);
    let passes = lines.iter().filter(passed).count();
    let words = state.words();
    if passes == 0 && words.is_empty() {
        return None;
    }
    let whose = |wanted: State| {
        let mut by: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let all = words.iter().filter(|(_, state, _)| *state == wanted);
        let all: Vec<_> = all.map(|(line, _, answer)| (line.to_string(), answer.whose())).collect();
        for (line, name) in &all {
            by.entry(name.clone()).or_default().push(line.clone());
        }
        let named = |(name, lines): (String, Vec<String>)| {
            let plural = if lines.len() == 1 { "line" } else { "lines" };
            format!("{name}, {plural} {}", lines.join(" "))
        };
        let named: Vec<String> = by.into_iter().map(named).collect();
        (all.len(), named.join("; "))
    };
    let (said, by) = whose(State::Pass);
    let plural = if passes == 1 { "pass" } else { "passes" };
    let rest = if said == 1 { "rests" } else { "rest" };
    let mut text = format!("people: {said} of {passes} {plural} {rest} on somebody's word");
    if 0 < said {
        text = format!("{text}: {by}");
    }
    match whose(State::NotApplicable) {
        (0, _) => {}
        (count, by) => text = format!("{text}; {count} left out on the word of {by}"),
    }
    Some(text)
}

/// Looks of a record by their number. Evidence that is damaged is not shown as something else.
pub(crate) fn looks(loaded: &Loaded) -> Result<BTreeMap<Seq, Look>, Stop> {
    let mut looks = BTreeMap::new();
    for (seq, event) in &loaded.events {
        let Event::Looked { ask, at, ms, outcome, note, .. } = event else { continue };
        let outcome = match outcome {
            Ok(digest) => {
                let bytes = loaded.evidence(digest).map_err(|error| broken(error.to_string()))?;
                let bytes = bytes
                    .ok_or_else(|| broken(format!("evidence {} is not in the record", digest.0)))?;
                Ok(canonical::read(&bytes).map_err(broken)?)
            }
            Err(fault) => Err::<_, Fault>(*fault),
        };
        let look = Look { ask: ask.clone(), at: *at, ms: *ms, outcome, note: note.clone() };
        looks.insert(*seq, look);
    }
    Ok(looks)
}

/// Everything that a record says of its run.
pub(crate) fn dossier(loaded: &Loaded) -> Result<Dossier, Stop> {
    let Some((_, Event::RunBegan { document_evidence, version, .. })) = loaded.events.first()
    else {
        return Err(broken(String::from("the record does not begin as a run does")));
    };
    let plan = plan_of(loaded).ok_or_else(|| broken(String::from("the record holds no plan")))?;
    let document = loaded.evidence(document_evidence).map_err(|it| broken(it.to_string()))?;
    let document = document.ok_or_else(|| broken(String::from("the record holds no document")))?;
    let state = folded(&plan, &loaded.events);
    let view = view::of(&plan, &state, &loaded.events)
        .ok_or_else(|| broken(String::from("the record does not begin as a run does")))?;
    let mut answers = BTreeMap::<usize, Vec<_>>::new();
    for (_, event) in &loaded.events {
        if let Event::Answered { answer, .. } = event {
            answers.entry(answer.line).or_default().push(answer.clone());
        }
    }
    let sealed = loaded.sealed.as_ref().and_then(holdpoint_record::Sealed::key);
    Ok(Dossier {
        view,
        document,
        judgements: judgements(loaded)?,
        answers,
        version: version.clone(),
        seal: sealed.map(|it| it.to_string()),
    })
}

/// The judgements of every line, those of the last round where there were several.
fn judgements(loaded: &Loaded) -> Result<BTreeMap<usize, Vec<Judgement>>, Stop> {
    let looks = looks(loaded)?;
    let began: BTreeMap<Seq, &Event> = loaded.events.iter().map(|(seq, it)| (*seq, it)).collect();
    let mut all = BTreeMap::<usize, BTreeMap<usize, Judgement>>::new();
    for (_, event) in &loaded.events {
        let Event::Judged { began: at, looks: used, finding, .. } = event else { continue };
        let Some(Event::JudgementBegan { line, nth, check, revision, params, .. }) =
            began.get(at).copied()
        else {
            continue;
        };
        let judgement = Judgement {
            nth: *nth,
            check: check.clone(),
            revision: *revision,
            params: params.clone(),
            finding: finding.clone(),
            looks: used.iter().filter_map(|it| looks.get(it).cloned()).collect(),
        };
        all.entry(*line).or_default().insert(*nth, judgement);
    }
    Ok(all.into_iter().map(|(line, by)| (line, by.into_values().collect())).collect())
}
