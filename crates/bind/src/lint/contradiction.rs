//! One thing with two values in the same document: ports, versions, thresholds.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_document::Line;
use holdpoint_model::{diagnostic::Diagnostic, plan::PlanLine, text::Span};

use super::{
    finding,
    page::Page,
    threshold::{is_prose, thresholds},
    words::{alias, find_phrase, lists, lower, words},
};

/// One thing with its value, at a place.
struct Said {
    /// What it is, as it is compared.
    thing: String,
    /// What it is, for people.
    shown: String,
    value: Value,
    span: Span,
    row: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Port(String),
    /// The version, and whether a later one will do.
    Version(Vec<u32>, bool),
    Bound(f64, String),
}

pub(super) fn find(page: &Page<'_>) -> Vec<Diagnostic> {
    let mut said: Vec<Said> = Vec::new();
    for row in page.rows() {
        let text = row.text;
        said.extend(port(text).into_iter().map(|it| it.at(row.start, row.number)));
        if !row.fenced {
            said.extend(versions(text).into_iter().map(|it| it.at(row.start, row.number)));
        }
    }
    for (line, plan) in page.lines().filter(|(line, _)| is_prose(line)) {
        let text = page.text_of(line);
        said.extend(bound(page, line, plan, text).map(|it| it.at(line.span.start, line.number)));
    }
    let mut first: BTreeMap<&str, Vec<&Said>> = BTreeMap::new();
    let mut found = Vec::new();
    for it in &said {
        let before = first.entry(&it.thing).or_default();
        if let Some(other) = before.iter().find(|other| differ(&other.value, &it.value)) {
            let (now, then) = (shown(&it.value), shown(&other.value));
            let message = format!("{} is {now} here, and {then} at line {}", it.shown, other.row);
            let help = "correct the one that is wrong";
            found.push(finding(page, "lint::contradiction", it.span, message, help));
        }
        if !before.iter().any(|other| other.value == it.value) {
            before.push(it);
        }
    }
    found
}

impl Said {
    fn at(self, start: usize, row: usize) -> Self {
        let span = Span::new(start + self.span.start, start + self.span.end);
        Self { span, row, ..self }
    }
}

fn differ(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Port(one), Value::Port(other)) => one != other,
        (Value::Bound(one, unit), Value::Bound(other, same)) => {
            let least = one.abs().min(other.abs());
            unit == same && least * 1e-9 < (one - other).abs()
        }
        (Value::Version(one, open), Value::Version(other, also)) => {
            let within = one.iter().zip(other).all(|(one, other)| one == other);
            let older = |exact: &[u32], least: &[u32]| exact < least;
            match (open, also) {
                (true, true) | (false, false) => !within,
                (true, false) => !within && older(other, one),
                (false, true) => !within && older(one, other),
            }
        }
        (Value::Port(_) | Value::Version(..) | Value::Bound(..), _) => false,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Port(port) => format!("at port {port}"),
        Value::Version(parts, open) => {
            let parts: Vec<String> = parts.iter().map(u32::to_string).collect();
            let or = if *open { " or later" } else { "" };
            format!("version {}{or}", parts.join("."))
        }
        Value::Bound(number, unit) => match unit.as_str() {
            "%" => format!("{number} %"),
            "s" if *number < 1.0 => format!("{} ms", (number * 1e6).round() / 1e3),
            "s" => format!("{number} s"),
            _ => format!("{number} bytes"),
        },
    }
}

