//! What no compiler sees: who imports whom, how long files are, whether links lead anywhere.

use std::collections::BTreeSet;

use crate::{run, site};

/// Which of our crates each crate may import.
const IMPORTS: [(&str, &[&str]); 16] = [
    ("model", &[]),
    ("document", &["model"]),
    ("checks", &["model"]),
    ("bind", &["model", "document", "checks"]),
    ("engine", &["model"]),
    ("record", &["model", "document", "checks", "engine"]),
    ("report", &["model", "document", "engine"]),
    ("wire-net", &["model"]),
    ("wire-host", &["model"]),
    ("wire-data", &["model"]),
    ("runtime", &["model", "checks", "engine", "record"]),
    ("demo", &[]),
    ("discover", &["model", "document"]),
    ("accuracy", &["model", "document", "checks", "bind"]),
    ("lab", &["model"]),
    ("xtask", &[]),
];

/// Libraries of others that a pure crate must not gain.
const NEVER_PURE: [&str; 6] = ["tokio", "hyper", "rustls", "rusqlite", "rustix", "reqwest"];

/// Lines beyond which a file is refused.
const LINES_MAX: usize = 900;

/// All rules; every complaint at once.
pub(crate) fn all() -> Result<(), String> {
    let mut wrong = Vec::new();
    imports(&mut wrong)?;
    sizes(&mut wrong);
    site::sources(&mut wrong);
    words(&mut wrong);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn imports(wrong: &mut Vec<String>) -> Result<(), String> {
    let root = run::root();
    for (name, allowed) in IMPORTS {
        let package = if name == "xtask" { name.to_owned() } else { format!("holdpoint-{name}") };
        let args = ["tree", "-p", &package, "--depth", "1", "-e", "normal", "--prefix", "none"];
        let tree = run::output("cargo", &args, &root)?;
        let found: BTreeSet<&str> =
            tree.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
        for other in &found {
            if let Some(ours) = other.strip_prefix("holdpoint-")
                && !allowed.contains(&ours)
            {
                wrong.push(format!("{package} must not import {other}"));
            }
            if crate::PURE.contains(&name) && NEVER_PURE.contains(other) {
                wrong.push(format!("{package} is pure and must not import {other}"));
            }
        }
    }
    Ok(())
}

fn sizes(wrong: &mut Vec<String>) {
    for path in run::files(&run::root(), &[".rs"]) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let lines = text.lines().count();
        if LINES_MAX < lines {
            wrong.push(format!("{} has {lines} lines, {LINES_MAX} at most", path.display()));
        }
        let head = text.lines().next().unwrap_or_default();
        if !head.starts_with("//!") {
            wrong.push(format!("{} does not say in its first line what it is for", path.display()));
        }
    }
}

/// Stubs, and paths of somebody's machine: no line that is learned from or measured needs one.
fn words(wrong: &mut Vec<String>) {
    let home = ["\"/ho", "me/"].concat();
    let ours = [["/ro", "ot/"].concat(), ["/wo", "rk/"].concat()];
    let stubs = [["todo", "!("].concat(), ["unimplemented", "!("].concat()];
    for path in run::files(&run::root(), &[".rs", ".md", ".toml", ".txt", ".tsv", ".sh"]) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let shown = path.display();
        let named = |line: &&str| ours.iter().any(|it| line.contains(it.as_str()));
        for (at, _) in text.lines().enumerate().filter(|(_, line)| named(line)) {
            wrong.push(format!("{shown}:{} names a path of one machine", at + 1));
        }
        if stubs.iter().any(|stub| text.contains(stub.as_str())) {
            wrong.push(format!("{shown} holds a stub"));
        }
        if text.contains(&home) {
            wrong.push(format!("{shown} names a path of one machine"));
        }
    }
}
