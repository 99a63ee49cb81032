//! `holdpoint.toml`: targets, vantages, overlays, overrides, people and policy, read with places.

use std::collections::BTreeMap;

use holdpoint_model::{
    diagnostic::{Diagnostic, Level},
    limits,
    line::Phase,
};
use toml::de::{DeTable, DeValue};

use crate::nearest::{hint, nearest};

mod discovered;
mod line;
mod reader;
mod secret;
mod suggest;
mod target;
mod vantage;

pub use discovered::Found;
pub use line::{LineOverride, Which};
pub use reader::Place;
pub use secret::is_reference;
pub use suggest::Suggest;
pub use target::{Budget, Target};
pub use vantage::Vantage;

pub(crate) use reader::{complaint, place_of};

use reader::{Entry, Reader};

/// The only schema number of the settings so far.
pub const SCHEMA: u32 = 1;

/// The settings of one environment, or of none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The file as the user named it, for messages.
    pub path: String,
    /// The file's text, for messages.
    pub text: String,
    /// What is released.
    pub release: Release,
    /// What claims are about, by name.
    pub targets: BTreeMap<String, Target>,
    /// Where looks are made from, by name.
    pub vantages: BTreeMap<String, Vantage>,
    /// Overlays, by name of the environment.
    pub environments: BTreeMap<String, Environment>,
    /// Overrides of lines, in the order of the file.
    pub lines: Vec<LineOverride>,
    /// When all below a heading is decided, in the order of the file.
    pub phases: Vec<HeadingPhase>,
    /// People by their role.
    pub roster: BTreeMap<String, Member>,
    /// Rules for the use of holdpoint itself.
    pub policy: Policy,
    /// The service that may be asked for proposals.
    pub suggest: Option<Suggest>,
}

/// What is released.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Release {
    /// Its version.
    pub version: Option<String>,
    /// Its commit; `auto` is the one that is checked out.
    pub commit: Option<String>,
}

/// What is different in one environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Fields of targets.
    pub targets: BTreeMap<String, Target>,
    /// Vantages, each as a whole.
    pub vantages: BTreeMap<String, Vantage>,
}

/// When the lines below a heading are decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadingPhase {
    /// The text of the heading.
    pub heading: String,
    /// The phase of its lines.
    pub phase: Phase,
    /// Where it stands.
    pub place: Place,
}

/// Who holds a role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Name.
    pub name: Option<String>,
    /// Public key, as `ssh` writes it.
    pub key: Option<String>,
    /// Address for mail.
    pub email: Option<String>,
}

/// Rules for the use of holdpoint itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What `deploy` asks of the lock.
    pub lock: LockPolicy,
}

/// What `deploy` asks of the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockPolicy {
    /// Committed and unchanged.
    Reviewed,
    /// There.
    Present,
}

const SECTIONS: &[&str] = &[
    "schema", "release", "target", "vantage", "env", "line", "phase", "roster", "policy", "suggest",
];

