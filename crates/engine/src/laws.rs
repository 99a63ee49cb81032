//! Laws over every short history of a run.

use std::collections::BTreeMap;

use holdpoint_model::{
    event::{Answer, Event, Release, Reply, Seq},
    line::{Binding, Severity, State as LineState},
    scope::Scope,
    time::Time,
    verdict::{Finding, Verdict},
};

use crate::{Effect, Input, Line, Role, Slot, State, resume, step};

fn line(number: usize, severity: Severity, binding: Binding, slots: Vec<Slot>) -> Line {
    Line {
        number,
        role: Role::Decided,
        binding,
        severity,
        gated: severity != Severity::Info,
        slots,
        parent: Some(1),
        condition: None,
        candidates: Vec::new(),
        text: String::new(),
        lacks: Vec::new(),
    }
}

fn lines() -> Vec<Line> {
    let group = Line {
        role: Role::Group,
        gated: false,
        parent: None,
        ..line(1, Severity::Major, Binding::Bound, Vec::new())
    };
    vec![
        group,
        line(2, Severity::Blocker, Binding::Bound, vec![Slot::Check, Slot::Check]),
        line(3, Severity::Minor, Binding::Bound, vec![Slot::Check]),
        line(4, Severity::Major, Binding::Asked, vec![Slot::Duty]),
    ]
}

fn finding(verdict: Verdict) -> Finding {
    match verdict {
        Verdict::Pass => Finding::pass("good"),
        Verdict::Unknown => Finding::unknown("dark", "light"),
        Verdict::Fail => Finding::fail("bad", "good", "bad", "mend"),
    }
}

fn answer(line: usize, reply: Reply) -> Input {
    Input::Answered {
        answer: Answer {
            line,
            key: String::new(),
            reply,
            reason: Some("because".to_owned()),
            about: Some("bad".to_owned()),
            by: "ann".to_owned(),
            recorded_by: None,
            at: Time(0),
            environment: None,
        },
        carried_from: None,
    }
}

/// Judgements begin in this order, so that their places are known.
const PLACES: [(usize, usize); 3] = [(2, 0), (2, 1), (3, 0)];

fn began() -> (State, Vec<(Seq, Event)>) {
    let mut state = State::new(lines());
    let mut journal = Vec::new();
    for (seq, (line, nth)) in (1..).zip(PLACES) {
        let event = Event::JudgementBegan {
            line,
            nth,
            check: "a.b".to_owned(),
            revision: 1,
            scope: Scope::new("web", Time(0)),
            params: BTreeMap::new(),
        };
        state.apply(Seq(seq), &event);
        journal.push((Seq(seq), event));
    }
    (state, journal)
}

fn alphabet() -> Vec<Input> {
    let mut inputs = Vec::new();
    for place in 1..=3 {
        for verdict in [Verdict::Pass, Verdict::Unknown, Verdict::Fail] {
            let finding = finding(verdict);
            inputs.push(Input::Concluded { began: Seq(place), looks: vec![], finding });
        }
    }
    inputs.push(Input::Broke { began: Seq(2), message: "oh".to_owned() });
    inputs.push(answer(4, Reply::Value("yes".to_owned())));
    inputs.push(answer(4, Reply::Acknowledged));
    inputs.push(answer(3, Reply::Acknowledged));
    inputs.push(answer(2, Reply::NotApplicable));
    inputs.push(Input::Finished);
    inputs.push(Input::Interrupted);
    inputs
}

type See<'a> = dyn FnMut(&State, &[(Seq, Event)], &[Effect]) + 'a;

fn walk(state: &State, journal: &mut Vec<(Seq, Event)>, depth: usize, see: &mut See<'_>) {
    if depth == 0 {
        return;
    }
    for input in alphabet() {
        let (events, effects) = step(state, Time(1), &input);
        let mut next = state.clone();
        let before = journal.len();
        for event in events {
            let seq = Seq(u64::try_from(journal.len() + 1).unwrap());
            next.apply(seq, &event);
            journal.push((seq, event));
        }
        see(&next, journal, &effects);
        walk(&next, journal, depth - 1, see);
        journal.truncate(before);
    }
}

#[test]
fn go_needs_every_gated_line_and_a_seal_follows_only_an_end() {
    let (state, mut journal) = began();
    let mut ends = BTreeMap::new();
    walk(&state, &mut journal, 4, &mut |state, journal, effects| {
        let standings = state.standings();
        let states: Vec<LineState> = standings.values().map(|it| it.state).collect();
        let ended = journal.iter().filter(|(_, it)| matches!(it, Event::RunEnded { .. })).count();
        assert!(ended <= 1);
        assert!(!effects.contains(&Effect::Seal) || ended == 1);
        assert_eq!(state.ended().is_some(), ended == 1);
        if state.ended() == Some(Release::Go) {
            let settled = |it: &LineState| {
                matches!(it, LineState::Pass | LineState::NotApplicable | LineState::Fail)
            };
            assert!(states.iter().all(settled), "{states:?}");
            assert!(states.contains(&LineState::Pass));
            let minor = &standings[&3];
            assert!(minor.state != LineState::Fail || minor.acknowledged);
            assert_ne!(standings[&2].state, LineState::Fail);
            assert_eq!(standings[&4].state, LineState::Pass);
        }
        if let Some(verdict) = state.ended() {
            *ends.entry(verdict).or_insert(0) += 1;
        }
        let counted: usize = state.counts().values().sum();
        assert_eq!(counted, state.lines().len());
    });
    assert_eq!(ends.len(), 3, "every verdict is reached: {ends:?}");
}

