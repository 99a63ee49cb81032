//! Events: the journal's vocabulary. Past tense, facts only; how they look is for reporters.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    ask::Ask,
    fault::Fault,
    line::{Gate, State},
    plan::DocumentRef,
    scope::Scope,
    time::Time,
    verdict::Finding,
};

/// Hex SHA-256 of a piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest(pub String);

/// Position of an event in its journal, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Seq(pub u64);

/// How a person answered for a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// An observed value, or a plain yes.
    Value(String),
    /// A file, kept as evidence.
    File {
        /// Its name.
        name: String,
        /// Its content.
        evidence: Digest,
    },
    /// The line does not apply.
    NotApplicable,
    /// A failure of minor severity was seen and is taken along.
    Acknowledged,
}

/// A person's answer, as it travels from run to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Physical line.
    pub line: usize,
    /// Section path, text and occurrence of the line, so that another line cannot inherit it.
    pub key: String,
    /// What was answered.
    pub reply: Reply,
    /// Why; needed for `NotApplicable`.
    pub reason: Option<String>,
    /// The failure that was acknowledged, in its words: another failure is not acknowledged by it.
    pub about: Option<String>,
    /// Who: the name that was given, or the one the system knows them by.
    pub by: String,
    /// Who wrote it down, as the system knows them, where another name was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_by: Option<String>,
    /// When.
    pub at: Time,
    /// The environment it was given for.
    pub environment: Option<String>,
}

impl Answer {
    /// Whose word it is, and who wrote it down where that is another.
    pub fn whose(&self) -> String {
        match &self.recorded_by {
            None => self.by.clone(),
            Some(other) => format!("{} (recorded by {other})", self.by),
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A run began. Always the first event of its store.
    RunBegan {
        /// Its number, such as `0007`.
        run: String,
        /// When.
        at: Time,
        /// The version of holdpoint.
        version: String,
        /// The document.
        document: DocumentRef,
        /// The bytes of the document.
        document_evidence: Digest,
        /// The plan, as canonical JSON.
        plan_evidence: Digest,
        /// Which gate it decides.
        gate: Gate,
        /// The environment.
        environment: Option<String>,
        /// Lines it is restricted to (`--only`, `--section`, `--rerun-failed`); `None` is all.
        only: Option<Vec<usize>>,
        /// The seal of the run before it.
        previous: Option<Digest>,
    },
    /// A killed run was gone on with.
    Resumed {
        /// When.
        at: Time,
    },
    /// A run that was left unfinished too long was given up.
    Abandoned {
        /// Its number.
        run: String,
        /// When this was noticed.
        at: Time,
    },
    /// A judgement began. Everything it will ever know is here, or in looks.
    JudgementBegan {
        /// Physical line; 0 for a check typed by hand.
        line: usize,
        /// Which of the line's checks, from 0.
        nth: usize,
        /// Id of the check.
        check: String,
        /// Its revision.
        revision: u32,
        /// What it is about.
        scope: Scope,
        /// Its parameters.
        params: BTreeMap<String, String>,
    },
    /// A judgement whose looks are all or nothing is about to look. What an attempt without an end
    /// has seen is evidence and is never judged.
    AttemptBegan {
        /// The judgement.
        began: Seq,
        /// The look that must not be lost track of.
        ask: Ask,
        /// When.
        at: Time,
    },
    /// A look was made.
    Looked {
        /// What was asked.
        ask: Ask,
        /// How often the target had been touched by a step before.
        epoch: u32,
        /// When it began.
        at: Time,
        /// Milliseconds it took.
        ms: u32,
        /// What was seen, as evidence, or the fault.
        outcome: Result<Digest, Fault>,
        /// What the wire has to say beyond that.
        note: String,
    },
    /// A judgement was reached.
    Judged {
        /// Where it began.
        began: Seq,
        /// The looks it rests on.
        looks: Vec<Seq>,
        /// What was found.
        finding: Finding,
        /// When.
        at: Time,
    },
    /// A check panicked: a bug. The line is unknown.
    Broke {
        /// The judgement.
        began: Seq,
        /// What the panic said.
        message: String,
        /// When.
        at: Time,
    },
    /// A person answered.
    Answered {
        /// What, for which line, by whom.
        answer: Answer,
        /// The run that holds the original; `None` when it is this one.
        carried_from: Option<String>,
    },
    /// The run ended with every line decided as far as it can be.
    RunEnded {
        /// When.
        at: Time,
        /// `GO`, `HOLD` or `NO-GO`.
        verdict: Release,
        /// Lines by state.
        counts: BTreeMap<State, usize>,
    },
    /// The run was broken off by a signal; it can be gone on with.
    Interrupted {
        /// When.
        at: Time,
    },
}

/// The verdict of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Release {
    /// Nothing stands in the way.
    #[serde(rename = "GO")]
    Go,
    /// Nothing forbids, but something is unknown, owed, or waits to be acknowledged.
    #[serde(rename = "HOLD")]
    Hold,
    /// Something failed.
    #[serde(rename = "NO-GO")]
    NoGo,
}

impl Release {
    /// The word used in JSON and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Go => "GO",
            Self::Hold => "HOLD",
            Self::NoGo => "NO-GO",
        }
    }
}
