//! `--report sarif=PATH`: what stands in the way of a release as SARIF 2.1.0, at the lines of the checklist.

pub mod lint;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, Write},
};

use holdpoint_model::{
    event::Release,
    line::{Kind, Severity, State},
    verdict::Verdict,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    dossier::Dossier,
    outcome::{clean, counts, cut, details, held, in_the_way, reason, verdict, verdict_word},
    view::{LineView, RunView},
    when::rfc3339,
};

/// The schema that the report keeps to.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The rule of the gate as a whole.
const GATE: &str = "holdpoint.gate";
/// The rule of lines that bind nothing.
const UNBOUND: &str = "holdpoint.not-understood";
/// Columns of a message; readers cut at about as many.
const MESSAGE_COLUMNS: usize = 1_000;

/// What a rule says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What it is called.
    pub title: String,
    /// Its page, as Markdown.
    pub help: String,
    /// What a failure does to the release unless a line says otherwise.
    pub severity: Severity,
}

/// One result before its rule has a number.
struct Found {
    rule: String,
    result: Value,
}

/// Writes the run. Lines that passed, come later or declare something are no results: what reads
/// SARIF shows each result as a problem, whatever its kind is. `place` is the document as a path
/// from the root of the repository, and `rule` tells what the catalog says of an id.
pub fn write(
    to: &mut dyn Write,
    dossier: &Dossier,
    place: &str,
    rule: &dyn Fn(&str) -> Option<Rule>,
) -> io::Result<()> {
    let view = &dossier.view;
    let uri = uri(place);
    let mut found = Vec::new();
    if let Some(held) = held(view).filter(|_| !view.lines.iter().any(in_the_way)) {
        found.push(whole(&held, view, &uri));
    }
    let mut nths = BTreeMap::<String, usize>::new();
    for line in &view.lines {
        let nth = nths.entry(identity(line)).or_default();
        *nth += 1;
        if let Some(kind) = kind(line) {
            found.push(result(line, kind, &uri, *nth));
        }
    }
    let mut rules: Vec<Value> = Vec::new();
    let mut numbers = BTreeMap::<String, usize>::new();
    let mut results = Vec::with_capacity(found.len());
    for Found { rule: id, mut result } in found {
        let number = *numbers.entry(id.clone()).or_insert_with(|| {
            rules.push(described(&id, rule(&id)));
            rules.len() - 1
        });
        if let Some(map) = result.as_object_mut() {
            map.insert(String::from("ruleIndex"), json!(number));
        }
        results.push(result);
    }
    let driver = json!({
        "name": "holdpoint", "version": dossier.version, "semanticVersion": dossier.version,
        "rules": rules,
    });
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver},
            "automationDetails": {"id": format!("holdpoint/{}/{}/", clean(place), view.gate.word())},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(view)],
            "artifacts": [{
                "location": {"uri": uri}, "hashes": {"sha-256": view.document.sha256},
            }],
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *to, &log)?;
    writeln!(to)
}

fn invocation(view: &RunView) -> Value {
    let mut value = json!({
        "executionSuccessful": view.ended.is_some(),
        "startTimeUtc": rfc3339(view.started),
        "properties": {
            "verdict": verdict_word(view), "run": view.run, "gate": view.gate.word(),
            "counts": counts(view),
        },
    });
    if let (Some(map), Some(ended), Some(verdict)) =
        (value.as_object_mut(), view.ended, verdict(view))
    {
        let code = match verdict {
            Release::Go => 0,
            Release::NoGo => 1,
            Release::Hold => 3,
        };
        map.insert(String::from("endTimeUtc"), json!(rfc3339(ended)));
        map.insert(String::from("exitCode"), json!(code));
        map.insert(String::from("exitCodeDescription"), json!(verdict.word()));
    }
    value
}

/// `kind` and whether it is a result at all. Groups are decided by the lines below them.
fn kind(line: &LineView) -> Option<&'static str> {
    if line.plan.kind == Kind::Group {
        return None;
    }
    match line.standing.state {
        State::Fail | State::Waived => Some("fail"),
        State::Unknown => Some("open"),
        State::Owed => Some("review"),
        State::Pass | State::NotApplicable | State::Later | State::Noted => None,
    }
}

