//! What the reports for CI agree on: which lines stand in the way, and how a run that is not GO says so.

use holdpoint_model::{
    event::Release,
    line::{Severity, State},
};

use crate::{
    style::Style,
    view::{LineView, RunView},
};

/// Text for files: no colour, every script.
const FILE: Style = Style { color: false, ascii: false, width: 100 };

/// Whether a line keeps the verdict from being GO. The same four fields decide as in the engine.
pub(crate) fn in_the_way(line: &LineView) -> bool {
    if !line.plan.gated {
        return false;
    }
    match line.standing.state {
        State::Fail => match line.plan.severity {
            Severity::Blocker | Severity::Major => true,
            Severity::Minor => !line.standing.acknowledged,
            Severity::Info => false,
        },
        State::Unknown | State::Owed => true,
        State::Pass | State::Waived | State::NotApplicable | State::Later | State::Noted => false,
    }
}

/// The verdict of a run that ended; one that was broken off has none.
pub(crate) fn verdict(view: &RunView) -> Option<Release> {
    view.ended.map(|_| view.verdict)
}

/// The word that stands where a verdict stands.
pub(crate) fn verdict_word(view: &RunView) -> &'static str {
    verdict(view).map_or("UNFINISHED", Release::word)
}

/// What is said of the gate as a whole, when it is not open.
pub(crate) fn held(view: &RunView) -> Option<String> {
    let lines = view.lines.iter().filter(|line| in_the_way(line)).count();
    match (verdict(view), lines) {
        (Some(Release::Go), _) => None,
        (None, _) => Some(String::from("the run did not end; nothing is decided")),
        (Some(Release::Hold | Release::NoGo), 0) => {
            Some(String::from("nothing of this gate was seen to hold, so nothing is decided"))
        }
        (Some(Release::Hold | Release::NoGo), 1) => Some(String::from("1 line stands in the way")),
        (Some(Release::Hold | Release::NoGo), more) => {
            Some(format!("{more} lines stand in the way"))
        }
    }
}

/// The counts as one sentence: `3 fail · 2 unknown · 5 pass`.
pub(crate) fn counts(view: &RunView) -> String {
    let order = [
        State::Fail,
        State::Unknown,
        State::Owed,
        State::Waived,
        State::NotApplicable,
        State::Pass,
        State::Later,
        State::Noted,
    ];
    let shown = order.iter().filter_map(|state| {
        let count = view.counts.get(state).copied().unwrap_or(0);
        (count != 0).then(|| format!("{count} {}", state.word()))
    });
    let shown: Vec<String> = shown.collect();
    if shown.is_empty() { String::from("no lines") } else { shown.join(" · ") }
}

/// Why a line stands where it stands, in one sentence that is never empty.
pub(crate) fn reason(line: &LineView) -> String {
    let state = line.standing.state;
    let reason = line.standing.finding.reason.as_str();
    if !reason.is_empty() {
        return clean(reason);
    }
    match state {
        State::Pass => String::from("seen to hold"),
        State::Fail => String::from("seen not to hold"),
        State::Unknown => String::from("could not be seen"),
        State::Waived => String::from("waived"),
        State::NotApplicable => String::from("does not apply"),
        State::Owed => String::from("waits for a person"),
        State::Later => format!("decided later, in phase {}", line.plan.phase.word()),
        State::Noted => String::from("declares something; there is nothing to decide"),
    }
}

/// The rest of what was found, each part with its name; the reason is not among them.
pub(crate) fn details(line: &LineView) -> Vec<(&'static str, String)> {
    let finding = &line.standing.finding;
    let parts = [
        ("expected", finding.expected.as_ref()),
        ("seen", finding.seen.as_ref()),
        ("do", finding.remedy.as_ref()),
        ("easy to miss", finding.easy_to_miss.as_ref()),
    ];
    let parts = parts.into_iter().filter_map(|(name, text)| text.map(|text| (name, clean(text))));
    let unproven = finding.unproven.iter().map(|it| ("unproven", clean(it)));
    parts.chain(unproven).filter(|(_, text)| !text.is_empty()).collect()
}

/// One line of text without control characters, and without those that steer the text around it.
pub(crate) fn clean(text: &str) -> String {
    FILE.clean(text)
}

