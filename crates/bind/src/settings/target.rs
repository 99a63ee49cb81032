//! Targets of the settings: what claims are about, and how far a look at each may go.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_model::{line::Impact, scope::Site};
use toml::de::{DeTable, DeValue};

use crate::{
    nearest::hint,
    settings::{
        reader::{Entry, Place, Reader},
        secret::is_reference,
    },
};

/// A target as declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Fields as text; lists are joined by commas, an argument vector by spaces. Secrets are
    /// references.
    pub fields: BTreeMap<String, String>,
    /// Header fields that are sent along; values of secret ones are references.
    pub headers: BTreeMap<String, String>,
    /// What is allowed beyond reading, when something was said.
    pub allow: Option<BTreeSet<Impact>>,
    /// How much may be asked of it at a time.
    pub budget: Budget,
    /// Fields that nobody declared and a file of the repository says, each with where.
    pub discovered: BTreeMap<String, String>,
    /// Where its table begins.
    pub place: Place,
}

/// How much may be asked of a target at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Looks under way.
    pub in_flight: Option<u32>,
    /// Looks begun in a second.
    pub per_second: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A text or a number.
    Text,
    /// A whole number up to 65535.
    Port,
    /// `true` or `false`.
    Flag,
    /// Texts, joined by commas.
    List,
    /// A program with its arguments, joined by spaces.
    Words,
    /// `name:address`, or a table of them.
    Pins,
    /// `http://` or `https://`.
    Url,
    /// Where a secret is kept.
    Reference,
    Headers,
    Allow,
    Budget,
}

/// Every field of a target.
const FIELDS: &[(&str, Shape)] = &[
    ("url", Shape::Url),
    ("host", Shape::Text),
    ("port", Shape::Port),
    ("dsn", Shape::Text),
    ("engine", Shape::Text),
    ("path", Shape::Text),
    ("here", Shape::Flag),
    ("ssh", Shape::Text),
    ("root", Shape::Text),
    ("command", Shape::Words),
    ("repo", Shape::Text),
    ("name", Shape::Text),
    ("names", Shape::List),
    ("key", Shape::Text),
    ("tool", Shape::Text),
    ("version", Shape::Text),
    ("resolve", Shape::Pins),
    ("roots", Shape::Text),
    ("endpoint", Shape::Text),
    ("control", Shape::Text),
    ("template", Shape::Text),
    ("process", Shape::Text),
    ("rpo", Shape::Text),
    ("rto", Shape::Text),
    ("auth", Shape::Reference),
    ("headers", Shape::Headers),
    ("allow", Shape::Allow),
    ("budget", Shape::Budget),
];

/// Fields of which one says where something is; an overlay that gives one takes the others away.
const PLACES: &[&[&str]] =
    &[&["url", "host", "port"], &["here", "ssh", "root", "command"], &["dsn", "engine", "path"]];

/// Reads one `[target.NAME]`.
pub(crate) fn read<'a>(
    reader: &mut Reader<'a>,
    within: &str,
    place: Place,
    table: &'a DeTable<'a>,
) -> Target {
    let names: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
    let mut target = Target { place, ..Target::default() };
    for entry in reader.entries(table) {
        match FIELDS.iter().find(|(name, _)| *name == entry.key) {
            None => reader.unknown_key(&entry, within, &names),
            Some((_, shape)) => field(reader, &mut target, &entry, *shape, within),
        }
    }
    target
}

fn field<'a>(
    reader: &mut Reader<'a>,
    target: &mut Target,
    entry: &Entry<'a>,
    shape: Shape,
    within: &str,
) {
    let text = match shape {
        Shape::Text => reader.scalar(entry),
        Shape::Port => port(reader, entry),
        Shape::Flag => reader.flag(entry).map(|flag| flag.to_string()),
        Shape::List => reader.list(entry).map(|list| list.join(",")),
        Shape::Words => reader.list(entry).map(|list| list.join(" ")),
        Shape::Pins => pins(reader, entry),
        Shape::Url => url(reader, entry),
        Shape::Reference => reader.reference(entry),
        Shape::Headers => {
            target.headers = headers(reader, entry);
            None
        }
        Shape::Allow => {
            target.allow = Some(allow(reader, entry));
            None
        }
        Shape::Budget => {
            target.budget = budget(reader, entry, within);
            None
        }
    };
    if let Some(text) = text {
        target.fields.insert(entry.key.to_owned(), text);
    }
}

