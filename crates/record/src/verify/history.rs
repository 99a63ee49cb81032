//! Second pass: the events in order, held against strict rules, the document and the plan.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_checks::names;
use holdpoint_model::{
    ask::Ask,
    check::AnyCheck,
    event::{Digest, Event, Reply, Seq},
    limits,
    line::Impact,
    look::Look,
    plan::{BoundCheck, Plan, PlanLine},
    scope::Scope,
    seen::Seen,
    time::{DAY, Time},
    verdict::Verdict,
};

use crate::{
    canonical,
    verify::{
        With,
        file::Content,
        report::{Open, Place, Report},
    },
};

/// A judgement that began.
pub(crate) struct Began<'a> {
    pub(crate) line: usize,
    pub(crate) nth: usize,
    pub(crate) check: &'a str,
    pub(crate) revision: u32,
    pub(crate) scope: &'a Scope,
    pub(crate) params: &'a BTreeMap<String, String>,
}

/// A verdict that was reached.
pub(crate) struct Judged {
    pub(crate) seq: Seq,
    pub(crate) began: Seq,
    pub(crate) looks: Vec<Seq>,
    pub(crate) verdict: Verdict,
}

/// What the events say, once they hang together.
pub(crate) struct History<'a> {
    pub(crate) plan: Plan,
    pub(crate) began: BTreeMap<Seq, Began<'a>>,
    pub(crate) looks: BTreeMap<Seq, Look>,
    pub(crate) judged: Vec<Judged>,
}

/// Reads the history; `None` when it has no beginning to read from.
pub(crate) fn read<'a>(
    content: &'a Content,
    with: &With<'_>,
    report: &mut Report,
) -> Option<History<'a>> {
    let plan = beginning(content, with, report)?;
    let places = plan.lines.iter().enumerate().map(|(index, line)| (line.line, index));
    let mut walk = Walk {
        content,
        checks: with.checks,
        lines: places.collect(),
        history: History {
            plan,
            began: BTreeMap::new(),
            looks: BTreeMap::new(),
            judged: Vec::new(),
        },
        report,
        guards: BTreeMap::new(),
        newest: BTreeMap::new(),
        attempts: BTreeMap::new(),
        breaks: Vec::new(),
        concluded: BTreeSet::new(),
        passed: BTreeSet::new(),
        needed: BTreeSet::new(),
        allowed: BTreeSet::new(),
        since: Time::default(),
    };
    for (index, (seq, event)) in content.events.iter().enumerate() {
        walk.event(*seq, event);
        let after = content.events.get(index + 1).map(|(_, event)| event);
        walk.order(*seq, event, after);
    }
    walk.references();
    let (history, report) = (walk.history, walk.report);
    ending(content, &history.plan, with, report);
    Some(history)
}

/// The first event, the document and the plan.
fn beginning(content: &Content, with: &With<'_>, report: &mut Report) -> Option<Plan> {
    let first = content.events.first();
    let Some((
        _,
        Event::RunBegan {
            run,
            at,
            document,
            document_evidence,
            plan_evidence,
            environment,
            only,
            previous,
            ..
        },
    )) = first
    else {
        report.trouble(Place::Event(Seq(1)), "it does not say that a run began");
        return None;
    };
    report.previous.clone_from(previous);
    report.began = Some(*at);
    let place = || Place::Event(Seq(1));
    if report.run.as_ref() != Some(run) {
        report.trouble(place(), format!("it is about run {run}"));
    }
    let mut piece = |digest: &Digest| {
        let bytes = content.evidence.get(digest);
        if bytes.is_none() && !content.damaged.contains(digest) {
            report.trouble(Place::Evidence(digest.clone()), "it is missing");
        }
        bytes
    };
    let (bytes, plan) = (piece(document_evidence)?, piece(plan_evidence)?);
    let plan: Plan = match canonical::read(plan) {
        Ok(plan) => plan,
        Err(why) => {
            let place = Place::Evidence(plan_evidence.clone());
            report.trouble(place, format!("the plan cannot be read: {why}"));
            return None;
        }
    };
    if document.sha256 != document_evidence.0 || plan.document != *document {
        report.trouble(place(), "plan, document and event do not name the same bytes");
    }
    if plan.environment != *environment {
        report.trouble(place(), "plan and event do not name the same environment");
    }
    let lines: BTreeSet<usize> = plan.lines.iter().map(|line| line.line).collect();
    if only.iter().flatten().any(|line| !lines.contains(line)) {
        report.trouble(place(), "it is restricted to lines that the plan does not have");
    }
    same_lines(&(with.parse_lines)(bytes), &plan.lines, report);
    Some(plan)
}

