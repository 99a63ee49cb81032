//! What the body of a health endpoint says: by a predicate that somebody declared, or by the words
//! that such bodies commonly use.

use holdpoint_model::{param::Param, seen::Response};
use serde_json::{Map, Value};

use crate::{twice, web};

/// Words that say that all is well, in any case.
const GOOD: [&str; 5] = ["ok", "healthy", "up", "pass", "ready"];
/// Words that a dependency is well by, beside those.
const REACHED: [&str; 6] = ["connected", "available", "alive", "running", "passing", "reachable"];
/// Words that say that something is not well, where any other word could be about something else.
const BAD: [&str; 15] = [
    "down",
    "unhealthy",
    "fail",
    "failed",
    "failing",
    "error",
    "degraded",
    "unavailable",
    "critical",
    "maintenance",
    "disconnected",
    "unreachable",
    "timeout",
    "offline",
    "unready",
];
/// Members in which a body speaks of itself, in any case.
const SELF: [&str; 6] = ["status", "state", "health", "healthy", "ok", "up"];
/// Those of them in which nothing but a good word says that all is well.
const WORDS: [&str; 3] = ["status", "state", "health"];
/// Members in which a body lists what it depends on.
const LISTS: [&str; 8] = [
    "checks",
    "dependencies",
    "components",
    "services",
    "details",
    "entries",
    "info",
    "subsystems",
];
/// Members of such a list that are about something else than health.
const ASIDE: [&str; 9] =
    ["timestamp", "time", "version", "latency", "duration", "uptime", "message", "name", "type"];
/// Sentences of pages that are shown in place of an application.
const STAND_INS: [&str; 6] = [
    "maintenance",
    "temporarily unavailable",
    "be right back",
    "be back soon",
    "welcome to nginx",
    "apache2 default page",
];

/// What has to be true of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Predicate {
    /// Nothing: the status alone decides.
    Any,
    /// The whole text is one of these.
    Text(Vec<String>),
    /// The member of a JSON body at this path is one of these.
    Member(Vec<String>, Vec<String>),
}

impl Param for Predicate {
    const KIND: &'static str = "`$.a.b in x,y`, `text in x,y` or `any`";
    fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected {}, found `{text}`", Self::KIND);
        let text = text.trim_start_matches('=').trim();
        if text == "any" {
            return Ok(Self::Any);
        }
        let (subject, words) = text.split_once(" in ").ok_or_else(wrong)?;
        let words: Vec<String> = words
            .split(',')
            .map(|word| word.trim().to_owned())
            .filter(|word| !word.is_empty())
            .collect();
        if words.is_empty() {
            return Err(wrong());
        }
        match subject.trim() {
            "text" => Ok(Self::Text(words)),
            subject => {
                let path = subject.strip_prefix("$.").ok_or_else(wrong)?;
                let path: Vec<String> = path.split('.').map(str::to_owned).collect();
                if path.iter().any(String::is_empty) {
                    return Err(wrong());
                }
                Ok(Self::Member(path, words))
            }
        }
    }
}

/// What a body came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It says that all is well.
    Well,
    /// It says that something is not, or not what was asked for.
    Unwell(String),
    /// It says nothing that we understand.
    Unclear(String),
}

/// Judges a body by the predicate, or by what such bodies commonly say.
pub(crate) fn judge(predicate: Option<&Predicate>, response: &Response) -> Said {
    if response.truncated && !matches!(predicate, Some(Predicate::Any)) {
        return Said::Unclear(format!("the body is longer than {} bytes", response.body_bytes));
    }
    let body = response.body.trim();
    match predicate {
        Some(Predicate::Any) => Said::Well,
        Some(Predicate::Text(words)) => one_of("the body", body, words),
        Some(Predicate::Member(path, words)) => member(body, path, words),
        None => recognise(body),
    }
}

fn one_of(what: &str, seen: &str, words: &[String]) -> Said {
    if words.iter().any(|word| word == seen) {
        Said::Well
    } else {
        Said::Unwell(format!("{what} is `{}`, not {}", web::short(seen), words.join(" or ")))
    }
}

fn member(body: &str, path: &[String], words: &[String]) -> Said {
    let name = format!("`$.{}`", path.join("."));
    let Ok(whole) = serde_json::from_str::<Value>(body) else {
        return Said::Unwell(format!("the body is no JSON: `{}`", web::short(body)));
    };
    if let Some(name) = twice::member(body) {
        return doubled(&name);
    }
    let step = |value: &Value, key: &String| match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?).cloned(),
        Value::Object(members) => members.get(key).cloned(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    let found = path.iter().try_fold(whole, |value, key| step(&value, key));
    match found {
        Some(Value::String(text)) => one_of(&name, &text, words),
        Some(value) => one_of(&name, &value.to_string(), words),
        None => Said::Unwell(format!("the body has no {name}")),
    }
}