/// Words of a row, lower case, with their places.
fn tokens(small: &str) -> Vec<(usize, &str)> {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in small.char_indices().chain([(small.len(), ' ')]) {
        match (inside(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let word = small.get(from..at).unwrap_or_default();
                let lead = word.len() - word.trim_start_matches(['-', '_']).len();
                found.push((from + lead, word.trim_matches(['.', '-', '_'])));
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    found.retain(|(_, word)| !word.is_empty());
    found
}

/// The port of the one service that a row names: "Port 9090 (Prometheus)", "localhost:9090".
fn port(text: &str) -> Option<Said> {
    let small = lower(text);
    let tokens = tokens(&small);
    let named: BTreeSet<&str> =
        tokens.iter().map(|(_, word)| alias(word)).filter(|word| lists("services", word)).collect();
    let service = *named.first().filter(|_| named.len() == 1)?;
    let speaks = tokens.iter().any(|(_, word)| lists("port-words", word));
    let is_port = |word: &str| {
        (2..=5).contains(&word.len()) && word.parse::<u16>().is_ok() && !word.starts_with('0')
    };
    let numbers: Vec<&(usize, &str)> = tokens.iter().filter(|(_, word)| is_port(word)).collect();
    let local = |at: usize| {
        let front = small.get(..at).unwrap_or_default();
        front.ends_with("localhost:") || front.ends_with("127.0.0.1:")
    };
    let [(at, number)] = numbers.as_slice() else { return None };
    let protocol = |at: usize| {
        small.get(at..).is_some_and(|rest| rest.starts_with("/tcp") || rest.starts_with("/udp"))
    };
    if !speaks && !local(*at) && !protocol(at + number.len()) {
        return None;
    }
    let qualifiers: Vec<&str> = tokens
        .iter()
        // The scheme of an address says nothing about the port.
        .filter(|(at, word)| !small.get(at + word.len()..).is_some_and(|it| it.starts_with("://")))
        .map(|(_, word)| *word)
        .filter(|word| lists("port-qualifiers", word))
        .collect();
    Some(Said {
        thing: format!("port {service} {}", qualifiers.join(" ")),
        shown: format!("`{service}`"),
        value: Value::Port((*number).to_owned()),
        span: Span::new(*at, at + number.len()),
        row: 0,
    })
}

/// The versions of things that a row names, each right behind its name.
fn versions(text: &str) -> Vec<Said> {
    let small = lower(text);
    if words("version-moves").any(|word| find_phrase(&small, word).is_some_and(|_| word != "or")) {
        return Vec::new();
    }
    let tokens = tokens(&small);
    let mut found = Vec::new();
    for pair in tokens.windows(2) {
        let [(at, name), (from, version)] = pair else { continue };
        let gap = small.get(at + name.len()..*from).unwrap_or_default();
        let sign = gap.trim();
        let word = *version == "version" || *version == "v";
        if word
            || !matches!(sign, "" | ">=" | "≥" | ">" | "=" | "==" | "~>")
            || !lists("products", name)
        {
            continue;
        }
        let Some(parts) = read_version(version) else { continue };
        let end = from + version.len();
        let rest = small.get(end..).unwrap_or_default();
        let next: String = rest.chars().take(18).collect();
        // A list, a range, an alternative: which of them is meant is not said.
        let trimmed = next.trim_start();
        if trimmed.starts_with([',', '/', '|', '&', '–', '—', ':']) || next.starts_with('-') {
            continue;
        }
        let later = ["or later", "or newer", "or higher", "or above", "and above", "lts or later"];
        let open = rest.starts_with('+')
            || matches!(sign, ">=" | "≥" | ">")
            || later.iter().any(|words| trimmed.starts_with(words));
        if !open
            && (trimmed.starts_with("or ")
                || trimmed.starts_with("and ")
                || trimmed.starts_with("to "))
        {
            continue;
        }
        let name = alias(name);
        found.push(Said {
            thing: format!("version {name}"),
            shown: format!("`{name}`"),
            value: Value::Version(parts, open),
            span: Span::new(*at, end),
            row: 0,
        });
    }
    found
}

fn read_version(word: &str) -> Option<Vec<u32>> {
    let bare = word.strip_prefix('v').unwrap_or(word);
    let bare = bare.strip_suffix(".x").unwrap_or(bare);
    let parts: Option<Vec<u32>> = bare.split('.').map(|part| part.parse().ok()).collect();
    // Four digits without a point are a port or a year.
    parts.filter(|parts| parts.len() <= 4 && parts.first().is_some_and(|first| *first < 1000))
}

/// The only threshold of a line, by everything that the line says beside it.
fn bound(page: &Page<'_>, line: &Line, plan: &PlanLine, text: &str) -> Option<Said> {
    let all = thresholds(text);
    let [it] = all.as_slice() else { return None };
    let (number, unit) = in_base(it.number, &it.unit)?;
    let small = lower(text);
    let front = small.get(..it.span.start)?;
    let back = small.get(it.span.end..)?;
    let back = back.trim_start().strip_prefix(it.unit.as_str()).unwrap_or(back);
    let named = [front, back].map(|part| {
        let words = tokens(part).into_iter().map(|(_, word)| word.to_owned());
        words.collect::<Vec<String>>()
    });
    let said: BTreeSet<&str> = named
        .iter()
        .flatten()
        .map(|word| word.strip_suffix('s').filter(|it| 3 < it.len()).unwrap_or(word))
        .filter(|word| !lists("stop", word))
        .collect();
    // One word alone ("CPU") is whatever its heading makes of it.
    let above = if said.len() < 2 { heading(page, line) } else { String::new() };
    let said: Vec<&str> = said.into_iter().collect();
    if said.is_empty() {
        return None;
    }
    let parent = plan.parent.unwrap_or_default();
    let sort = if it.most { "most" } else { "least" };
    Some(Said {
        thing: format!("bound {sort} {} {parent} {above} {}", plan.phase.word(), said.join(" ")),
        shown: format!("the limit for {}", said.join(" ")),
        value: Value::Bound(number, unit.to_owned()),
        span: it.span,
        row: 0,
    })
}

fn heading(page: &Page<'_>, line: &Line) -> String {
    let heading = line.section.and_then(|section| page.document.heading(section));
    heading.map(|it| it.repaired.clone()).unwrap_or_default()
}

/// A number in seconds, percent or bytes.
fn in_base(number: f64, unit: &str) -> Option<(f64, &'static str)> {
    let (factor, base) = match unit {
        "ms" | "msec" | "milliseconds" => (1e-3, "s"),
        "s" | "sec" | "secs" | "second" | "seconds" => (1.0, "s"),
        "m" | "min" | "mins" | "minute" | "minutes" => (60.0, "s"),
        "h" | "hr" | "hrs" | "hour" | "hours" => (3600.0, "s"),
        "d" | "day" | "days" => (86_400.0, "s"),
        "%" | "percent" => (1.0, "%"),
        "kb" | "kib" => (1e3, "b"),
        "mb" | "mib" => (1e6, "b"),
        "gb" | "gib" => (1e9, "b"),
        "tb" | "tib" => (1e12, "b"),
        _ => return None,
    };
    Some((number * factor, base))
}
