//! A job: one check of one line, on its way to a verdict.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
};

use holdpoint_model::{
    ask::Ask,
    check::{AnyCheck, Turn, turn},
    event::{Event, Seq},
    limits,
    look::{Look, Looks},
    scope::Scope,
    verdict::Finding,
};

/// One check of one line, with everything a judgement may know.
#[derive(Clone)]
pub struct Job {
    /// Physical line; 0 for a check typed by hand.
    pub line: usize,
    /// Which of the line's checks, from 0.
    pub nth: usize,
    /// The check.
    pub check: &'static dyn AnyCheck,
    /// What it is about.
    pub scope: Scope,
    /// Its parameters.
    pub params: BTreeMap<String, String>,
}

impl Job {
    /// The event with which its judgement begins.
    pub(crate) fn began(&self) -> Event {
        Event::JudgementBegan {
            line: self.line,
            nth: self.nth,
            check: self.check.id().to_owned(),
            revision: self.check.revision(),
            scope: self.scope.clone(),
            params: self.params.clone(),
        }
    }
}

/// A job under way.
pub(crate) struct Running {
    pub(crate) job: Job,
    pub(crate) began: Option<Seq>,
    pub(crate) looks: Looks,
    pub(crate) used: BTreeMap<Ask, Seq>,
    pub(crate) missing: BTreeSet<Ask>,
    pub(crate) done: bool,
    rounds: usize,
}

/// What one more call of the check leads to.
pub(crate) enum Next {
    Found(Finding),
    Broke(String),
    Wants(Vec<holdpoint_model::look::Wanted>),
}

impl Running {
    pub(crate) fn new(job: Job) -> Self {
        let looks = Looks::new(job.scope.clone());
        Self {
            job,
            began: None,
            looks,
            used: BTreeMap::new(),
            missing: BTreeSet::new(),
            done: false,
            rounds: 0,
        }
    }

    pub(crate) fn take(&mut self, look: Look, seq: Seq) {
        self.missing.remove(&look.ask);
        self.used.insert(look.ask.clone(), seq);
        self.looks.push(look);
    }

    /// Calls the check. A panic in it ends here.
    pub(crate) fn turn(&mut self) -> Next {
        self.rounds += 1;
        let (check, params, looks) = (self.job.check, &self.job.params, &self.looks);
        let next = catch_unwind(AssertUnwindSafe(|| turn(check, params, looks)));
        match next {
            Err(panic) => Next::Broke(words_of(panic.as_ref())),
            Ok(Turn::Found(finding)) => Next::Found(finding),
            Ok(Turn::Wants(_)) if limits::ROUNDS_MAX < self.rounds => {
                Next::Broke(format!("still asking after {} rounds", limits::ROUNDS_MAX))
            }
            Ok(Turn::Wants(wanted)) if limits::LOOKS_MAX < self.used.len() + wanted.len() => {
                Next::Broke(format!("asks for more than {} looks", limits::LOOKS_MAX))
            }
            Ok(Turn::Wants(wanted)) => Next::Wants(wanted),
        }
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|it| (*it).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| String::from("it did not say why"))
}