fn is_in(word: &str, list: &[&str]) -> bool {
    list.iter().any(|it| it.eq_ignore_ascii_case(word.trim()))
}

fn recognise(body: &str) -> Said {
    if body.is_empty() {
        return Said::Unclear(String::from("the body is empty"));
    }
    match serde_json::from_str::<Value>(body) {
        Ok(Value::Object(members)) => match twice::member(body) {
            Some(name) => doubled(&name),
            None => of_itself(&members),
        },
        Ok(Value::String(word)) => one_word(&word),
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | Err(_) => {
            one_word(body)
        }
    }
}

fn doubled(name: &str) -> Said {
    Said::Unclear(format!(
        "the body has `{}` twice, and parsers disagree which counts",
        web::short(name)
    ))
}

/// What the members say in which a body speaks of itself: a bad one wins over one that nobody
/// understands, and that over good ones.
fn of_itself(members: &Map<String, Value>) -> Said {
    let own = members.iter().filter(|(key, _)| is_in(key, &SELF));
    let said: Vec<Said> = own.filter_map(|(key, value)| spoken(key, value)).collect();
    let first = |wanted: fn(&Said) -> bool| said.iter().find(|it| wanted(it)).cloned();
    first(|it| matches!(it, Said::Unwell(_)))
        .or_else(|| first(|it| matches!(it, Said::Unclear(_))))
        .or_else(|| first(|it| matches!(it, Said::Well)))
        .unwrap_or_else(|| Said::Unclear(String::from("the body has no `status` that we know")))
}

/// What one of those members says; `None` where it objects to nothing and proves nothing.
fn spoken(key: &str, value: &Value) -> Option<Said> {
    let unwell = |shown: &str| Some(Said::Unwell(format!("`{key}` is `{}`", web::short(shown))));
    let words = is_in(key, &WORDS);
    match value {
        Value::String(word) if is_in(word, &GOOD) => Some(Said::Well),
        Value::String(word) if words || is_in(word, &BAD) || is_in(word, &["false", "no"]) => {
            unwell(word)
        }
        Value::String(word) if is_in(word, &["true", "yes"]) => None,
        Value::Bool(false) => unwell("false"),
        Value::Bool(true) if !is_in(key, &["status", "state"]) => None,
        Value::Object(_) if well(value) == Some(false) => unwell(&value.to_string()),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => Some(Said::Unclear(format!(
            "`{key}` is `{}`, which nobody knows how to read",
            web::short(&value.to_string())
        ))),
    }
}

fn one_word(body: &str) -> Said {
    let lower = body.to_ascii_lowercase();
    let shown = web::short(body);
    if is_in(body, &GOOD) {
        Said::Well
    } else if is_in(body, &BAD) {
        Said::Unwell(format!("the body is `{shown}`"))
    } else if let Some(words) = STAND_INS.iter().find(|words| lower.contains(**words)) {
        Said::Unwell(format!("the body is a page that says `{words}`"))
    } else {
        Said::Unclear(format!("the body is `{shown}`"))
    }
}

/// Judges the entries of a JSON body that are about what the application depends on.
pub(crate) fn dependencies(response: &Response) -> Said {
    let body = response.body.trim();
    let Ok(Value::Object(members)) = serde_json::from_str::<Value>(body) else {
        return Said::Unclear(String::from("the body is no JSON object that lists dependencies"));
    };
    if let Some(name) = twice::member(body) {
        return doubled(&name);
    }
    let mut entries = Vec::new();
    for (key, value) in members.iter().filter(|(key, _)| !is_in(key, &SELF)) {
        if is_in(key, &LISTS) {
            listed(key, value, &mut entries);
        } else if let Some(well) = unlisted(value) {
            entries.push((key.clone(), well));
        }
    }
    match entries.iter().find(|(_, well)| !well) {
        Some((name, _)) => Said::Unwell(format!("the dependency `{name}` is not well")),
        None if entries.is_empty() => {
            Said::Unclear(String::from("the body names no dependency that we know how to read"))
        }
        None => Said::Well,
    }
}