fn port(reader: &mut Reader<'_>, entry: &Entry<'_>) -> Option<String> {
    let number = reader.number(entry)?;
    if (1..=65_535).contains(&number) {
        return Some(number.to_string());
    }
    reader.wrong_value(entry, "a port lies between 1 and 65535", String::new());
    None
}

fn url(reader: &mut Reader<'_>, entry: &Entry<'_>) -> Option<String> {
    let text = reader.string(entry)?;
    if is_reference(&text) || Site::read(&text).is_some() {
        return Some(text);
    }
    let help = "write `https://host[:port][/path]`; a database is declared with `dsn`";
    reader.wrong_value(entry, "it is not an http(s) URL", help.to_owned());
    None
}

/// `"name:address"`, a list of them, or `{ name = "address" }`.
fn pins<'a>(reader: &mut Reader<'a>, entry: &Entry<'a>) -> Option<String> {
    let pins = if let DeValue::Table(table) = entry.value {
        let entries = reader.entries(table);
        let pin = |one: &Entry<'a>| reader.string(one).map(|at| format!("{}:{at}", one.key));
        entries.iter().map(pin).collect::<Option<Vec<_>>>()?
    } else {
        reader.list(entry)?
    };
    let reads = |pin: &str| {
        pin.trim().split_once(':').is_some_and(|(name, address)| {
            let address = address.trim_matches(['[', ']']);
            !name.is_empty() && address.parse::<std::net::IpAddr>().is_ok()
        })
    };
    if pins.iter().flat_map(|pin| pin.split(',')).all(reads) {
        return Some(pins.join(","));
    }
    let help = String::from("write `shop.example:127.0.0.1`");
    reader.wrong_value(entry, "it does not pin a name to an address", help);
    None
}

fn headers<'a>(reader: &mut Reader<'a>, entry: &Entry<'a>) -> BTreeMap<String, String> {
    let Some(table) = reader.table(entry) else { return BTreeMap::new() };
    let mut headers = BTreeMap::new();
    for one in reader.entries(table) {
        if let Some(value) = reader.string(&one) {
            headers.insert(one.key.to_owned(), value);
        }
    }
    headers
}

fn allow<'a>(reader: &mut Reader<'a>, entry: &Entry<'a>) -> BTreeSet<Impact> {
    let mut allowed = BTreeSet::new();
    for word in reader.list(entry).unwrap_or_default() {
        match Impact::read(&word) {
            Some(impact) => {
                allowed.insert(impact);
            }
            None => {
                let words: Vec<&str> = Impact::ALL.iter().map(|impact| impact.word()).collect();
                let mut help = hint(&word, words.iter().copied());
                if help.is_empty() {
                    help = format!("one of {}", words.join(", "));
                }
                reader.wrong_value(entry, &format!("`{word}` is no impact"), help);
            }
        }
    }
    allowed
}

fn budget<'a>(reader: &mut Reader<'a>, entry: &Entry<'a>, within: &str) -> Budget {
    let mut budget = Budget::default();
    let Some(table) = reader.table(entry) else { return budget };
    for one in reader.entries(table) {
        match one.key {
            "in-flight" => budget.in_flight = reader.number(&one),
            "per-second" => budget.per_second = reader.number(&one),
            _ => {
                let within = format!("the budget of {within}");
                reader.unknown_key(&one, &within, &["in-flight", "per-second"]);
            }
        }
    }
    budget
}

impl Target {
    /// The most that a look may do to it: reading is always allowed.
    pub fn most(&self) -> Impact {
        let most = self.allow.iter().flatten().max().copied();
        most.unwrap_or(Impact::ReadOnly).max(Impact::ReadOnly)
    }

    /// This target with what an overlay says instead.
    #[must_use]
    pub(crate) fn under(mut self, overlay: &Self) -> Self {
        for places in PLACES {
            if places.iter().any(|name| overlay.fields.contains_key(*name)) {
                self.fields.retain(|name, _| !places.contains(&name.as_str()));
            }
        }
        self.fields.extend(overlay.fields.clone());
        self.headers.extend(overlay.headers.clone());
        self.allow = overlay.allow.clone().or(self.allow);
        self.budget.in_flight = overlay.budget.in_flight.or(self.budget.in_flight);
        self.budget.per_second = overlay.budget.per_second.or(self.budget.per_second);
        if self.place == Place::default() {
            self.place = overlay.place;
        }
        self
    }
}