fn result(line: &LineView, kind: &'static str, uri: &str, nth: usize) -> Found {
    let state = line.standing.state;
    let rule = rule_of(line);
    let mut text = format!("{}: {}", cut(&line.plan.text, 200), reason(line));
    for (name, detail) in details(line) {
        write!(text, "; {name}: {detail}").expect("strings take text");
    }
    let level = match (kind, line.plan.severity) {
        ("fail", Severity::Blocker | Severity::Major) => "error",
        ("fail", Severity::Minor) => "warning",
        ("fail", Severity::Info) => "note",
        _ => "none",
    };
    let mut value = json!({
        "ruleId": rule,
        "kind": kind,
        "level": level,
        "message": {"text": cut(&text, MESSAGE_COLUMNS)},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri, "index": 0},
                "region": {"startLine": line.plan.line.max(1)},
            },
            "logicalLocations": [{"fullyQualifiedName": section(line)}],
        }],
        "partialFingerprints": {"holdpointLine/v1": fingerprint(line, nth)},
        "properties": {
            "state": state.word(), "severity": line.plan.severity.word(),
            "gated": line.plan.gated, "phase": line.plan.phase.word(),
        },
    });
    let taken = state == State::Waived || line.standing.acknowledged;
    if let (true, Some(map)) = (taken, value.as_object_mut()) {
        let said = if state == State::Waived { reason(line) } else { String::from("acknowledged") };
        map.insert(
            String::from("suppressions"),
            json!([{"kind": "external", "status": "accepted", "justification": said}]),
        );
    }
    Found { rule, result: value }
}

/// The gate itself, where it is held and no line says why.
fn whole(held: &str, view: &RunView, uri: &str) -> Found {
    let text = format!("{}: {held}", verdict_word(view));
    let result = json!({
        "ruleId": GATE, "kind": "open", "level": "none", "message": {"text": text},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri, "index": 0}, "region": {"startLine": 1},
        }}],
        "partialFingerprints": {"holdpointLine/v1": hex(&[GATE, view.gate.word()])},
    });
    Found { rule: GATE.to_owned(), result }
}

/// The check that speaks: one whose verdict is that of the line, else the primary one.
fn rule_of(line: &LineView) -> String {
    let wanted = match line.standing.state {
        State::Fail => Some(Verdict::Fail),
        State::Unknown => Some(Verdict::Unknown),
        State::Pass
        | State::Waived
        | State::NotApplicable
        | State::Owed
        | State::Later
        | State::Noted => None,
    };
    let speaking = line.checks.iter().find(|it| wanted.is_some() && it.verdict == wanted);
    let check = speaking.or_else(|| line.checks.first());
    check.map_or_else(|| UNBOUND.to_owned(), |it| it.id.clone())
}

fn described(id: &str, rule: Option<Rule>) -> Value {
    let rule = rule.unwrap_or_else(|| match id {
        GATE => Rule {
            title: String::from("the gate is decided by the lines of its phase"),
            help: String::from(
                "At least one line of the gate has to be seen to hold, and the run has to end. \
                 Where neither a failure nor an unknown line stands in the way, this is why the \
                 gate stays closed.",
            ),
            severity: Severity::Major,
        },
        _ => Rule {
            title: String::from("the line was not understood"),
            help: String::from(
                "What a line claims has to be known before it can be looked at. Say which check \
                 it means in `holdpoint.toml`, or in a comment on the line.",
            ),
            severity: Severity::Major,
        },
    });
    let level = match rule.severity {
        Severity::Blocker | Severity::Major => "error",
        Severity::Minor => "warning",
        Severity::Info => "note",
    };
    let family = id.split('.').next().unwrap_or(id);
    json!({
        "id": id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.title},
        "help": {"text": rule.help, "markdown": rule.help},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["deployment", family]},
    })
}

fn section(line: &LineView) -> String {
    let path: Vec<String> = line.plan.section.iter().map(|it| clean(it)).collect();
    if path.is_empty() { String::from("(no section)") } else { path.join(" › ") }
}

