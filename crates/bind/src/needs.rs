//! What has still to be declared before a bound line can be looked at, as settings paths.

use std::collections::BTreeSet;

use holdpoint_checks::{find, heads};
use holdpoint_model::{
    line::{Binding, Form, Side},
    param::Trouble,
    plan::{BoundCheck, PlanLine},
    scope::{OF_SERVER, Scope},
    time::Time,
};

use crate::{
    scope,
    settings::Settings,
    targets::{Meant, TargetKind, kind_at, surfaces},
};

/// Checks whose claim has two sides: each must be declared, wherever the target is.
const TWO_SIDED: &[&str] = &["net.port-restricted"];

/// The settings paths that a line's checks miss, each once, in the order of the checks. `meant`
/// holds the target of each check.
pub(crate) fn needs(line: &PlanLine, meant: &[Meant], settings: &Settings) -> Vec<String> {
    let mut needs = Vec::new();
    if line.state != Binding::Bound && !meant.iter().any(|it| matches!(it, Meant::Choice(_))) {
        return needs;
    }
    let mut seen = BTreeSet::new();
    for (check, meant) in line.checks.iter().zip(meant) {
        for need in of_check(line, check, meant, settings) {
            if seen.insert(need.clone()) {
                needs.push(need);
            }
        }
    }
    needs
}

fn of_check(
    line: &PlanLine,
    check: &BoundCheck,
    meant: &Meant,
    settings: &Settings,
) -> Vec<String> {
    let Some(head) = heads::head(&check.id) else { return Vec::new() };
    match head.form {
        Form::Check | Form::Step | Form::Watch => {}
        Form::Duty | Form::Fold => return Vec::new(),
    }
    // Needs do not depend on the time.
    let scope = scope::scope(line, check, settings, None, Time(0));
    let path = check.params.get("path").map(String::as_str);
    let kind = kind_at(&check.id, path);
    let target = target_need(line, &scope, meant, kind);
    let missing = missing_params(check).into_iter();
    let params = missing.map(|name| format!("line.{}.params.{name}", line.line));
    let mut needs: Vec<String> = target.into_iter().collect();
    // Where only the server's own address is missing, everything else follows from saying where it is.
    if kind == Some(TargetKind::Network) && scope.field(OF_SERVER).is_none() {
        needs.extend(sides_missing(&check.id, &scope));
    }
    needs.extend(params);
    needs
}

fn target_need(
    line: &PlanLine,
    scope: &Scope,
    meant: &Meant,
    kind: Option<TargetKind>,
) -> Option<String> {
    let kind = kind?;
    if matches!(meant, Meant::Choice(_)) {
        return Some(format!("line.{}.target", line.line));
    }
    let name = &scope.target;
    let path = |field: &str| Some(format!("target.{name}.{field}"));
    match kind {
        TargetKind::Network if scope.field(OF_SERVER).is_some() => {
            Some(String::from("target.host.here"))
        }
        TargetKind::Network if scope.site().is_err() => path("url"),
        TargetKind::Host if scope.host().is_err() => path("here"),
        TargetKind::Database if scope.field("dsn").is_none() && scope.field("path").is_none() => {
            path(if scope.field("engine").is_some() { "path" } else { "dsn" })
        }
        TargetKind::Files if scope.field("path").is_none() => path("path"),
        TargetKind::Network
        | TargetKind::Host
        | TargetKind::Database
        | TargetKind::Files
        | TargetKind::Repo => None,
    }
}

/// Parameters without a value that a check of this version cannot do without.
fn missing_params(check: &BoundCheck) -> Vec<String> {
    let Some(entry) = find(&check.id) else { return Vec::new() };
    let complaints = entry.complaints(&scope::params(check));
    let missing = complaints.into_iter().filter(|it| it.trouble == Trouble::Missing);
    missing.map(|it| it.name).collect()
}

/// Sides that the claim is seen from and that no vantage counts as.
fn sides_missing(id: &str, scope: &Scope) -> Vec<String> {
    let undeclared = |side: Side| scope.declared(side).is_none();
    let path = |side: Side| format!("vantage.{}", side.word());
    if TWO_SIDED.contains(&id) {
        let both = [Side::Outside, Side::Inside].into_iter();
        return both.filter(|side| undeclared(*side)).map(path).collect();
    }
    let from = heads::head(id).map(|head| surfaces(head).1).unwrap_or_default();
    let outside_only = from.contains(&"outside") && !from.contains(&"inside");
    if outside_only && scope.vantage(Side::Outside).is_err() {
        return vec![path(Side::Outside)];
    }
    Vec::new()
}