impl Settings {
    /// The settings of a folder that has none.
    pub fn empty(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: String::new(),
            release: Release::default(),
            targets: BTreeMap::new(),
            vantages: BTreeMap::new(),
            environments: BTreeMap::new(),
            lines: Vec::new(),
            phases: Vec::new(),
            roster: BTreeMap::new(),
            policy: Policy { lock: LockPolicy::Reviewed },
            suggest: None,
        }
    }

    /// Reads a settings file, or returns every complaint about it. `path` is for messages only.
    pub fn read(text: &str, path: &str) -> Result<Self, Vec<Diagnostic>> {
        if text.len() > limits::SETTINGS_BYTES_MAX {
            let most = limits::SETTINGS_BYTES_MAX;
            let message = format!("{path} has {} bytes, more than {most}", text.len());
            return Err(vec![Diagnostic::new("settings::too-large", Level::Error, 0, message)]);
        }
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut reader = Reader::new(text, path);
        for error in &errors {
            let place = error.span().map(|span| reader.place(span)).unwrap_or_default();
            let what = error.message().lines().next().unwrap_or("it is not TOML").to_owned();
            reader.complain("settings::syntax", place, &what, String::new());
        }
        if !errors.is_empty() {
            return Err(reader.diagnostics);
        }
        let mut settings = Self { text: text.to_owned(), ..Self::empty(path) };
        for entry in reader.entries(root.get_ref()) {
            section(&mut reader, &mut settings, &entry);
        }
        if reader.diagnostics.is_empty() { Ok(settings) } else { Err(reader.diagnostics) }
    }

    /// These settings in an environment: the fields of its overlay stand in place of the others.
    pub fn in_environment(mut self, name: Option<&str>) -> Result<Self, Diagnostic> {
        let Some(name) = name else { return Ok(self) };
        let Some(overlay) = self.environments.get(name).cloned() else {
            let message = format!("there is no environment `{name}` in {}", self.path);
            let known = self.environments.keys().map(String::as_str);
            let help = match nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("declare it: `[env.{name}.target.web]`"),
            };
            let unknown = "settings::unknown-environment";
            return Err(Diagnostic::new(unknown, Level::Error, 0, message).help(help));
        };
        for (name, target) in &overlay.targets {
            let base = self.targets.remove(name).unwrap_or_default();
            self.targets.insert(name.clone(), base.under(target));
        }
        self.vantages.extend(overlay.vantages);
        Ok(self)
    }

    /// These settings with `env:NAME` in fields that are no secrets replaced by what `lookup` has
    /// for the name. Addresses of databases stay references: they may hold a password.
    pub fn resolved(
        mut self,
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut unset = Vec::new();
        for (name, target) in &mut self.targets {
            for (field, value) in &mut target.fields {
                let Some(variable) = value.strip_prefix("env:") else { continue };
                if matches!(field.as_str(), "dsn" | "auth") {
                    continue;
                }
                match lookup(variable) {
                    Some(found) => *value = found,
                    None => {
                        let what = format!("`{field}` of [target.{name}]: {variable} is not set");
                        let help = format!("set {variable}, or write the value into the file");
                        unset.push(complaint(
                            &self.text,
                            &self.path,
                            "settings::unset-variable",
                            target.place,
                            &what,
                            help,
                        ));
                    }
                }
            }
        }
        if unset.is_empty() { Ok(self) } else { Err(unset) }
    }

    /// A complaint about a place in this file.
    pub(crate) fn complain(
        &self,
        code: &'static str,
        level: Level,
        place: Place,
        what: &str,
        help: String,
    ) -> Diagnostic {
        let mut complaint = complaint(&self.text, &self.path, code, place, what, help);
        complaint.level = level;
        complaint
    }
}

fn section<'a>(reader: &mut Reader<'a>, settings: &mut Settings, entry: &Entry<'a>) {
    match entry.key {
        "schema" => schema(reader, entry),
        "release" => settings.release = release(reader, entry),
        "target" => settings.targets = targets(reader, entry, ""),
        "vantage" => settings.vantages = vantages(reader, entry, ""),
        "env" => {
            for (one, table) in tables(reader, entry) {
                let environment = environment(reader, one.key, table);
                settings.environments.insert(one.key.to_owned(), environment);
            }
        }
        "line" => {
            for (one, table) in tables(reader, entry) {
                settings.lines.extend(line::read(reader, &one, table));
            }
        }
        "phase" => settings.phases = phases(reader, entry),
        "roster" => {
            for (one, table) in tables(reader, entry) {
                settings.roster.insert(one.key.to_owned(), member(reader, one.key, table));
            }
        }
        "policy" => settings.policy = policy(reader, entry),
        "suggest" => {
            let table = reader.table(entry);
            settings.suggest = table.and_then(|table| suggest::read(reader, entry, table));
        }
        _ => reader.unknown_key(entry, "the settings", SECTIONS),
    }
}

/// The tables inside of one, each with its head.
fn tables<'a>(reader: &mut Reader<'a>, entry: &Entry<'a>) -> Vec<(Entry<'a>, &'a DeTable<'a>)> {
    let Some(table) = reader.table(entry) else { return Vec::new() };
    let mut tables = Vec::new();
    for one in reader.entries(table) {
        if let Some(table) = reader.table(&one) {
            tables.push((one, table));
        }
    }
    tables
}

