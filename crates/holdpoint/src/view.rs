//! The journal of a run, folded into what reporters show.

use std::collections::BTreeMap;

use holdpoint_checks::{find, heads::head};
use holdpoint_engine::{Line, State, lines};
use holdpoint_model::{
    event::{Event, Seq},
    line::{Form, Gate},
    plan::{DocumentRef, Plan, PlanLine},
    time::Time,
};
use holdpoint_report::view::{CheckView, LineView, RunView};

/// The engine's lines of a plan, with this catalog.
pub(crate) fn engine_lines(
    plan: &Plan,
    gate: Gate,
    only: Option<&std::collections::BTreeSet<usize>>,
) -> Vec<Line> {
    let form = |id: &str| head(id).map_or(Form::Check, |head| head.form);
    lines(plan, gate, only, &form, &|id| find(id).is_some())
}

/// One judgement of a check of a line.
#[derive(Clone, Default)]
struct Judgement {
    looks: Vec<Seq>,
    params: BTreeMap<String, String>,
    began: Time,
    ended: Option<Time>,
}

/// The frame of a run, from its first event.
struct Frame {
    run: String,
    at: Time,
    gate: Gate,
    environment: Option<String>,
    document: DocumentRef,
}

/// Folds a journal into a view. `None` when it does not begin as a run does.
pub(crate) fn of(plan: &Plan, state: &State, events: &[(Seq, Event)]) -> Option<RunView> {
    let (_, first) = events.first()?;
    let Event::RunBegan { run, at, gate, environment, document, .. } = first else { return None };
    let frame = Frame {
        run: run.clone(),
        at: *at,
        gate: *gate,
        environment: environment.clone(),
        document: document.clone(),
    };
    let (judgements, looks, ended) = fold(events);
    let standings = state.standings();
    let lines = plan.lines.iter().filter_map(|line| {
        let standing = standings.get(&line.line)?.clone();
        let checks = (0..line.checks.len()).map(|nth| {
            check_view(line, nth, judgements.get(&(line.line, nth)), &looks, &standing.verdicts)
        });
        let ms = (0..line.checks.len()).filter_map(|nth| judgements.get(&(line.line, nth)));
        let ms = ms.filter_map(|it| it.ended.map(|ended| ended.since(it.began))).max();
        Some(LineView {
            plan: line.clone(),
            standing: standing.clone(),
            checks: checks.collect(),
            ms: ms.unwrap_or(0),
        })
    });
    Some(RunView {
        run: frame.run,
        gate: frame.gate,
        environment: frame.environment,
        document: frame.document,
        started: frame.at,
        ended,
        verdict: state.ended().unwrap_or_else(|| state.verdict()),
        counts: state.counts(),
        lines: lines.collect(),
    })
}

type Judgements = BTreeMap<(usize, usize), Judgement>;
type Looked = BTreeMap<Seq, (String, Time)>;

fn fold(events: &[(Seq, Event)]) -> (Judgements, Looked, Option<Time>) {
    let (mut judgements, mut looked, mut end) = (Judgements::new(), Looked::new(), None);
    let mut places: BTreeMap<Seq, (usize, usize)> = BTreeMap::new();
    for (seq, event) in events {
        match event {
            Event::JudgementBegan { line, nth, scope, params, .. } => {
                places.insert(*seq, (*line, *nth));
                let began =
                    Judgement { params: params.clone(), began: scope.now, ..Judgement::default() };
                judgements.insert((*line, *nth), began);
            }
            Event::Judged { began, looks, at, .. } => {
                if let Some(it) = places.get(began).and_then(|place| judgements.get_mut(place)) {
                    it.looks = looks.clone();
                    it.ended = Some(*at);
                }
            }
            Event::Looked { ask, at, .. } => {
                looked.insert(*seq, (ask.from.0.clone(), *at));
            }
            Event::RunEnded { at, .. } => end = Some(*at),
            Event::RunBegan { .. }
            | Event::Resumed { .. }
            | Event::Abandoned { .. }
            | Event::AttemptBegan { .. }
            | Event::Broke { .. }
            | Event::Answered { .. }
            | Event::Interrupted { .. } => {}
        }
    }
    (judgements, looked, end)
}

fn check_view(
    line: &PlanLine,
    nth: usize,
    judgement: Option<&Judgement>,
    looked: &Looked,
    verdicts: &[Option<holdpoint_model::verdict::Verdict>],
) -> CheckView {
    let id = line.checks.get(nth).map(|check| check.id.clone()).unwrap_or_default();
    let params = judgement.map(|it| it.params.clone()).unwrap_or_default();
    let specs = find(&id).map(|check| check.specs()).unwrap_or_default();
    let defaults = match judgement {
        Some(_) => crate::commands::check::defaults(specs, &params),
        None => BTreeMap::new(),
    };
    let looks = judgement.map(|it| it.looks.as_slice()).unwrap_or_default();
    CheckView {
        id,
        verdict: verdicts.get(nth).copied().flatten(),
        looks: looks.len(),
        params,
        defaults,
        last_look: looks.last().and_then(|seq| looked.get(seq).cloned()),
    }
}
