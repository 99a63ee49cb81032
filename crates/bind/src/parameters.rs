//! Turns the values of a text into the parameters of an entry of the catalog.

mod alert;
mod command;
mod general;
#[cfg(test)]
mod labelled;
mod limits;
mod machine;
mod own;
mod page;
mod paper;
mod platform;
mod said;
mod secret;
mod signal;
mod span;
mod store;
mod tool;
mod topic;
mod variable_names;
mod variable_values;
mod variables;
mod web;

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_document::Form;

use crate::{
    candidate::Reading,
    kind::Subject,
    nouns,
    scan::{CONCEPTS, Scan},
    values::{Value, What},
    words::Class,
};

pub(crate) use command::of_command;
pub(crate) use paper::audiences;
pub(crate) use tool::tools;

/// Parameters by name, as a user would type them.
pub(crate) type Params = BTreeMap<String, String>;

/// A text whose values are looked for, with what belongs to it.
struct Source<'a> {
    text: &'a str,
    scan: &'a Scan,
    /// What is nested in it without a box of its own: bullets that explain it.
    below: Vec<&'a str>,
    /// What stands in its fence.
    fence: Option<&'a str>,
    /// What it is nested in, then its headings, the innermost first.
    above: Vec<&'a str>,
    params: Params,
}

impl<'a> Source<'a> {
    fn of_line(it: &Subject<'a>, reading: &'a Reading<'a>) -> Self {
        let bullets = it.document.children(it.id).filter_map(|id| it.document.line(id));
        let bullets = bullets.filter(|line| matches!(line.form, Form::Item | Form::Field { .. }));
        Self {
            text: reading.text,
            scan: reading.scan,
            below: bullets.map(|line| line.repaired.as_str()).collect(),
            fence: it.document.fence_of(it.id).map(|fence| fence.body.as_str()),
            above: reading.above.iter().map(|above| above.text).collect(),
            params: Params::new(),
        }
    }

    fn of_text(text: &'a str, scan: &'a Scan) -> Self {
        let (below, above) = (Vec::new(), Vec::new());
        Self { text, scan, below, fence: None, above, params: Params::new() }
    }

    fn is_set(&self, name: &str) -> bool {
        self.params.contains_key(name)
    }

    /// Sets a parameter that nothing was read for yet.
    fn fill(&mut self, name: &str, value: impl Into<String>) {
        if !self.is_set(name) {
            self.set(name, value);
        }
    }

    fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.params.insert(name.to_owned(), value);
        }
    }

    fn all(&self, what: What) -> impl Iterator<Item = &'a Value> {
        self.scan.values.iter().filter(move |value| value.what == what)
    }

    /// The first value of a kind, with its bound.
    fn bounded(&self, what: What) -> Option<String> {
        self.all(what).next().map(|it| format!("{}{}", it.bound.unwrap_or_default(), it.text))
    }

    fn put(&mut self, name: &str, what: What) {
        if let Some(value) = self.bounded(what) {
            self.set(name, value);
        }
    }

    fn list(&mut self, name: &str, what: What) {
        let texts: Vec<&str> = self.all(what).map(|it| it.text.as_str()).collect();
        self.set(name, texts.join(","));
    }

    fn has(&self, class: &str) -> bool {
        self.scan.set.has(class_of(class))
    }

    /// The names that stand for the words of the text, of a list of words and names.
    fn named(&mut self, name: &str, table: &str, joined: &str) {
        self.set(name, names_in(self.text, table).join(joined));
    }

    /// The first of those names, in the text or else in what is nested in it.
    fn first_named(&mut self, name: &str, table: &str) {
        let texts = [self.text].into_iter().chain(self.below.iter().copied());
        let found = texts.flat_map(|text| names_in(text, table).into_iter().take(1)).next();
        self.set(name, found.unwrap_or_default());
    }
}

/// The names of a table whose words stand in a text, in the order of the text.
fn names_in(text: &str, table: &str) -> Vec<&'static str> {
    let mut known = BTreeSet::new();
    let names = places_in(text, table).into_iter().map(|(_, name)| name);
    names.filter(|name| known.insert(*name)).collect()
}

/// Where the words of a table stand in a text, and what they are called, in the order of the text. A
/// word inside of a longer one that was found is part of that one.
fn places_in(text: &str, table: &str) -> Vec<(usize, &'static str)> {
    let lower = text.to_lowercase();
    let mut found: BTreeMap<usize, (usize, &str)> = BTreeMap::new();
    for (word, meant) in nouns::table(table) {
        let free = |at: &usize| {
            let before = found.range(..at + word.len()).next_back();
            before.is_none_or(|(_, (end, _))| end <= at)
        };
        let places: Vec<usize> = find_words(&lower, word).filter(free).collect();
        found.extend(places.into_iter().map(|at| (at, (at + word.len(), *meant))));
    }
    found.into_iter().map(|(at, (_, name))| (at, name)).collect()
}

fn class_of(name: &str) -> Class {
    CONCEPTS.class(name)
}

/// Where a word stands in a lower-case text: not inside of another word.
pub(crate) fn find_word(text: &str, word: &str) -> Option<usize> {
    find_words(text, word).next()
}

fn find_words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let edge = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = text.get(..*at).and_then(|it| it.chars().next_back());
        let behind = text.get(at + word.len()..).and_then(|it| it.chars().next());
        let many = text.get(at + word.len()..).is_some_and(|it| it.starts_with('s'))
            && text.get(at + word.len() + 1..).is_some_and(|it| edge(it.chars().next()));
        !word.is_ascii() || edge(before) && (edge(behind) || many && 3 < word.len())
    })
}

