//! Turns the values of a text into the parameters of an entry of the catalog.

mod machine;
mod paper;
mod secret;
mod signal;
mod web;

use std::collections::BTreeMap;

use crate::{
    candidate::Reading,
    kind::Subject,
    nouns,
    scan::{CONCEPTS, Scan},
    values::{Value, What, values},
    words::Class,
};

/// Parameters by name, as a user would type them.
pub(crate) type Params = BTreeMap<String, String>;

/// A text whose values are looked for.
struct Source<'a> {
    text: &'a str,
    scan: &'a Scan,
    params: Params,
}

impl<'a> Source<'a> {
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
        let lower = self.text.to_lowercase();
        let mut found: Vec<(usize, &str)> = Vec::new();
        for (word, meant) in nouns::table(table) {
            if let Some(at) = find_word(&lower, word)
                && !found.iter().any(|(_, known)| known == meant)
            {
                found.push((at, meant));
            }
        }
        found.sort_unstable();
        let names: Vec<&str> = found.into_iter().map(|(_, meant)| meant).collect();
        self.set(name, names.join(joined));
    }
}

fn class_of(name: &str) -> Class {
    CONCEPTS.class(name)
}

/// Where a word stands in a lower-case text: not inside of another word.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let edge = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).and_then(|it| it.chars().next_back());
        let behind = text.get(at + word.len()..).and_then(|it| it.chars().next());
        !word.is_ascii() || edge(before) && edge(behind)
    })
}

/// The parameters of a claim.
pub(crate) fn of(id: &str, it: &Subject<'_>, reading: &Reading<'_>) -> Params {
    let mut source = Source { text: reading.text, scan: reading.scan, params: Params::new() };
    let (family, _) = id.split_once('.').unwrap_or((id, ""));
    match family {
        "host" | "net" | "dns" => machine::host(id, &mut source),
        "env" | "secrets" | "file" | "git" | "config" => secret::secret(id, &mut source, reading),
        "docs" | "test" | "code" | "scan" | "release" | "attest" | "incident" | "comms"
        | "recovery" => paper::paper(id, &mut source),
        "http" | "tls" | "cdn" | "edge" | "lb" | "deps" | "llm" | "email" => {
            web::web(id, &mut source)
        }
        "slo" | "load" | "resource" | "alert" | "metrics" | "log" | "prometheus" | "grafana" => {
            signal::signal(id, &mut source, it)
        }
        _ => signal::store(id, &mut source),
    }
    source.params
}

/// What a condition watches: a signal, a bound, and for how long.
fn of_condition(text: &str, scan: &Scan) -> Params {
    let mut it = Source { text, scan, params: Params::new() };
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

/// The parameters that a command states.
pub(crate) fn of_command(id: &str, text: &str) -> Params {
    let mut params = Params::new();
    let all = values(text);
    let url = all.iter().find(|value| value.what == What::Url).map(|value| value.text.clone());
    let flag = |names: &[&str]| {
        let mut words = text.split_whitespace();
        words.find(|word| names.contains(word)).and_then(|_| words.next()).map(str::to_owned)
    };
    match id {
        "http.health"
        | "http.smoke"
        | "metrics.endpoint"
        | "deploy.running-version"
        | "http.security-headers" => {
            let path = url.as_deref().and_then(path_of).map(str::to_owned);
            params.extend(path.map(|path| ("path".to_owned(), path)));
            params.extend(url.map(|url| ("url".to_owned(), url)));
        }
        "host.tool-version" => {
            let program = text.split_whitespace().next().unwrap_or_default();
            let tool = if program == "docker" { "docker-engine" } else { program };
            params.insert("tool".to_owned(), tool.to_owned());
        }
        "deploy.apply" => params.extend(flag(&["-f"]).map(|it| ("file".to_owned(), it))),
        "kubernetes.pods-ready" => {
            params.extend(flag(&["-n", "--namespace"]).map(|it| ("namespace".to_owned(), it)))
        }
        "terraform.plan" => {
            let file = text.split_whitespace().find_map(|word| word.strip_prefix("-var-file="));
            params.extend(file.map(|it| ("var-file".to_owned(), it.to_owned())));
        }
        "build.image" => params.extend(flag(&["-t", "--tag"]).map(|it| ("tag".to_owned(), it))),
        "build.image-push" | "build.image-tag" if text.starts_with("docker ") => {
            let tag = text.split_whitespace().last().map(str::to_owned);
            params.extend(tag.map(|it| ("tag".to_owned(), it)));
        }
        "net.local-listener" => {
            let port =
                all.iter().find(|value| value.what == What::Port).map(|value| value.text.clone());
            params.extend(port.map(|it| ("port".to_owned(), it)));
        }
        _ => {}
    }
    params
}

/// The path of an address, without its query.
fn path_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let path = rest.get(rest.find('/')?..)?;
    let path = path.split(['?', '#']).next()?;
    (1 < path.len()).then_some(path)
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
