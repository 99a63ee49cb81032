//! `--report codequality=PATH`: what stands in the way as the code-quality report that GitLab reads.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use holdpoint_model::line::{Kind, Severity, State};
use serde_json::{Value, json};

use crate::{
    dossier::Dossier,
    outcome::{cut, held, in_the_way, reason, verdict_word},
    sarif::{fingerprint, identity},
};

/// Columns of a description.
const COLUMNS: usize = 500;

/// Writes a list of what stands in the way; it is empty when the verdict is GO. `place` is the
/// document as a path from the root of the repository.
pub fn write(to: &mut dyn Write, dossier: &Dossier, place: &str) -> io::Result<()> {
    let view = &dossier.view;
    let place = place.strip_prefix("./").unwrap_or(place);
    let mut rows: Vec<Value> = Vec::new();
    let mut nths = BTreeMap::<String, usize>::new();
    for line in &view.lines {
        let nth = nths.entry(identity(line)).or_default();
        *nth += 1;
        if !in_the_way(line) || line.plan.kind == Kind::Group {
            continue;
        }
        let state = line.standing.state;
        let severity = match (state, line.plan.severity) {
            (State::Fail, Severity::Blocker) => "blocker",
            (State::Fail, Severity::Major) => "critical",
            (_, Severity::Blocker | Severity::Major) => "major",
            (_, Severity::Minor) => "minor",
            (_, Severity::Info) => "info",
        };
        let text = format!("{}: {}: {}", state.word(), line.plan.text, reason(line));
        let check = line.checks.first().map_or("holdpoint.not-understood", |it| &it.id);
        rows.push(json!({
            "description": cut(&text, COLUMNS),
            "check_name": check,
            "fingerprint": fingerprint(line, *nth),
            "severity": severity,
            "location": {"path": place, "lines": {"begin": line.plan.line}},
        }));
    }
    if let Some(held) = held(view).filter(|_| rows.is_empty()) {
        rows.push(json!({
            "description": format!("{}: {held}", verdict_word(view)),
            "check_name": "holdpoint.gate",
            "fingerprint": format!("holdpoint.gate/{}", view.gate.word()),
            "severity": "major",
            "location": {"path": place, "lines": {"begin": 1}},
        }));
    }
    serde_json::to_writer_pretty(&mut *to, &rows)?;
    writeln!(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::tests::{dossier, line};
    use holdpoint_model::event::Release;

    #[test]
    fn it_is_empty_exactly_when_the_verdict_is_go() {
        let rows = |lines, verdict, ended| {
            let mut bytes = Vec::new();
            write(&mut bytes, &dossier(lines, verdict, ended), "./a.md").unwrap();
            serde_json::from_slice::<Vec<Value>>(&bytes).unwrap()
        };
        assert!(rows(vec![line(3, "up", State::Pass)], Release::Go, true).is_empty());
        assert_eq!(rows(vec![line(3, "up", State::Pass)], Release::Go, false).len(), 1);
        assert_eq!(rows(vec![], Release::Hold, true)[0]["check_name"], "holdpoint.gate");
        let fail = rows(vec![line(3, "up", State::Fail)], Release::NoGo, true);
        assert_eq!(fail[0]["location"], json!({"path": "a.md", "lines": {"begin": 3}}));
        assert_eq!(fail[0]["severity"], "critical");
        let owed = rows(vec![line(3, "up", State::Owed)], Release::Hold, true);
        assert_eq!(owed[0]["severity"], "major");
    }
}