/// The same, cut to a number of columns.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    FILE.cut(text, columns)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use holdpoint_engine::Standing;
    use holdpoint_model::{
        line::{Binding, Gate, Kind, Phase},
        plan::{BoundCheck, DocumentRef, PlanLine},
        time::Time,
        verdict::Finding,
    };

    use super::*;
    use crate::{dossier::Dossier, view::CheckView};

    /// A line of a run, as bad as its state says.
    pub(crate) fn line(number: usize, text: &str, state: State) -> LineView {
        let finding = match state {
            State::Fail => Finding::fail("it is <off> & gone", "on", "off", "switch it on"),
            State::Unknown => Finding::unknown("nobody answered", "declare target.web"),
            State::Pass
            | State::Waived
            | State::NotApplicable
            | State::Owed
            | State::Later
            | State::Noted => Finding::pass(""),
        };
        let check = "http.health".to_owned();
        LineView {
            plan: PlanLine {
                line: number,
                text: text.to_owned(),
                section: vec![String::from("Pre-Deployment"), String::from("2. Web")],
                phase: Phase::Pre,
                kind: Kind::Probe,
                severity: Severity::Major,
                gated: !matches!(state, State::Later | State::Noted),
                declares: false,
                state: Binding::Bound,
                checks: vec![BoundCheck {
                    id: check.clone(),
                    params: BTreeMap::new(),
                    sources: BTreeMap::new(),
                    because: Vec::new(),
                    target: String::from("web"),
                }],
                needs: Vec::new(),
                lacks: Vec::new(),
                parent: None,
                command: None,
            },
            standing: Standing {
                state,
                acknowledged: false,
                finding,
                verdicts: vec![None],
                open: false,
            },
            checks: vec![CheckView {
                id: check,
                verdict: None,
                looks: 1,
                params: BTreeMap::new(),
                defaults: BTreeMap::new(),
                last_look: None,
            }],
            ms: 1_234,
        }
    }

    /// A run of these lines.
    pub(crate) fn dossier(lines: Vec<LineView>, verdict: Release, ended: bool) -> Dossier {
        let mut counts: BTreeMap<State, usize> = State::ALL.iter().map(|it| (*it, 0)).collect();
        for line in &lines {
            *counts.entry(line.standing.state).or_default() += 1;
        }
        let view = RunView {
            run: String::from("0007"),
            gate: Gate::Pre,
            environment: None,
            document: DocumentRef {
                path: String::from("docs/RELEASE LIST.md"),
                sha256: "ab".repeat(32),
                parsed_sha256: "cd".repeat(32),
                lines: 99,
            },
            started: Time(1_763_715_600_120),
            ended: ended.then_some(Time(1_763_715_641_120)),
            verdict,
            counts,
            lines,
        };
        Dossier {
            view,
            document: Vec::new(),
            judgements: BTreeMap::new(),
            answers: BTreeMap::new(),
            version: String::from("0.0.0"),
            seal: None,
        }
    }

    #[test]
    fn the_lines_in_the_way_are_those_that_the_engine_holds_for() {
        assert!(in_the_way(&line(1, "x", State::Fail)));
        assert!(in_the_way(&line(1, "x", State::Unknown)));
        assert!(in_the_way(&line(1, "x", State::Owed)));
        for state in [State::Pass, State::Waived, State::NotApplicable, State::Later, State::Noted]
        {
            assert!(!in_the_way(&line(1, "x", state)));
        }
        let mut minor = line(1, "x", State::Fail);
        minor.plan.severity = Severity::Minor;
        assert!(in_the_way(&minor));
        minor.standing.acknowledged = true;
        assert!(!in_the_way(&minor));
        let mut free = line(1, "x", State::Unknown);
        free.plan.gated = false;
        assert!(!in_the_way(&free));
    }

    #[test]
    fn only_a_run_that_ended_in_go_is_not_held() {
        let says = |lines, verdict, ended| held(&dossier(lines, verdict, ended).view);
        assert_eq!(says(vec![line(1, "x", State::Pass)], Release::Go, true), None);
        assert!(says(vec![line(1, "x", State::Pass)], Release::Go, false).is_some());
        assert!(says(vec![], Release::Hold, true).unwrap().contains("nothing"));
        let one = says(vec![line(1, "x", State::Fail)], Release::NoGo, true);
        assert_eq!(one.as_deref(), Some("1 line stands in the way"));
        assert_eq!(counts(&dossier(vec![], Release::Hold, true).view), "no lines");
    }
}
