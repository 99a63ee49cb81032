//! `--report junit=PATH`: a run as JUnit XML, red exactly when the verdict is not GO.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use holdpoint_model::{event::Release, line::State};

use crate::{
    dossier::Dossier,
    outcome::{clean, counts, cut, details, held, in_the_way, reason, verdict, verdict_word},
    view::{LineView, RunView},
    when::rfc3339,
};

/// Columns of a name; CI shows them in a table.
const NAME_COLUMNS: usize = 240;
/// Columns of any other text of a document or a system.
const TEXT_COLUMNS: usize = 4_000;

/// What a test case came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Result {
    Passed,
    Failure,
    Error,
    Skipped,
}

/// One test case, in plain text.
struct Case {
    name: String,
    class: String,
    ms: i64,
    result: Result,
    kind: &'static str,
    message: String,
    body: String,
}

/// Writes the run: a suite for the gate as a whole, then one a section, each line a test case.
/// Lines that the gate waits for and that did not pass are red, unknown and owed ones as errors;
/// what it does not wait for is skipped, with the reason.
pub fn write(to: &mut dyn Write, dossier: &Dossier) -> io::Result<()> {
    let view = &dossier.view;
    let mut suites: Vec<(String, Vec<Case>)> = vec![(gate(view), vec![whole(view)])];
    let mut names = BTreeMap::<(String, String), usize>::new();
    for line in &view.lines {
        let section = section(line, view);
        let mut case = case(line, view);
        let nth = names.entry((section.clone(), case.name.clone())).or_default();
        *nth += 1;
        if 1 < *nth {
            case.name = format!("{} ({nth})", case.name);
        }
        match suites.last_mut().filter(|(name, cases)| *name == section && !cases.is_empty()) {
            Some((_, cases)) => cases.push(case),
            None => suites.push((section, vec![case])),
        }
    }
    let all = || suites.iter().flat_map(|(_, cases)| cases);
    let count = |result| all().filter(|case| case.result == result).count();
    writeln!(to, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        to,
        r#"<testsuites name="{}" tests="{}" failures="{}" errors="{}" time="{}">"#,
        attribute(&clean(&view.document.path)),
        all().count(),
        count(Result::Failure),
        count(Result::Error),
        seconds(view.ended.map_or(0, |ended| ended.since(view.started))),
    )?;
    for (index, (name, cases)) in suites.iter().enumerate() {
        suite(to, name, cases, view, index == 0)?;
    }
    writeln!(to, "</testsuites>")
}

fn suite(
    to: &mut dyn Write,
    name: &str,
    cases: &[Case],
    view: &RunView,
    first: bool,
) -> io::Result<()> {
    let count = |result| cases.iter().filter(|case| case.result == result).count();
    writeln!(
        to,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" \
         time=\"{}\" timestamp=\"{}\" file=\"{}\">",
        attribute(name),
        cases.len(),
        count(Result::Failure),
        count(Result::Error),
        count(Result::Skipped),
        seconds(cases.iter().map(|case| case.ms).sum()),
        rfc3339(view.started),
        attribute(&clean(&view.document.path)),
    )?;
    if first {
        properties(to, view)?;
    }
    for case in cases {
        write_case(to, case)?;
    }
    writeln!(to, "  </testsuite>")
}

fn properties(to: &mut dyn Write, view: &RunView) -> io::Result<()> {
    let rows = [
        ("verdict", verdict_word(view).to_owned()),
        ("run", view.run.clone()),
        ("gate", view.gate.word().to_owned()),
        ("environment", view.environment.clone().unwrap_or_default()),
        ("document", view.document.path.clone()),
        ("document.sha256", view.document.sha256.clone()),
        ("counts", counts(view)),
    ];
    writeln!(to, "    <properties>")?;
    for (name, value) in rows {
        let value = attribute(&clean(&value));
        writeln!(to, "      <property name=\"{name}\" value=\"{value}\"/>")?;
    }
    writeln!(to, "    </properties>")
}

