//! What files of the working folder say, below what is declared.

use std::path::Path;

use holdpoint_bind::settings::{Found, Settings, is_reference};
use holdpoint_discover::{Fact, Papers, discover};
use holdpoint_document::Document;
use holdpoint_model::plan::Plan;

/// Values for what a plan misses, from files of the working folder. Nothing is read when nothing is
/// missing that a file could say, nor for a document that lies elsewhere.
pub(crate) fn below(
    plan: &Plan,
    document: &Document,
    path: &Path,
    settings: &Settings,
    environment: Option<&str>,
) -> Vec<Fact> {
    let missing = plan.lines.iter().flat_map(|line| &line.needs);
    let wanted =
        missing.into_iter().any(|need| need.starts_with("target.") && need.ends_with(".url"));
    if !wanted || !is_inside(path) {
        return Vec::new();
    }
    let shown = path.to_string_lossy();
    let found = discover(Path::new("."), Papers::One { path: &shown, document });
    // What is said about production holds for no other environment.
    let before = environment.map_or_else(String::new, |name| format!("env.{name}."));
    let mut facts: Vec<Fact> = found
        .facts
        .into_iter()
        .filter(|fact| fact.sure && !is_reference(&fact.value))
        .filter_map(|fact| {
            let path = fact.path.strip_prefix(before.as_str())?.to_owned();
            path.starts_with("target.").then_some(Fact { path, ..fact })
        })
        .collect();
    let full = filled(settings.clone(), &facts);
    facts.retain(|fact| {
        let target = parts(fact).and_then(|(target, _)| full.targets.get(target));
        target.is_some_and(|target| !target.discovered.is_empty())
    });
    facts
}

/// Settings with discovered values in their gaps.
pub(crate) fn filled(settings: Settings, facts: &[Fact]) -> Settings {
    let origins: Vec<String> = facts.iter().map(|fact| fact.origin.to_string()).collect();
    let found: Vec<Found<'_>> = facts
        .iter()
        .zip(&origins)
        .filter_map(|(fact, origin)| {
            let (target, field) = parts(fact)?;
            Some(Found { target, field, value: &fact.value, origin })
        })
        .collect();
    settings.with_discovered(&found)
}

/// `target.NAME.FIELD`.
fn parts(fact: &Fact) -> Option<(&str, &str)> {
    fact.path.strip_prefix("target.")?.split_once('.')
}

/// Whether a line of a plan is about the target of a value.
pub(crate) fn is_used(fact: &Fact, plan: &Plan) -> bool {
    let checks = plan.lines.iter().flat_map(|line| &line.checks);
    let target = parts(fact).map(|(target, _)| target);
    checks.into_iter().any(|check| Some(check.target.as_str()) == target)
}

/// What was discovered, a value a line.
pub(crate) fn shown(facts: &[Fact]) -> String {
    // Names of files are whatever somebody called them.
    let plain = |text: String| text.replace(char::is_control, "?");
    let line = |fact: &Fact| {
        plain(format!("discovered  {} = {}  ({})", fact.path, fact.value, fact.origin)) + "\n"
    };
    facts.iter().map(line).collect()
}

/// Whether a document lies in the working folder.
fn is_inside(path: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().ok();
    match (whole(path), whole(Path::new("."))) {
        (Some(path), Some(folder)) => path.starts_with(folder),
        (Some(_) | None, None) | (None, Some(_)) => false,
    }
}
