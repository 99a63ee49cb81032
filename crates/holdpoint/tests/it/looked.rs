//! One `holdpoint check` by hand, held against what it has to say, and many of them side by side.

use std::thread;

use serde_json::Value;

use crate::common::{self, Place, Said};

/// What a check has to come to. Every word has to stand in what is shown of the finding.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Want<'a> {
    Pass,
    /// A pass that says what it does not cover.
    PassBut(&'a [&'a str]),
    Fail(&'a [&'a str]),
    Unknown(&'a [&'a str]),
    /// Fail or unknown: what must never be a pass.
    NoPass(&'a [&'a str]),
    /// Exit 2, nothing on standard output, and these words on standard error.
    Usage(&'a [&'a str]),
}

/// One case of a table.
pub(crate) struct Case<'a> {
    pub(crate) name: &'a str,
    pub(crate) args: Vec<String>,
    pub(crate) want: Want<'a>,
}

/// A case whose arguments stand in one text, separated by white space.
pub(crate) fn case<'a>(name: &'a str, args: impl Into<String>, want: Want<'a>) -> Case<'a> {
    let args = args.into().split_whitespace().map(str::to_owned).collect();
    Case { name, args, want }
}

/// A case whose arguments hold white space.
pub(crate) fn case_of<'a>(name: &'a str, args: &[&str], want: Want<'a>) -> Case<'a> {
    Case { name, args: args.iter().map(|it| (*it).to_owned()).collect(), want }
}

/// Whether every program is here; says in the log that the test ran, or why it did not.
pub(crate) fn needs(test: &str, programs: &[&str]) -> bool {
    let missing = programs.iter().find(|it| common::program(it).is_none());
    let why = missing.map(|it| format!("there is no `{it}`"));
    common::real(test, why.as_deref());
    why.is_none()
}

/// Looks with every case, a few at a time, and complains about all that came out otherwise.
pub(crate) fn all(place: &Place, id: &str, cases: &[Case]) {
    let mut wrong = Vec::new();
    for group in cases.chunks(6) {
        thread::scope(|scope| {
            let threads: Vec<_> =
                group.iter().map(|case| scope.spawn(|| one(place, id, case).err())).collect();
            wrong.extend(threads.into_iter().filter_map(|it| it.join().unwrap()));
        });
    }
    let number = wrong.len();
    assert!(wrong.is_empty(), "{number} of {} cases:\n\n{}", cases.len(), wrong.join("\n\n"));
}

/// Looks with one case; the JSON document where there is one.
pub(crate) fn one(place: &Place, id: &str, case: &Case) -> Result<Value, String> {
    let mut args = vec!["check", id];
    args.extend(case.args.iter().map(String::as_str));
    args.extend(["--format", "json"]);
    held(id, case, &place.run(&args))
}

/// Holds what came back against what was wanted.
pub(crate) fn held(id: &str, case: &Case, said: &Said) -> Result<Value, String> {
    let complaint = |why: String| {
        let args = case.args.join(" ");
        let (code, out, err) = (said.code, short(&said.out), short(&said.err));
        Err(format!("{}: {why}\n  check {id} {args}\n  exit {code:?}\n  {out}\n  {err}", case.name))
    };
    if let Want::Usage(words) = case.want {
        return match missing(words, &said.err) {
            _ if said.code != Some(2) => complaint(String::from("exit 2 was wanted")),
            _ if !said.out.is_empty() => complaint(String::from("nothing belongs on stdout")),
            Some(word) => complaint(format!("`{word}` is not on stderr")),
            None => Ok(Value::Null),
        };
    }
    let Ok(json) = serde_json::from_str::<Value>(&said.out) else {
        return complaint(String::from("stdout is no JSON document"));
    };
    let verdict = json["verdict"].as_str().unwrap_or_default();
    let code = match verdict {
        "pass" => 0,
        "fail" => 1,
        "unknown" => 3,
        other => return complaint(format!("`{other}` is no verdict")),
    };
    if said.code != Some(code) {
        return complaint(format!("{verdict} goes with exit {code}"));
    }
    if let Some(why) = malformed(id, verdict, &json) {
        return complaint(why);
    }
    let shown: String = ["reason", "expected", "seen", "remedy", "easy-to-miss"]
        .iter()
        .filter_map(|name| json[*name].as_str())
        .map(|text| format!("{text}\n"))
        .collect();
    let unproven = json["unproven"].to_string();
    let (good, text, words): (bool, &str, &[&str]) = match case.want {
        Want::Pass => (verdict == "pass", &shown, &[]),
        Want::PassBut(words) => (verdict == "pass", &unproven, words),
        Want::Fail(words) => (verdict == "fail", &shown, words),
        Want::Unknown(words) => (verdict == "unknown", &shown, words),
        Want::NoPass(words) => (verdict != "pass", &shown, words),
        Want::Usage(_) => (false, &shown, &[]),
    };
    match missing(words, text) {
        _ if !good => complaint(format!("{verdict} instead of {:?}", case.want)),
        Some(word) => complaint(format!("`{word}` is not among what is said")),
        None => Ok(json),
    }
}

