//! Which lines a run decides, and by what: the plan seen through one gate.

use std::collections::BTreeSet;

use holdpoint_model::{
    line::{Binding, Form, Gate, Kind, Severity},
    plan::{Plan, PlanLine},
};

/// What a run does with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is decided by this gate.
    Decided,
    /// It would be, but the user asked for other lines only.
    LeftOut,
    /// Another gate, or another command, decides it.
    Later,
    /// There is nothing to decide.
    Noted,
    /// Its children decide it.
    Group,
}

/// What decides one of a line's checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A check of this catalog judges looks.
    Check,
    /// A person answers.
    Duty,
    /// The catalog names it, and this version cannot look with it.
    Unseen(String),
}

/// What the engine knows of a line of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Physical line, counted from one.
    pub number: usize,
    /// What this run does with it.
    pub role: Role,
    /// What became of the attempt to understand it.
    pub binding: Binding,
    /// What its failure does.
    pub severity: Severity,
    /// Whether the gate waits for it.
    pub gated: bool,
    /// What decides each of its checks.
    pub slots: Vec<Slot>,
    /// Physical line of its parent.
    pub parent: Option<usize>,
    /// The condition under which it applies, while nobody has decided whether that holds.
    pub condition: Option<String>,
    /// Ids that a yes would bind, for the remedy of a line with several candidates.
    pub candidates: Vec<String>,
    /// The statement as it stands in the document.
    pub text: String,
    /// Columns of a contact's row that are empty and must not be.
    pub lacks: Vec<String>,
}

/// The lines of a plan for one gate. `form` and `implemented` answer for the catalog.
pub fn lines(
    plan: &Plan,
    gate: Gate,
    only: Option<&BTreeSet<usize>>,
    form: &dyn Fn(&str) -> Form,
    implemented: &dyn Fn(&str) -> bool,
) -> Vec<Line> {
    let slot = |id: &str| match form(id) {
        Form::Duty => Slot::Duty,
        Form::Check if implemented(id) => Slot::Check,
        Form::Check | Form::Step | Form::Fold | Form::Watch => Slot::Unseen(id.to_owned()),
    };
    let one = |line: &PlanLine| Line {
        number: line.line,
        role: match role(line, gate, form) {
            Role::Decided if only.is_some_and(|only| !only.contains(&line.line)) => Role::LeftOut,
            role @ (Role::Decided | Role::LeftOut | Role::Later | Role::Noted | Role::Group) => {
                role
            }
        },
        binding: line.state,
        severity: line.severity,
        gated: line.gated,
        slots: line.checks.iter().map(|check| slot(&check.id)).collect(),
        parent: line.parent,
        condition: line.condition().map(str::to_owned),
        candidates: line.checks.iter().map(|check| check.id.clone()).collect(),
        text: line.text.clone(),
        lacks: line.lacks.clone(),
    };
    plan.lines.iter().map(one).collect()
}

fn role(line: &PlanLine, gate: Gate, form: &dyn Fn(&str) -> Form) -> Role {
    if line.kind == Kind::Group {
        return Role::Group;
    }
    if line.declares {
        return Role::Noted;
    }
    let steps = line.checks.first().is_some_and(|check| form(&check.id) == Form::Step);
    if line.in_gate(gate) && !steps { Role::Decided } else { Role::Later }
}
