//! Reads parameters by what their names mean, for every entry that has no reader of its own.

use holdpoint_checks::{find, heads::param_names};

use super::{Source, command::flag, names_in, span};
use crate::{nouns::table, values::What};

/// Parameters whose value is one of a kind that stands in the line.
const KINDS: &[(&str, &[What])] = &[
    ("url", &[What::Url]),
    ("path", &[What::Path, What::Document]),
    ("script", &[What::Path]),
    ("file", &[What::Path]),
    ("domain", &[What::Host]),
    ("host", &[What::Host]),
    ("retention", &[What::Duration]),
    ("max-age", &[What::Duration]),
    ("window", &[What::Duration]),
    ("within", &[What::Duration]),
    ("duration", &[What::Duration]),
    ("version", &[What::Version]),
    ("coverage", &[What::Percent]),
    ("limit", &[What::Number]),
    ("nodes", &[What::Number]),
    ("replicas", &[What::Number]),
    ("attempts", &[What::Number]),
    ("min-approvals", &[What::Number]),
    ("max", &[What::Size, What::Duration]),
    ("interval", &[What::Duration]),
    ("schedule", &[What::Duration]),
    ("min-size", &[What::Size]),
    ("due", &[What::Duration]),
];
/// Entries whose address may be a path of the service.
const PAGES: [&str; 4] =
    ["http.smoke", "monitoring.uptime", "payments.webhook", "webhook.registered"];
/// Parameters whose value is a word of a table.
const TABLES: &[(&str, &str)] = &[
    ("provider", "vendors"),
    ("network", "networks"),
    ("branch", "branches"),
    ("engine", "engines"),
    ("store", "app-stores"),
    ("channel", "channels"),
    ("types", "channels"),
    ("lang", "languages"),
    ("langs", "languages"),
    ("registry", "registries"),
    ("mesh", "meshes"),
    ("cdn", "vendors"),
    ("locking", "locks"),
];

/// Fills the parameters that are still open.
pub(super) fn fill(id: &str, it: &mut Source<'_>) {
    // The noun beside a word says what it is, whatever the entry.
    named(id, it);
    if param_names(id).iter().any(|it| it.name == "cmd") {
        // A program that nobody knows may be all that the line says. One that it only speaks of, or
        // forbids, is not what it is about.
        let whole = it.text.strip_prefix('`').and_then(|it| it.strip_suffix('`'));
        let whole = whole.filter(|text| text.contains(' ') && !text.contains('`'));
        it.fill("cmd", whole.unwrap_or_default());
    }
    // Beyond that a check that can judge is given only what its own reader understood.
    if find(id).is_some() {
        return;
    }
    for row in param_names(id) {
        if it.is_set(row.name) {
            continue;
        }
        if let Some((_, kinds)) = KINDS.iter().find(|(name, _)| *name == row.name) {
            // A value means one thing only; and a number with a tick was measured once.
            let taken = |text: &str| it.params.values().any(|known| known.ends_with(text));
            let ticked = row.name == "coverage" && it.text.contains(['\u{2713}', '\u{2705}']);
            let value = it
                .scan
                .values
                .iter()
                .find(|value| kinds.contains(&value.what) && !taken(&value.text) && !ticked);
            let text = value.map(|it| format!("{}{}", it.bound.unwrap_or_default(), it.text));
            it.set(row.name, text.unwrap_or_default());
            if row.name == "url" && !it.is_set("url") {
                let rows = it.below.iter().copied().chain(it.fence.unwrap_or_default().lines());
                let found = rows.filter_map(|text| span::first(text, kinds)).next();
                it.set("url", found.map(|value| value.text).unwrap_or_default());
            }
            if row.name == "url" && !it.is_set("url") && PAGES.contains(&id) {
                let path = it.all(What::Path).find(|value| value.text.starts_with('/'));
                it.set("url", path.map_or_else(String::new, |value| value.text.clone()));
            }
        } else if let Some((_, nouns)) = TABLES.iter().find(|(name, _)| *name == row.name) {
            it.first_named(row.name, nouns);
            if !it.is_set(row.name) && matches!(row.name, "provider" | "network" | "store") {
                let above = it.above.iter().take(2).find_map(|text| {
                    let names = names_in(text, nouns);
                    names.first().copied().filter(|_| names.len() == 1)
                });
                it.set(row.name, above.unwrap_or_default());
            }
        }
        match row.name {
            "path" if !it.is_set("path") => {
                let coded = span::words(it.text).find(|word| is_path(word));
                let path = coded.or_else(|| span::files(it.text).next());
                // What a file has to hold stands below its name.
                let above = || it.above.first().and_then(|text| only_file(text));
                it.set("path", path.or_else(above).unwrap_or_default().to_owned());
            }
            "services" => it.named("services", "workloads", ","),
            "role" if !it.is_set("role") => {
                let coded = span::words(it.text).find(|word| word.starts_with("roles/"));
                it.set("role", coded.unwrap_or_default().to_owned());
            }
            "buckets" | "dashboards" | "groups" | "keys" => {
                let verb = |word: &str| table("acronyms").iter().any(|(name, _)| *name == word);
                let coded: Vec<&str> =
                    span::words(it.text).filter(|word| !is_path(word) && !verb(word)).collect();
                it.set(row.name, coded.join(","));
            }
            "backend" if id == "terraform.state" => it.first_named("backend", "state-stores"),
            "address" => {
                let mut words = it.text.split([' ', '`', '(', ')']).map(span::bare);
                let address = words.find(|word| word.starts_with("0x") && 10 < word.len());
                it.set("address", address.unwrap_or_default().to_owned());
            }
            "interval" | "schedule" if !it.is_set(row.name) => {
                it.set(row.name, span::interval(it.text).unwrap_or_default());
            }
            "min-tls" => it.set("min-tls", protocol(it.text).unwrap_or_default()),
            "timezone" => {
                let zone = it
                    .text
                    .split([' ', '`', '(', ')', '）', ','])
                    .map(span::bare)
                    .find(|it| is_zone(it));
                it.set("timezone", zone.unwrap_or_default());
            }
            _ => {}
        }
    }
}