/// The parameters of a claim.
pub(crate) fn of(id: &str, it: &Subject<'_>, reading: &Reading<'_>) -> Params {
    let mut source = Source::of_line(it, reading);
    read(id, &mut source, it);
    if matches!(id, "http.health" | "metrics.endpoint") {
        // The whole address is named, so nothing is to be put behind its path.
        let path = source.params.get("url").and_then(|url| span::path_of(url)).map(str::to_owned);
        source.fill("path", path.unwrap_or_default());
    }
    source.params
}

fn read(id: &str, source: &mut Source<'_>, it: &Subject<'_>) {
    let (family, _) = id.split_once('.').unwrap_or((id, ""));
    match family {
        "host" | "net" | "dns" => machine::host(id, source),
        "build" if id == "build.toolchain" => machine::host(id, source),
        "env" => variables::env(id, source),
        "secrets" | "file" | "git" | "config" => secret::secret(id, source),
        "docs" | "test" | "code" | "scan" | "release" | "attest" | "incident" | "comms"
        | "recovery" => paper::paper(id, source),
        "http" | "tls" | "cdn" | "edge" | "lb" | "deps" | "llm" | "email" => web::web(id, source),
        "alert" if id == "alert.rule" => alert::alert(source),
        "slo" | "load" | "resource" | "alert" | "metrics" | "log" | "prometheus" | "grafana" => {
            signal::signal(id, source, it)
        }
        _ => store::store(id, source),
    }
    own::own(id, source);
    page::page(id, source);
    platform::platform(id, source);
    said::fill(id, source);
    general::fill(id, source);
}

/// The parameters that a command states, and those of the line that owns it.
pub(crate) fn of_owned(id: &str, it: &Subject<'_>, text: &str) -> Params {
    let mut params = of_command(id, text);
    if !matches!(it.line.form, Form::Command { .. } | Form::Comment { .. }) {
        let line = &it.line.repaired;
        let scan = Scan::of(line);
        let mut source = Source::of_text(line, &scan);
        source.fence = it.document.fence_of(it.id).map(|fence| fence.body.as_str());
        read(id, &mut source, it);
        for (name, value) in source.params {
            params.entry(name).or_insert(value);
        }
    }
    params
}

/// What a condition watches: a signal, a bound, and for how long.
fn of_condition(text: &str, scan: &Scan) -> Params {
    let mut it = Source::of_text(text, scan);
    it.named("signal", "signals", ",");
    let first = it.params.get("signal").and_then(|all| all.split(',').next()).map(str::to_owned);
    it.set("signal", first.unwrap_or_default());
    let lower = text.to_lowercase();
    let lasting = |value: &&Value| {
        let head =
            lower.get(..value.start).unwrap_or_default().trim_end_matches([' ', '>', '<', '=']);
        value.what == What::Duration && head.ends_with("for")
    };
    let threshold = scan.values.iter().find(|value| {
        matches!(value.what, What::Percent | What::Duration | What::Number | What::Size)
            && !lasting(value)
    });
    if let Some(value) = threshold {
        it.set("threshold", value.text.clone());
        it.set("op", value.bound.unwrap_or_default());
    }
    if let Some(value) = scan.values.iter().find(lasting) {
        it.set("for", format!("{}{}", value.bound.unwrap_or_default(), value.text));
    }
    it.params
}

/// The parameters of a trigger of a rollback.
pub(crate) fn of_trigger(it: &Subject<'_>) -> Params {
    let text = &it.line.repaired;
    of_condition(text, &Scan::of(text))
}

/// The parameters of `NAME=value` in a file of variables. A value in angle brackets, or one that
/// shows an example, says what is wanted rather than what it is.
pub(crate) fn of_assignment(name: &str, value: &str, secret: bool) -> Params {
    let mut params = Params::from([("name".to_owned(), name.to_owned())]);
    let mut set = |name: &str, value: &str| params.insert(name.to_owned(), value.to_owned());
    let lower = value.to_lowercase();
    let placeholder = value.starts_with('<')
        || lower.contains("example.")
        || lower.contains("user:pass")
        || lower.contains("your");
    if placeholder {
        set("placeholder", value);
    } else if !secret
        && (name.starts_with("DEBUG")
            || name.ends_with("ENV")
            || name.ends_with("ENVIRONMENT")
            || name.ends_with("DEBUG"))
    {
        set("equals", value);
    } else if !secret && value.parse::<f64>().is_ok() {
        set("example", value);
    }
    let encoding = ["base64", "hex"].into_iter().find(|it| secret && lower.contains(it));
    if let Some(encoding) = encoding {
        set("encoding", encoding);
    }
    let kinds = [("_PORT", "port"), ("_HOST", "host")];
    if let Some((_, kind)) = kinds.into_iter().find(|(end, _)| !secret && name.ends_with(end)) {
        set("type", kind);
    }
    if secret {
        let scan = Scan::of(value.trim_matches(['<', '>']));
        let number =
            scan.values.iter().find(|it| it.what == What::Number).map(|it| it.text.clone());
        let piece = value
            .split(['-', '_', ' '])
            .zip(value.split(['-', '_', ' ']).skip(1))
            .find(|(_, unit)| unit.starts_with("char"));
        if let Some(count) = piece
            .map(|(count, _)| count.to_owned())
            .or(number)
            .filter(|it| it.parse::<u32>().is_ok())
        {
            set("min-chars", &count);
        }
    }
    params
}

/// A date in a text, as `YYYY-MM-DD`.
pub(crate) fn date(text: &str) -> Option<&str> {
    let text = text.trim();
    let shape = |(at, byte): (usize, u8)| {
        if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
    };
    (text.len() == 10 && text.bytes().enumerate().all(shape)).then_some(text)
}
