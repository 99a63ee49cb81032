//! The state of a run: the fold of its journal.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_model::{
    event::{Answer, Event, Release, Reply, Seq},
    line,
    line::Severity,
    verdict::Finding,
};

use crate::{
    role::{Line, Role, Slot},
    standing::{self, Findings, Standing},
};

/// The fold of a run's journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    lines: Vec<Line>,
    began: BTreeMap<Seq, (usize, usize)>,
    findings: Findings,
    answers: BTreeMap<usize, Answer>,
    /// Acknowledgements stand beside what was answered: they are of a failure, not of the claim.
    acknowledgements: BTreeMap<usize, Answer>,
    ended: Option<Release>,
}

impl State {
    /// Nothing looked at yet.
    pub fn new(lines: Vec<Line>) -> Self {
        Self {
            lines,
            began: BTreeMap::new(),
            findings: BTreeMap::new(),
            answers: BTreeMap::new(),
            acknowledgements: BTreeMap::new(),
            ended: None,
        }
    }

    /// Folds one event. Never fails, never decides.
    pub fn apply(&mut self, seq: Seq, event: &Event) {
        match event {
            Event::JudgementBegan { line, nth, .. } => {
                self.began.insert(seq, (*line, *nth));
            }
            Event::Judged { began, finding, .. } => self.found(*began, finding.clone()),
            Event::Broke { began, message, .. } => self.found(*began, broken(message)),
            Event::Answered { answer, .. } => {
                let acknowledged = answer.reply == Reply::Acknowledged;
                let of = if acknowledged { &mut self.acknowledgements } else { &mut self.answers };
                of.insert(answer.line, answer.clone());
            }
            Event::RunEnded { verdict, .. } => self.ended = Some(*verdict),
            Event::RunBegan { .. }
            | Event::Resumed { .. }
            | Event::Abandoned { .. }
            | Event::AttemptBegan { .. }
            | Event::Looked { .. }
            | Event::Interrupted { .. } => {}
        }
    }

    fn found(&mut self, began: Seq, finding: Finding) {
        if let Some(place) = self.began.get(&began) {
            self.findings.insert(*place, finding);
        }
    }

    /// The lines as they were given.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The verdict the run ended with, if it has.
    pub fn ended(&self) -> Option<Release> {
        self.ended
    }

    /// Every judgement that has still to be made, in the order of the document.
    pub fn open(&self) -> Vec<(usize, usize)> {
        let spared = |line: &Line| {
            let answer = self.answers.get(&line.number);
            answer.is_some_and(|answer| answer.reply == Reply::NotApplicable)
        };
        let decided = self.lines.iter().filter(|line| line.role == Role::Decided);
        let bound = decided.filter(|line| line.binding == line::Binding::Bound);
        let mut open = Vec::new();
        for line in bound.filter(|line| !spared(line)) {
            for (nth, slot) in line.slots.iter().enumerate() {
                let place = (line.number, nth);
                if *slot == Slot::Check && !self.findings.contains_key(&place) {
                    open.push(place);
                }
            }
        }
        open
    }

    /// Where every line stands, in the order of the document.
    pub fn standings(&self) -> BTreeMap<usize, Standing> {
        let mut all: BTreeMap<usize, Standing> = BTreeMap::new();
        let mut children: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for line in &self.lines {
            if let Some(parent) = line.parent {
                children.entry(parent).or_default().push(line.number);
            }
            let answer = self.answers.get(&line.number);
            let mut standing = standing::of_line(line, &self.findings, answer);
            let about = self.acknowledgements.get(&line.number).and_then(|it| it.about.as_ref());
            standing.acknowledged =
                standing.state == line::State::Fail && about == Some(&standing.finding.reason);
            all.insert(line.number, standing);
        }
        // Children stand below their parents, so from the last group upwards all are known.
        for group in self.lines.iter().rev().filter(|line| line.role == Role::Group) {
            let below = children.get(&group.number).map(Vec::as_slice).unwrap_or_default();
            let below: Vec<(usize, Standing)> = below
                .iter()
                .filter_map(|number| all.get(number).map(|child| (*number, child.clone())))
                .collect();
            all.insert(group.number, standing::of_group(&below));
        }
        all
    }

    /// Decided lines that pass, or do not apply, because somebody said so, each with the answer.
    pub fn words(&self) -> Vec<(usize, line::State, &Answer)> {
        let standings = self.standings();
        let said = |line: &Line| {
            let state = standings.get(&line.number)?.state;
            let asked = line.binding == line::Binding::Asked || line.slots.contains(&Slot::Duty);
            let rests = match state {
                line::State::Pass => asked,
                line::State::NotApplicable => true,
                line::State::Fail
                | line::State::Unknown
                | line::State::Waived
                | line::State::Owed
                | line::State::Later
                | line::State::Noted => false,
            };
            let answer = self.answers.get(&line.number).filter(|_| rests)?;
            Some((line.number, state, answer))
        };
        self.lines.iter().filter(|line| line.role == Role::Decided).filter_map(said).collect()
    }

    /// Lines by state; every state is there.
    pub fn counts(&self) -> BTreeMap<line::State, usize> {
        let mut counts: BTreeMap<line::State, usize> =
            line::State::ALL.iter().map(|state| (*state, 0)).collect();
        for standing in self.standings().values() {
            *counts.entry(standing.state).or_default() += 1;
        }
        counts
    }

    /// The verdict of the release, from state, severity, gated and acknowledged of each line alone.
    pub fn verdict(&self) -> Release {
        let standings = self.standings();
        let gated = self.lines.iter().filter(|line| line.gated).filter_map(|line| {
            standings.get(&line.number).map(|it| (it.state, line.severity, it.acknowledged))
        });
        release(gated)
    }

    /// The lines that a restriction of the run leaves out.
    pub fn left_out(&self) -> BTreeSet<usize> {
        let out = self.lines.iter().filter(|line| line.role == Role::LeftOut);
        out.map(|line| line.number).collect()
    }
}

/// The verdict over the gated lines, each as state, severity and whether it was acknowledged.
pub(crate) fn release(gated: impl IntoIterator<Item = (line::State, Severity, bool)>) -> Release {
    let (mut holds, mut passed) = (false, false);
    for (state, severity, acknowledged) in gated {
        match (state, severity) {
            (line::State::Fail, Severity::Blocker | Severity::Major) => return Release::NoGo,
            (line::State::Fail, Severity::Minor) => holds |= !acknowledged,
            (line::State::Unknown | line::State::Owed, _) => holds = true,
            (line::State::Pass, _) => passed = true,
            (line::State::Fail, Severity::Info)
            | (
                line::State::Waived
                | line::State::NotApplicable
                | line::State::Later
                | line::State::Noted,
                _,
            ) => {}
        }
    }
    if holds || !passed { Release::Hold } else { Release::Go }
}

fn broken(message: &str) -> Finding {
    Finding::unknown(
        format!("a bug in holdpoint: the check broke ({message})"),
        "report it with the record of this run",
    )
}
