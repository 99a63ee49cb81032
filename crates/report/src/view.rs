//! A run as reporters see it: the plan, where each line stands, and the frame around it.

use std::collections::BTreeMap;

use holdpoint_engine::Standing;
use holdpoint_model::{
    event::Release,
    line::{Gate, State},
    plan::{DocumentRef, PlanLine},
    time::Time,
    verdict::Verdict,
};

/// One check of a line, for reporters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckView {
    /// Id in the catalog.
    pub id: String,
    /// `None` where it was not judged.
    pub verdict: Option<Verdict>,
    /// Looks its verdict rests on.
    pub looks: usize,
    /// Parameters it was judged with.
    pub params: BTreeMap<String, String>,
    /// Defaults that were applied.
    pub defaults: BTreeMap<String, String>,
    /// Where and when its last look was made.
    pub last_look: Option<(String, Time)>,
}

/// One line, for reporters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineView {
    /// What it was understood to mean.
    pub plan: PlanLine,
    /// Where it stands.
    pub standing: Standing,
    /// Its checks.
    pub checks: Vec<CheckView>,
    /// Milliseconds from the beginning of its judgement to the end.
    pub ms: i64,
}

/// A run, for reporters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunView {
    /// Its number, such as `0007`.
    pub run: String,
    /// Which gate it decides.
    pub gate: Gate,
    /// The environment.
    pub environment: Option<String>,
    /// The document.
    pub document: DocumentRef,
    /// When it began.
    pub started: Time,
    /// When it ended; `None` while it has not.
    pub ended: Option<Time>,
    /// The verdict as it stands.
    pub verdict: Release,
    /// Lines by state; every state is there.
    pub counts: BTreeMap<State, usize>,
    /// Lines in the order of the document.
    pub lines: Vec<LineView>,
}