#[test]
fn any_prefix_of_a_journal_folds_to_the_state_that_wrote_it() {
    let (state, mut journal) = began();
    walk(&state, &mut journal, 3, &mut |state, journal, _| {
        let mut again = State::new(lines());
        for (seq, event) in journal {
            again.apply(*seq, event);
        }
        assert_eq!(&again, state);
        let wanted: Vec<Effect> = match state.ended() {
            Some(_) => vec![Effect::Seal],
            None => {
                state.open().into_iter().map(|(line, nth)| Effect::Judge { line, nth }).collect()
            }
        };
        assert_eq!(resume(state), wanted);
    });
}

#[test]
fn nothing_is_concluded_for_what_was_not_looked_at() {
    let state = State::new(lines());
    assert_eq!(state.verdict(), Release::Hold);
    assert_eq!(state.open(), PLACES);
    let states: Vec<LineState> = state.standings().values().map(|it| it.state).collect();
    assert_eq!(
        states,
        [LineState::Unknown, LineState::Unknown, LineState::Unknown, LineState::Owed]
    );
    assert_eq!(State::new(Vec::new()).verdict(), Release::Hold);
}

#[test]
fn a_group_speaks_with_its_worst_child() {
    let (mut state, _) = began();
    for (place, verdict) in [(1, Verdict::Pass), (2, Verdict::Pass), (3, Verdict::Fail)] {
        let event = Event::Judged {
            began: Seq(place),
            looks: vec![],
            finding: finding(verdict),
            at: Time(1),
        };
        state.apply(Seq(9), &event);
    }
    let group = state.standings()[&1].clone();
    assert_eq!((group.state, group.finding.reason.as_str()), (LineState::Fail, "line 3: bad"));
    assert_eq!(state.verdict(), Release::Hold);
}

#[test]
fn a_failure_under_an_undecided_condition_is_unknown() {
    let mut lines = lines();
    lines[2].condition = Some("if using S3".to_owned());
    let mut state = State::new(lines);
    let began = Event::JudgementBegan {
        line: 3,
        nth: 0,
        check: "a.b".to_owned(),
        revision: 1,
        scope: Scope::new("web", Time(0)),
        params: BTreeMap::new(),
    };
    state.apply(Seq(1), &began);
    let fail = finding(Verdict::Fail);
    let judged = Event::Judged { began: Seq(1), looks: vec![], finding: fail, at: Time(1) };
    state.apply(Seq(2), &judged);
    let standing = state.standings()[&3].clone();
    assert_eq!(standing.state, LineState::Unknown);
    assert!(standing.finding.remedy.unwrap().contains("--not-applicable"));
}

#[test]
fn an_answer_of_no_fails_and_an_acknowledgement_is_of_one_failure() {
    let (mut state, _) = began();
    for (said, want) in [
        ("yes", LineState::Pass),
        ("42 people", LineState::Pass),
        ("none found", LineState::Pass),
        ("No", LineState::Fail),
        ("no, not yet", LineState::Fail),
        ("NOT done", LineState::Fail),
        ("nein", LineState::Fail),
        ("we were not briefed", LineState::Fail),
    ] {
        let Input::Answered { answer, .. } = answer(4, Reply::Value(said.to_owned())) else {
            return;
        };
        state.apply(Seq(9), &Event::Answered { answer, carried_from: None });
        assert_eq!(state.standings()[&4].state, want, "{said}");
    }
    let fail = Event::Judged {
        began: Seq(3),
        looks: vec![],
        finding: finding(Verdict::Fail),
        at: Time(1),
    };
    state.apply(Seq(10), &fail);
    for (about, want) in [("bad", true), ("something else", false)] {
        let Input::Answered { mut answer, .. } = answer(3, Reply::Acknowledged) else { return };
        answer.about = Some(about.to_owned());
        state.apply(Seq(11), &Event::Answered { answer, carried_from: None });
        assert_eq!(state.standings()[&3].acknowledged, want);
    }
}

#[test]
fn a_no_stays_a_no_when_it_is_acknowledged() {
    let (mut state, _) = began();
    for (seq, reply) in [(9, Reply::Value("no".to_owned())), (10, Reply::Acknowledged)] {
        let Input::Answered { mut answer, .. } = answer(4, reply) else { return };
        let reason = state.standings()[&4].finding.reason.clone();
        answer.about = (answer.reply == Reply::Acknowledged).then_some(reason);
        state.apply(Seq(seq), &Event::Answered { answer, carried_from: None });
    }
    let standing = state.standings()[&4].clone();
    assert_eq!((standing.state, standing.acknowledged), (LineState::Fail, true));
}

#[test]
fn what_a_person_attests_begins_with_a_yes() {
    let mut lines = lines();
    lines[3].candidates = vec!["attest.briefing".to_owned()];
    for (said, want) in [
        ("yes, all six of us", LineState::Pass),
        ("Done on Friday", LineState::Pass),
        ("yes but no, it failed", LineState::Owed),
        ("Yes, except the night shift", LineState::Owed),
        ("no", LineState::Fail),
        ("unfortunately we skipped it", LineState::Owed),
        ("nobody was briefed", LineState::Owed),
        ("0 of 6", LineState::Owed),
        ("pending", LineState::Owed),
        ("will do tomorrow", LineState::Owed),
    ] {
        let mut state = State::new(lines.clone());
        let Input::Answered { answer, .. } = answer(4, Reply::Value(said.to_owned())) else {
            return;
        };
        state.apply(Seq(9), &Event::Answered { answer, carried_from: None });
        assert_eq!(state.standings()[&4].state, want, "{said}");
    }
}