/// What a document of this schema lacks.
fn malformed(id: &str, verdict: &str, json: &Value) -> Option<String> {
    let filled = |name: &str| json[name].as_str().is_some_and(|text| !text.trim().is_empty());
    if json["schema"] != "holdpoint.check/1" || json["id"] != id {
        return Some(String::from("schema or id are wrong"));
    }
    if json["revision"].as_u64().is_none() || !json["params"].is_object() {
        return Some(String::from("revision or params are missing"));
    }
    let needed: &[&str] = match verdict {
        "fail" => &["reason", "expected", "seen", "remedy"],
        "unknown" => &["reason", "remedy"],
        _ => &["reason"],
    };
    if let Some(name) = needed.iter().find(|name| !filled(name)) {
        return Some(format!("a verdict {verdict} without `{name}`"));
    }
    let whole = |look: &Value| {
        look["ask"].is_object()
            && look["from"].is_string()
            && look["at"].as_str().is_some_and(|at| at.ends_with('Z'))
            && look["ms"].is_u64()
            && (look.get("seen").is_some() != look.get("fault").is_some())
    };
    match json["looks"].as_array() {
        None => Some(String::from("there are no looks")),
        Some(looks) if verdict == "pass" && looks.is_empty() => {
            Some(String::from("a pass without a look"))
        }
        Some(looks) => {
            let broken = looks.iter().find(|look| !whole(look))?;
            Some(format!("a look is incomplete: {}", short(&broken.to_string())))
        }
    }
}

fn missing<'a>(words: &[&'a str], text: &str) -> Option<&'a str> {
    let text = text.to_lowercase();
    words.iter().copied().find(|word| !text.contains(&word.to_lowercase()))
}

fn short(text: &str) -> String {
    let mut cut: String = text.trim().chars().take(1_500).collect();
    if cut.len() < text.trim().len() {
        cut.push('…');
    }
    cut
}

/// Runs a checklist of one line, and returns that line of the run.
pub(crate) fn line(place: &Place, text: &str) -> Value {
    let name = "one-line.md";
    place.write(name, format!("# Pre-Deployment Checklist\n\n## Checks\n\n- [ ] {text}\n"));
    drop(std::fs::remove_file(place.path().join("holdpoint.lock")));
    let (_, run) = place.json(&["run", name, "--gate", "all", "--format", "json"]);
    let lines = run["lines"].as_array().cloned().unwrap_or_default();
    let found = lines.iter().find(|line| line["line"] == 5).cloned();
    found.unwrap_or_else(|| panic!("there is no line 5 in {run:#}"))
}

/// The state of a line, and everything that is said of it, as one text.
pub(crate) fn state_of(line: &Value) -> (String, String) {
    let said = ["reason", "expected", "seen", "remedy", "easy-to-miss", "unproven"];
    let said: Vec<String> = said.iter().map(|name| line[*name].to_string()).collect();
    (line["state"].as_str().unwrap_or_default().to_owned(), said.join("\n"))
}

/// Complains when a line is not in this state, or lacks one of these words.
pub(crate) fn expect_line(name: &str, line: &Value, state: &str, words: &[&str]) -> Option<String> {
    let (is, said) = state_of(line);
    match missing(words, &said) {
        _ if is != state => Some(format!("{name}: {is} instead of {state}\n  {said}")),
        Some(word) => Some(format!("{name}: `{word}` is not among what is said\n  {said}")),
        None => None,
    }
}