fn schema(reader: &mut Reader<'_>, entry: &Entry<'_>) {
    let Some(number) = reader.number(entry) else { return };
    if number != SCHEMA {
        let what = format!("{number} is not known to this version");
        reader.wrong_value(entry, &what, format!("write `schema = {SCHEMA}`"));
    }
}

fn release<'a>(reader: &mut Reader<'a>, entry: &Entry<'a>) -> Release {
    let mut release = Release::default();
    let Some(table) = reader.table(entry) else { return release };
    for one in reader.entries(table) {
        match one.key {
            "version" => release.version = reader.scalar(&one),
            "commit" => release.commit = reader.scalar(&one),
            _ => reader.unknown_key(&one, "[release]", &["version", "commit"]),
        }
    }
    release
}

fn targets<'a>(
    reader: &mut Reader<'a>,
    entry: &Entry<'a>,
    before: &str,
) -> BTreeMap<String, Target> {
    let mut targets = BTreeMap::new();
    for (one, table) in tables(reader, entry) {
        let within = format!("[{before}target.{}]", line::quoted(one.key));
        let target = target::read(reader, &within, one.place, table);
        targets.insert(one.key.to_owned(), target);
    }
    targets
}

fn vantages<'a>(
    reader: &mut Reader<'a>,
    entry: &Entry<'a>,
    before: &str,
) -> BTreeMap<String, Vantage> {
    let mut vantages = BTreeMap::new();
    for (one, table) in tables(reader, entry) {
        let within = format!("[{before}vantage.{}]", line::quoted(one.key));
        let vantage = vantage::read(reader, &within, one.place, table);
        vantages.insert(one.key.to_owned(), vantage);
    }
    vantages
}

fn environment<'a>(reader: &mut Reader<'a>, name: &str, table: &'a DeTable<'a>) -> Environment {
    let mut environment = Environment::default();
    let before = format!("env.{}.", line::quoted(name));
    for one in reader.entries(table) {
        match one.key {
            "target" => environment.targets = targets(reader, &one, &before),
            "vantage" => environment.vantages = vantages(reader, &one, &before),
            _ => {
                let within = format!("[env.{}]", line::quoted(name));
                reader.unknown_key(&one, &within, &["target", "vantage"]);
            }
        }
    }
    environment
}

fn phases<'a>(reader: &mut Reader<'a>, entry: &Entry<'a>) -> Vec<HeadingPhase> {
    let Some(table) = reader.table(entry) else { return Vec::new() };
    let mut phases = Vec::new();
    for one in reader.entries(table) {
        if let Some(phase) = line::phase(reader, &one) {
            phases.push(HeadingPhase { heading: one.key.to_owned(), phase, place: one.place });
        }
    }
    phases
}

fn member<'a>(reader: &mut Reader<'a>, role: &str, table: &'a DeTable<'a>) -> Member {
    let mut member = Member::default();
    for one in reader.entries(table) {
        match one.key {
            "name" => member.name = reader.string(&one),
            "key" => member.key = reader.string(&one),
            "email" => member.email = reader.string(&one),
            _ => {
                let within = format!("[roster.{}]", line::quoted(role));
                reader.unknown_key(&one, &within, &["name", "key", "email"]);
            }
        }
    }
    member
}

fn policy<'a>(reader: &mut Reader<'a>, entry: &Entry<'a>) -> Policy {
    let mut policy = Policy { lock: LockPolicy::Reviewed };
    let Some(table) = reader.table(entry) else { return policy };
    for one in reader.entries(table) {
        match (one.key, one.value) {
            ("lock", DeValue::String(word)) if word == "reviewed" => {
                policy.lock = LockPolicy::Reviewed;
            }
            ("lock", DeValue::String(word)) if word == "present" => {
                policy.lock = LockPolicy::Present;
            }
            ("lock", _) => {
                let word = reader.string(&one).unwrap_or_default();
                let mut help = hint(&word, ["reviewed", "present"]);
                if help.is_empty() {
                    help = String::from("a lock is `reviewed` or `present`");
                }
                reader.wrong_value(&one, "it is no rule for a lock", help);
            }
            _ => reader.unknown_key(&one, "[policy]", &["lock"]),
        }
    }
    policy
}