/// The document parsed again gives the lines of the plan.
fn same_lines(parsed: &[(usize, String)], planned: &[PlanLine], report: &mut Report) {
    for index in 0..parsed.len().max(planned.len()) {
        let parsed = parsed.get(index);
        let planned = planned.get(index);
        let (line, what) = match (parsed, planned) {
            (Some((line, text)), Some(plan)) if *line == plan.line && *text == plan.text => {
                continue;
            }
            (Some((line, _)), Some(plan)) if *line == plan.line => {
                (*line, "the document says something else than the plan")
            }
            (Some((line, _)), Some(plan)) if *line < plan.line => (*line, "the plan leaves it out"),
            (Some((line, _)), None) => (*line, "the plan leaves it out"),
            (_, Some(plan)) => (plan.line, "the document has no such line"),
            (None, None) => return,
        };
        // From the first difference on all of them are shifted; one place is enough.
        return report.trouble(Place::Line(line), what);
    }
}

/// The last event, if the run has ended.
fn ending(content: &Content, plan: &Plan, with: &With<'_>, report: &mut Report) {
    let Some((seq, Event::RunEnded { at, verdict, counts })) = content.events.last() else {
        return;
    };
    let (refolded, recounted) = (with.refold)(plan, &content.events);
    report.verdict = Some(refolded);
    report.ended = Some(*at);
    if refolded != *verdict {
        let what = format!("it says {}, and the events say {}", verdict.word(), refolded.word());
        report.trouble(Place::Event(*seq), what);
    }
    if recounted != *counts || counts.values().sum::<usize>() != plan.lines.len() {
        report.trouble(Place::Event(*seq), "its counts are not those of the events");
    }
}

/// A look, as the rules see it.
struct Guard<'a> {
    ask: &'a Ask,
    epoch: u32,
    /// The judgement whose attempt it belongs to.
    attempt: Option<Seq>,
    /// Whether it must not outlive the process that made it unless it was judged there.
    whole: bool,
    /// The first event that has rested a verdict on it.
    used: Option<Seq>,
}

struct Walk<'a, 'r> {
    content: &'a Content,
    checks: &'r dyn Fn(&str) -> Option<&'static dyn AnyCheck>,
    history: History<'a>,
    report: &'r mut Report,
    /// Where each line stands in the plan.
    lines: BTreeMap<usize, usize>,
    guards: BTreeMap<Seq, Guard<'a>>,
    /// The last look for an ask, and how often its target had been touched before.
    newest: BTreeMap<&'a Ask, (Seq, u32)>,
    /// The last attempt at an ask.
    attempts: BTreeMap<&'a Ask, Seq>,
    /// Where the run was interrupted or gone on with.
    breaks: Vec<Seq>,
    /// Judgements that are concluded.
    concluded: BTreeSet<Seq>,
    /// Checks of lines that have passed.
    passed: BTreeSet<(usize, usize)>,
    needed: BTreeSet<Digest>,
    /// Raw bytes that a look names beside what was seen: they may be there.
    allowed: BTreeSet<Digest>,
    since: Time,
}