fn write_case(to: &mut dyn Write, case: &Case) -> io::Result<()> {
    let (name, class) = (attribute(&case.name), attribute(&case.class));
    let time = seconds(case.ms);
    write!(to, r#"    <testcase name="{name}" classname="{class}" time="{time}">"#)?;
    let message = attribute(&cut(&case.message, TEXT_COLUMNS));
    let (kind, body) = (case.kind, content(&case.body));
    match case.result {
        Result::Passed => write!(to, "<system-out>{body}</system-out>")?,
        Result::Failure => {
            write!(to, r#"<failure type="{kind}" message="{message}">{body}</failure>"#)?;
        }
        Result::Error => write!(to, r#"<error type="{kind}" message="{message}">{body}</error>"#)?,
        Result::Skipped => write!(to, r#"<skipped type="{kind}" message="{message}"/>"#)?,
    }
    writeln!(to, "</testcase>")
}

/// The gate as a test case of its own: a document without lines must not come out green.
fn whole(view: &RunView) -> Case {
    let (result, kind) = match verdict(view) {
        Some(Release::Go) => (Result::Passed, "go"),
        Some(Release::Hold) => (Result::Error, "hold"),
        Some(Release::NoGo) => (Result::Failure, "no-go"),
        None => (Result::Error, "unfinished"),
    };
    let word = verdict_word(view);
    let message = held(view).map_or_else(|| word.to_owned(), |held| format!("{word}: {held}"));
    Case {
        name: String::from("the release may go"),
        class: class(&[gate(view)]),
        ms: 0,
        result,
        kind,
        body: format!("{message}\n{}\nrun {}\n", counts(view), view.run),
        message,
    }
}

fn case(line: &LineView, view: &RunView) -> Case {
    let state = line.standing.state;
    let why = reason(line);
    let place = format!("{}:{}", clean(&view.document.path), line.plan.line);
    let mut body = format!("{place}\nwhy: {}\n", cut(&why, TEXT_COLUMNS));
    for (name, text) in details(line) {
        body.extend([name, ": ", &cut(&text, TEXT_COLUMNS), "\n"]);
    }
    let (result, message) = match state {
        State::Pass => (Result::Passed, why),
        State::Fail if in_the_way(line) => (Result::Failure, why),
        State::Unknown | State::Owed if in_the_way(line) => {
            (Result::Error, format!("{}: {why}", state.word()))
        }
        State::Fail if line.standing.acknowledged => {
            (Result::Skipped, format!("fails, and was acknowledged: {why}"))
        }
        State::Fail | State::Unknown | State::Owed => {
            (Result::Skipped, format!("{}; the gate does not wait for it: {why}", state.word()))
        }
        State::Waived | State::NotApplicable | State::Later | State::Noted => {
            (Result::Skipped, format!("{}: {why}", state.word()))
        }
    };
    let name = cut(&line.plan.text, NAME_COLUMNS);
    let sections: Vec<String> = line.plan.section.clone();
    Case {
        name: if name.trim().is_empty() { format!("line {}", line.plan.line) } else { name },
        class: class(&if sections.is_empty() {
            vec![view.document.path.clone()]
        } else {
            sections
        }),
        ms: line.ms,
        result,
        kind: state.word(),
        message,
        body,
    }
}

fn gate(view: &RunView) -> String {
    format!("gate {}", view.gate.word())
}

fn section(line: &LineView, view: &RunView) -> String {
    let path: Vec<String> = line.plan.section.iter().map(|it| cut(it, NAME_COLUMNS)).collect();
    if path.is_empty() { clean(&view.document.path) } else { path.join(" › ") }
}

/// A class name. Readers take what stands before its last dot for a package, so it has none.
fn class(path: &[String]) -> String {
    let parts: Vec<String> =
        path.iter().map(|it| cut(it, NAME_COLUMNS).replace(". ", " ").replace('.', "·")).collect();
    parts.join(" › ")
}

/// Seconds with milliseconds.
fn seconds(ms: i64) -> String {
    let ms = ms.max(0);
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

/// Text between tags: without what XML 1.0 cannot carry at all, and without `]]>`.
fn content(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The value of an attribute; line breaks survive in it.
fn attribute(text: &str) -> String {
    content(text).replace('\n', "&#10;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::tests::{dossier, line};

    fn written(lines: Vec<LineView>, verdict: Release, ended: bool) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes, &dossier(lines, verdict, ended)).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn total(text: &str) -> &str {
        text.lines().nth(1).unwrap()
    }

    #[test]
    fn it_is_red_exactly_when_the_verdict_is_not_go() {
        let go = written(vec![line(3, "up", State::Pass)], Release::Go, true);
        assert!(total(&go).contains(r#"tests="2" failures="0" errors="0" time="41.000""#), "{go}");
        let hold = written(vec![line(3, "up", State::Unknown)], Release::Hold, true);
        assert!(total(&hold).contains(r#"failures="0" errors="2""#), "{hold}");
        let owed = written(vec![line(3, "up", State::Owed)], Release::Hold, true);
        assert!(total(&owed).contains(r#"failures="0" errors="2""#), "{owed}");
        let fail = written(vec![line(3, "up", State::Fail)], Release::NoGo, true);
        assert!(total(&fail).contains(r#"failures="2" errors="0""#), "{fail}");
        let empty = written(vec![], Release::Hold, true);
        assert!(total(&empty).contains(r#"tests="1" failures="0" errors="1""#), "{empty}");
        let cut = written(vec![line(3, "up", State::Pass)], Release::Go, false);
        assert!(total(&cut).contains(r#"failures="0" errors="1""#), "{cut}");
        assert!(cut.contains("UNFINISHED"));
    }

    #[test]
    fn what_the_gate_does_not_wait_for_is_skipped_and_says_why() {
        let mut free = line(4, "nice", State::Fail);
        free.plan.gated = false;
        let text = written(vec![free, line(5, "then", State::Later)], Release::Hold, true);
        assert!(text.contains(r#"<skipped type="fail" message="fail; the gate does not wait"#));
        assert!(text.contains(r#"message="later: decided later, in phase pre""#), "{text}");
    }

    #[test]
    fn hostile_text_stays_text() {
        let hostile = "a]]>b <x> & \"q\" 'a' \u{1b}[31m \u{0} \u{fffe} \u{202e} ❄";
        let text = written(
            vec![line(3, hostile, State::Fail), line(4, hostile, State::Fail)],
            Release::NoGo,
            true,
        );
        assert!(!text.contains("]]>") && !text.contains('\u{1b}') && !text.contains('\u{fffe}'));
        assert!(text.contains("a]]&gt;b &lt;x&gt; &amp; &quot;q&quot; 'a' [31m"), "{text}");
        assert!(text.contains("❄ (2)\""), "the second of a name is told apart: {text}");
    }
}