/// Entries of a member that lists dependencies: every word there that is not good is bad.
fn listed(list: &str, value: &Value, entries: &mut Vec<(String, bool)>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members.iter().filter(|(key, _)| !is_in(key, &ASIDE)) {
                if let Some(well) = well(value) {
                    entries.push((key.clone(), well));
                }
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                let name = value.get("name").and_then(Value::as_str);
                let name = name.map_or_else(|| format!("{list}.{at}"), str::to_owned);
                entries.extend(well(value).map(|well| (name, well)));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn well(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(well) => Some(*well),
        Value::String(word) => Some(is_in(word, &GOOD) || is_in(word, &REACHED)),
        // Some libraries give each dependency a list of measurements.
        Value::Array(items) => items.iter().filter_map(well).reduce(|a, b| a && b),
        Value::Object(members) => {
            let own = members.iter().filter(|(key, _)| is_in(key, &SELF));
            own.filter_map(|(_, value)| well(value)).reduce(|a, b| a && b)
        }
        Value::Null | Value::Number(_) => None,
    }
}

/// A member beside `status` counts only when it plainly speaks of health.
fn unlisted(value: &Value) -> Option<bool> {
    match value {
        Value::String(word) if is_in(word, &GOOD) || is_in(word, &REACHED) => Some(true),
        Value::String(word) if is_in(word, &BAD) => Some(false),
        Value::Object(_) => well(value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds;

    fn said(predicate: &str, body: &str) -> Said {
        let predicate = (!predicate.is_empty()).then(|| Predicate::read(predicate).unwrap());
        judge(predicate.as_ref(), &worlds::response(200, &[], body))
    }

    fn kind(said: &Said) -> char {
        match said {
            Said::Well => '+',
            Said::Unwell(_) => '-',
            Said::Unclear(_) => '?',
        }
    }

    #[test]
    fn judges_bodies() {
        let cases = [
            ("", r#"{"status":"ok"}"#, '+'),
            ("", r#"{"status":"UP","extra":{"a":1}}"#, '+'),
            ("", r#"{"state":"Ready"}"#, '+'),
            ("", r#"{"status":"unhealthy","db":"down"}"#, '-'),
            ("", r#"{"status":"ok","health":"bad"}"#, '-'),
            ("", r#"{"status":"starting"}"#, '-'),
            ("", r#"{"status":200}"#, '?'),
            ("", r#"{"status":"down","status":"ok"}"#, '?'),
            ("", r#"{"status":"ok","health":false}"#, '-'),
            ("", r#"{"status":"ok","health":{"status":"down"}}"#, '-'),
            ("", r#"{"status":"up","state":{"db":"down"}}"#, '?'),
            ("", r#"{"state":"ok","status":{"code":"DOWN"}}"#, '?'),
            ("", r#"{"Status":"DOWN","state":"ok"}"#, '-'),
            ("", r#"{"Status":"Ok"}"#, '+'),
            ("", r#"{"status":"ok","healthy":false}"#, '-'),
            ("", r#"{"status":"ok","OK":false,"health":[]}"#, '-'),
            ("", r#"{"status":"ok","ok":true,"healthy":"true"}"#, '+'),
            ("", r#"{"status":"ok","up":null}"#, '?'),
            ("$.a in ok", r#"{"a":"no","a":"ok"}"#, '?'),
            ("", r#"{"version":"1"}"#, '?'),
            ("", "Healthy\n", '+'),
            ("", r#""ok""#, '+'),
            ("", "down", '-'),
            ("", "", '?'),
            ("", "fine", '?'),
            ("", "<html><body>green</body></html>", '?'),
            ("", "<html><h1>Down for maintenance</h1></html>", '-'),
            ("", "[\"ok\"]", '?'),
            ("any", "", '+'),
            ("text in OK,FINE", "FINE\n", '+'),
            ("text in OK", "OK, sort of", '-'),
            ("$.a.b in x,y", r#"{"a":{"b":"y"}}"#, '+'),
            ("$.a.b in x,y", r#"{"a":{"b":"z"}}"#, '-'),
            ("$.a.b in x,y", r#"{"a":1}"#, '-'),
            ("$.ready in true", r#"{"ready":true}"#, '+'),
            ("$.list.0 in 7", r#"{"list":[7]}"#, '+'),
            ("$.status in ok", "<html>", '-'),
        ];
        for (predicate, body, want) in cases {
            let said = said(predicate, body);
            assert_eq!(kind(&said), want, "{predicate} {body}: {said:?}");
        }
        for wrong in ["", "ok", "status in ok", "$. in x", "$.a in ", "$.a..b in x"] {
            assert!(Predicate::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn reads_dependencies() {
        let cases = [
            (r#"{"status":"ok","database":"ok","redis":"connected"}"#, '+'),
            (r#"{"status":"ok","db":"down"}"#, '-'),
            (r#"{"status":"ok","checks":{"db":"slow"}}"#, '-'),
            (r#"{"status":"ok","checks":{"db":true,"timestamp":"now"}}"#, '+'),
            (r#"{"status":"UP","components":{"db":{"status":"DOWN"}}}"#, '-'),
            (
                r#"{"status":"pass","checks":{"db:time":[{"status":"pass"},{"status":"fail"}]}}"#,
                '-',
            ),
            (r#"{"status":"ok","entries":[{"name":"db","healthy":false}]}"#, '-'),
            (r#"{"status":"ok","db":{"Status":"ok","healthy":false}}"#, '-'),
            (r#"{"status":"ok","db":"down","db":"ok"}"#, '?'),
            (r#"{"status":"ok","version":"1.2.3","debug":false}"#, '?'),
            ("ok", '?'),
        ];
        for (body, want) in cases {
            let said = dependencies(&worlds::response(200, &[], body));
            assert_eq!(kind(&said), want, "{body}: {said:?}");
        }
    }
}