impl<'a> Walk<'a, '_> {
    fn trouble(&mut self, seq: Seq, what: impl Into<String>) {
        self.report.trouble(Place::Event(seq), what);
    }

    /// What may follow what.
    fn order(&mut self, seq: Seq, event: &Event, after: Option<&Event>) {
        let next = Seq(seq.0 + 1);
        match (event, after) {
            (Event::RunEnded { .. }, Some(_)) => self.trouble(next, "it stands after the end"),
            (Event::Interrupted { .. }, Some(after)) if !matches!(after, Event::Resumed { .. }) => {
                self.trouble(next, "it follows an interruption, and nobody went on with the run");
            }
            (_, Some(Event::RunBegan { .. })) => self.trouble(next, "the run begins twice"),
            (_, Some(_) | None) => {}
        }
    }

    fn event(&mut self, seq: Seq, event: &'a Event) {
        match event {
            Event::RunBegan { at, document_evidence, plan_evidence, .. } => {
                self.since = *at;
                self.needed.extend([document_evidence.clone(), plan_evidence.clone()]);
            }
            Event::Resumed { .. } | Event::Interrupted { .. } => self.breaks.push(seq),
            Event::Abandoned { run, .. } => {
                if self.report.run.as_ref() == Some(run) {
                    self.trouble(seq, "a run cannot give itself up");
                }
            }
            Event::JudgementBegan { line, nth, check, revision, scope, params } => {
                let began =
                    Began { line: *line, nth: *nth, check, revision: *revision, scope, params };
                self.agrees(seq, &began);
                self.history.began.insert(seq, began);
            }
            Event::AttemptBegan { began, ask, .. } => {
                if !self.history.began.contains_key(began) || self.concluded.contains(began) {
                    self.trouble(seq, "no judgement is under way that it could belong to");
                }
                self.attempts.insert(ask, *began);
            }
            Event::Looked { .. } => self.looked(seq, event),
            Event::Judged { began, looks, finding, at } => {
                self.concluded_by(seq, *began, finding.verdict, *at);
                self.rests(seq, *began, looks);
                let (looks, verdict) = (looks.clone(), finding.verdict);
                self.history.judged.push(Judged { seq, began: *began, looks, verdict });
            }
            Event::Broke { began, at, .. } => {
                self.concluded_by(seq, *began, Verdict::Unknown, *at);
            }
            Event::Answered { answer, .. } => {
                if !self.lines.contains_key(&answer.line) {
                    self.trouble(seq, "it answers a line that the plan does not have");
                }
                match &answer.reply {
                    Reply::File { evidence, .. } => drop(self.needed.insert(evidence.clone())),
                    Reply::Value(_) | Reply::NotApplicable | Reply::Acknowledged => {}
                }
            }
            Event::RunEnded { .. } => {}
        }
    }

    /// A judgement is about what the plan says of its line, with nothing taken away or added.
    fn agrees(&mut self, seq: Seq, began: &Began<'_>) {
        let line = self.lines.get(&began.line);
        let line = line.and_then(|index| self.history.plan.lines.get(*index));
        let bound = line.and_then(|line| line.checks.get(began.nth));
        let Some(bound) = bound.filter(|bound| bound.id == began.check) else {
            let what = format!("the plan binds no {} to line {}", began.check, began.line);
            return self.trouble(seq, what);
        };
        let mut wrong = self.params(bound, began);
        let scope = began.scope;
        if scope.target != bound.target || scope.line != began.line {
            wrong.push(String::from("its scope is about something else"));
        }
        if scope.environment != self.history.plan.environment {
            wrong.push(String::from("its scope is of another environment"));
        }
        if scope.here_is_enough {
            wrong.push(String::from("only a check typed by hand takes here for every side"));
        }
        for what in wrong {
            self.trouble(seq, what);
        }
    }

    /// The parameters are those of the plan, and the fields hold its subjects. Names of hosts are
    /// left aside: a placeholder or another machine's loopback gives way to the target. Which names
    /// are whose, another revision of the check may have seen otherwise.
    fn params(&self, bound: &BoundCheck, began: &Began<'_>) -> Vec<String> {
        if (self.checks)(began.check).is_none_or(|check| check.revision() != began.revision) {
            return Vec::new();
        }
        let (params, mut subjects) = names::split(&bound.id, &bound.params);
        subjects.retain(|name, _| !matches!(name.as_str(), "url" | "host"));
        let mut wrong = Vec::new();
        let kept = |of: &BTreeMap<String, String>, name: &str, value: &str| {
            of.get(name).is_some_and(|kept| kept == value)
        };
        for (name, value) in &params {
            if !kept(began.params, name, value) {
                wrong.push(format!("`{name}` is not `{value}`, as the plan has it"));
            }
        }
        for (name, value) in &subjects {
            if !kept(&began.scope.fields, name, value) {
                wrong.push(format!("`{name}` is not `{value}`, as the plan has it"));
            }
        }
        for name in began.params.keys().filter(|name| !params.contains_key(*name)) {
            wrong.push(format!("`{name}` is not in the plan"));
        }
        wrong
    }

    fn looked(&mut self, seq: Seq, event: &'a Event) {
        let Event::Looked { ask, epoch, at, ms, outcome, note } = event else { return };
        let outcome = match outcome {
            Err(fault) => Err(*fault),
            Ok(digest) => {
                self.needed.insert(digest.clone());
                match self.content.evidence.get(digest).map(|bytes| canonical::read(bytes)) {
                    None => return,
                    Some(Ok(seen)) => Ok(seen),
                    Some(Err(why)) => {
                        let place = Place::Evidence(digest.clone());
                        return self.report.trouble(place, format!("it cannot be read: {why}"));
                    }
                }
            }
        };
        if let Ok(seen) = &outcome {
            self.allowed.extend(raw(seen).map(|hash| Digest(hash.to_owned())));
        }
        let attempt = self.attempts.get(ask).copied();
        let whole = attempt.is_some() || Impact::Active <= ask.what.impact();
        let guard = Guard { ask, epoch: *epoch, attempt, whole, used: None };
        self.guards.insert(seq, guard);
        self.newest.insert(ask, (seq, *epoch));
        let look = Look { ask: ask.clone(), at: *at, ms: *ms, outcome, note: note.clone() };
        self.history.looks.insert(seq, look);
    }

    /// A judgement is concluded once, and what has passed is not judged again: a run that waits
    /// looks again at what did not.
    fn concluded_by(&mut self, seq: Seq, began: Seq, verdict: Verdict, at: Time) {
        let Some(judgement) = self.history.began.get(&began) else {
            return self.trouble(seq, format!("event {} begins no judgement", began.0));
        };
        let place = (judgement.line, judgement.nth);
        let now = judgement.scope.now;
        if !self.concluded.insert(began) || self.passed.contains(&place) {
            self.trouble(seq, format!("line {} was concluded before", place.0));
        }
        if verdict == Verdict::Pass {
            self.passed.insert(place);
        }
        // What an earlier run has passed may be carried over; what is older than a day is not.
        if now < self.since.plus(-DAY) || at.plus(limits::SKEW_MS_MAX) < now {
            self.report.open.push(Open::Clock(began));
        }
    }

    /// The looks of a verdict are there, are its own to use, and were not overtaken.
    fn rests(&mut self, seq: Seq, began: Seq, looks: &[Seq]) {
        let mut asks = BTreeSet::new();
        let mut wrong = Vec::new();
        for look in looks {
            let Some(guard) = self.guards.get(look) else {
                // A look whose evidence is missing has been named already.
                if !self.content.events.iter().any(|(at, event)| {
                    at == look && *at < seq && matches!(event, Event::Looked { .. })
                }) {
                    wrong.push(format!("event {} is no look before it", look.0));
                }
                continue;
            };
            if !asks.insert(guard.ask) {
                wrong.push(format!("event {} answers an ask that it has answered already", look.0));
            }
            let newest = self.newest.get(guard.ask);
            if newest.is_some_and(|(at, epoch)| look < at && guard.epoch < *epoch) {
                wrong.push(format!("event {} was made before the target was changed", look.0));
            }
            if guard.whole && !self.is_whole(guard, *look, began) {
                wrong.push(format!("event {} belongs to an attempt that did not end", look.0));
            }
        }
        for what in wrong {
            self.trouble(seq, what);
        }
        for look in looks {
            if let Some(guard) = self.guards.get_mut(look) {
                guard.used.get_or_insert(seq);
            }
        }
    }

    /// Whether a look that is all or nothing may be used by the judgement that began at `began`:
    /// its attempt is this judgement's or was concluded, without a break in between.
    fn is_whole(&self, guard: &Guard<'_>, look: Seq, began: Seq) -> bool {
        let attempted = match guard.attempt {
            None => true,
            Some(owner) => owner == began || self.concluded.contains(&owner),
        };
        let broken = self.breaks.iter().find(|broken| look < **broken);
        attempted && broken.is_none_or(|broken| guard.used.is_some_and(|used| used < *broken))
    }

    /// Everything that is named is there, and nothing else.
    fn references(&mut self) {
        for digest in &self.needed {
            let here = self.content.evidence.contains_key(digest);
            if !here && !self.content.damaged.contains(digest) {
                self.report.trouble(Place::Evidence(digest.clone()), "it is missing");
            }
        }
        for digest in self.content.evidence.keys() {
            if !self.needed.contains(digest) && !self.allowed.contains(digest) {
                self.report.trouble(Place::Evidence(digest.clone()), "no event names it");
            }
        }
    }
}

/// Digests of raw bytes that a look names: they are kept as a second piece where they differ.
fn raw(seen: &Seen) -> impl Iterator<Item = &str> {
    let hash = match seen {
        Seen::Http(response) => Some(response.body_sha256.as_str()),
        Seen::File(file) => Some(file.sha256.as_str()),
        Seen::Addresses(_)
        | Seen::Control
        | Seen::Connected(_)
        | Seen::Handshake(_)
        | Seen::Burst(_)
        | Seen::Stat(_)
        | Seen::List(_)
        | Seen::Filesystem(_)
        | Seen::Output(_)
        | Seen::Listeners(_)
        | Seen::Variables(_)
        | Seen::Stream(_)
        | Seen::Sqlite(_)
        | Seen::Git(_)
        | Seen::Found(_)
        | Seen::Setting(_)
        | Seen::Searched(_)
        | Seen::Earlier(_)
        | Seen::Absent => None,
    };
    hash.into_iter()
}
