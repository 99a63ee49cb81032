//! Which lines a gate decides, and which of them it waits for.

use holdpoint_checks::heads;
use holdpoint_model::{
    line::{Form, Gate, Kind, Phase, Severity},
    plan::{BoundCheck, PlanLine},
};

/// Whether `gate` decides a line: the others are listed as later, noted, or follow their children.
pub fn decided_by(gate: Gate, line: &PlanLine) -> bool {
    line.kind != Kind::Group && !line.declares && !is_step(line) && line.in_gate(gate)
}

/// Whether the gate of its phase waits for a line: never for information, groups and declarations;
/// and there is no gate in the phases of repair, of recurring work and of looking things up.
pub(crate) fn gated(line: &PlanLine) -> bool {
    if line.severity == Severity::Info || line.kind == Kind::Group || line.declares {
        return false;
    }
    match line.phase {
        Phase::Pre
        | Phase::Deploy
        | Phase::Post
        | Phase::Watch
        | Phase::Signoff
        | Phase::SignoffPost => true,
        Phase::Meta
        | Phase::Followup
        | Phase::Maintenance
        | Phase::Rollback
        | Phase::Emergency
        | Phase::Reference => line.kind == Kind::Contact,
    }
}

/// Whether a line of this kind only declares: severity rules, links, gate sentences. A dotenv
/// assignment is decided like any other line.
pub(crate) fn declares_only(kind: Kind, checks: &[BoundCheck]) -> bool {
    match kind {
        Kind::Config => !checks.iter().any(|check| check.id.starts_with("env.")),
        Kind::Field => checks.is_empty(),
        Kind::Probe
        | Kind::Command
        | Kind::Watch
        | Kind::Schedule
        | Kind::Procedure
        | Kind::Attest
        | Kind::Signoff
        | Kind::Contact
        | Kind::Choice
        | Kind::Group => false,
    }
}

fn is_step(line: &PlanLine) -> bool {
    let first = line.checks.first().and_then(|check| heads::head(&check.id));
    first.is_some_and(|head| head.form == Form::Step)
}