/// Words in marks of code beside the noun that says what they are: "user `deploy`".
fn named(id: &str, it: &mut Source<'_>) {
    for row in param_names(id) {
        let nouns = table("named").iter().filter(|(_, name)| *name == row.name);
        let found = nouns.filter_map(|(noun, _)| span::beside(it.text, noun)).next();
        it.fill(row.name, found.unwrap_or_default());
        if row.name == "namespace" && !it.is_set("namespace") {
            let told =
                crate::line_form::spans(it.text).chain(it.fence.into_iter().flat_map(str::lines));
            let found = told.filter_map(|row| flag(row, &["-n", "--namespace"])).next();
            it.set("namespace", found.unwrap_or_default());
        }
    }
}

/// The version of the protocol: "TLS 1.3".
fn protocol(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let (_, rest) = lower.split_once("tls")?;
    let version: String = rest
        .trim_start_matches([' ', 'v', '-'])
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let version = version.trim_end_matches('.');
    ["1.2", "1.3"].contains(&version).then(|| version.to_owned())
}

/// A zone of time as systems name it: `Europe/Lisbon`.
fn is_zone(word: &str) -> bool {
    let areas = ["Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Pacific", "Etc"];
    word.split_once('/').is_some_and(|(area, city)| {
        areas.contains(&area) && city.starts_with(|c: char| c.is_ascii_uppercase())
    })
}

/// The file that a text names, if it names one only.
fn only_file(text: &str) -> Option<&str> {
    let mut files = span::files(text);
    files.next().filter(|_| files.next().is_none())
}

/// A path in marks of code, of any system.
pub(super) fn is_path(word: &str) -> bool {
    // A file that is hidden, as tools look for theirs: `.npmrc`.
    let hidden = word.strip_prefix('.').is_some_and(|name| {
        3 < name.len() && name.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_'))
    });
    let dotted = word.rsplit_once('.').is_some_and(|(name, end)| {
        !name.is_empty()
            && (1..=5).contains(&end.len())
            && end.bytes().all(|b| b.is_ascii_alphanumeric())
            && end.bytes().any(|b| b.is_ascii_alphabetic())
    });
    let folder = word.contains('/') && !word.contains("://") && 1 < word.len();
    if ["Procfile", "Dockerfile", "Makefile", "Gemfile", "Jenkinsfile", "LICENSE"].contains(&word) {
        return true;
    }
    let letters = word.contains(char::is_alphabetic) && !word.contains(['(', '=', '{']);
    letters && (dotted || folder || hidden) && names_in(word, "branches").first() != Some(&word)
}