/// What stays the same when a line moves: where it stands, what it says, and what it claims.
pub(crate) fn identity(line: &LineView) -> String {
    let text = line.plan.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts: Vec<&str> = line.plan.section.iter().map(String::as_str).collect();
    parts.push(&text);
    parts.join("\u{1f}")
}

/// The identity of a line, and which of several it is that agree in it.
pub(crate) fn fingerprint(line: &LineView, nth: usize) -> String {
    hex(&[&identity(line), &nth.to_string()])
}

fn hex(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\u{1e}").as_bytes());
    let mut text = String::with_capacity(32);
    for byte in digest.iter().take(16) {
        write!(text, "{byte:02x}").expect("strings take text");
    }
    text
}

/// A path as a relative reference, or as a file address where it begins at the root.
fn uri(path: &str) -> String {
    let bare = path.strip_prefix("./").unwrap_or(path);
    let mut uri = String::with_capacity(bare.len());
    if bare.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in bare.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => write!(uri, "%{byte:02X}").expect("strings take text"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::tests::{dossier, line};

    fn written(lines: Vec<LineView>, verdict: Release, ended: bool) -> Value {
        let mut bytes = Vec::new();
        let known = |id: &str| {
            (id == "http.health").then(|| Rule {
                title: String::from("Health endpoint"),
                help: String::from("# Health"),
                severity: Severity::Blocker,
            })
        };
        let it = dossier(lines, verdict, ended);
        write(&mut bytes, &it, &it.view.document.path, &known).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn kinds_and_levels_are_those_of_the_states() {
        let states = [State::Fail, State::Unknown, State::Owed, State::Waived];
        let quiet = [State::Pass, State::NotApplicable, State::Later, State::Noted];
        let lines = states.iter().chain(&quiet).enumerate();
        let lines = lines.map(|(at, state)| line(at + 10, "claim", *state)).collect();
        let log = written(lines, Release::NoGo, true);
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        let said: Vec<(&str, &str)> = results
            .iter()
            .map(|it| (it["kind"].as_str().unwrap(), it["level"].as_str().unwrap()))
            .collect();
        assert_eq!(
            said,
            [("fail", "error"), ("open", "none"), ("review", "none"), ("fail", "error")]
        );
        assert_eq!(results[3]["suppressions"][0]["status"], "accepted");
        assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 10);
        let place = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(place, "docs/RELEASE%20LIST.md");
        assert_eq!(run["invocations"][0]["exitCode"], 1);
        assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 1);
        assert_eq!(run["tool"]["driver"]["rules"][0]["help"]["text"], "# Health");
    }

    #[test]
    fn a_gate_that_is_held_is_never_without_a_result() {
        let log = written(vec![], Release::Hold, true);
        assert_eq!(log["runs"][0]["results"][0]["ruleId"], GATE);
        let cut = written(vec![line(3, "up", State::Pass)], Release::Go, false);
        assert_eq!(cut["runs"][0]["results"].as_array().unwrap().len(), 1);
        assert_eq!(cut["runs"][0]["invocations"][0]["executionSuccessful"], false);
        let go = written(vec![line(3, "up", State::Pass)], Release::Go, true);
        assert_eq!(go["runs"][0]["results"].as_array().unwrap().len(), 0);
    }

    #[test]
    fn a_fingerprint_survives_a_line_that_moves() {
        let prints = |numbers: [usize; 2]| {
            let lines = numbers.map(|at| line(at, "same  text", State::Fail)).to_vec();
            let log = written(lines, Release::NoGo, true);
            [0, 1].map(|at| {
                log["runs"][0]["results"][at]["partialFingerprints"]["holdpointLine/v1"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
        };
        assert_eq!(prints([3, 4]), prints([30, 40]));
        assert_ne!(prints([3, 4])[0], prints([3, 4])[1], "lines that agree are told apart");
    }

    #[test]
    fn paths_are_written_as_references() {
        assert_eq!(uri("./a b/ü#1.md"), "a%20b/%C3%BC%231.md");
        assert_eq!(uri("/srv/list.md"), "file:///srv/list.md");
    }
}
