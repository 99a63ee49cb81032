//! What an argument may be, read from the catalog, the checklist, the settings and the records that
//! are there. Whatever cannot be read has no values: a shell is told nothing else.

use std::path::{Path, PathBuf};

use holdpoint_bind::{lint::RULES, settings::Settings};
use holdpoint_checks::{
    find,
    heads::{head, heads, param_names},
    names::subjects,
};
use holdpoint_demo::Fault;
use holdpoint_discover::{Papers, discover};
use holdpoint_document::{Document, parse};
use holdpoint_model::line::{Impact, Side};
use holdpoint_record::list;

use crate::{commands::catalog, project::read, reports, session::FOLDER};

/// A value with what it is.
type Value = (String, String);

/// Letters of a text that are shown beside a value.
const TEXT_MAX: usize = 60;

fn plain(value: impl Into<String>) -> Value {
    (value.into(), String::new())
}

fn short(text: &str) -> String {
    let clean = text.chars().filter(|c| !c.is_control());
    let mut short: String = clean.clone().take(TEXT_MAX).collect();
    if clean.count() > TEXT_MAX {
        short.push('…');
    }
    short
}

pub(super) fn ids() -> Vec<Value> {
    let row = |head: &holdpoint_checks::heads::Head| (head.id.to_owned(), head.title.to_owned());
    heads().iter().map(row).collect()
}

/// `name=` for every parameter of the check that is being typed.
pub(super) fn params() -> Vec<Value> {
    let Some(head) = words().iter().find_map(|word| head(word)) else { return Vec::new() };
    let mut all: Vec<Value> = match find(head.id) {
        Some(check) => {
            check.specs().iter().map(|it| (format!("{}=", it.name), short(it.doc.trim()))).collect()
        }
        None => param_names(head.id).iter().map(|it| plain(format!("{}=", it.name))).collect(),
    };
    all.extend(subjects(head.id).map(|name| plain(format!("{name}="))));
    all
}

/// The words of the command line that is being typed.
fn words() -> Vec<String> {
    let all = std::env::args().skip_while(|word| word != "--");
    all.skip(2).collect()
}

/// The checklist that is named, or the only one of the folder.
fn document() -> Option<Document> {
    let named = words().into_iter().map(PathBuf::from).find(|path| {
        path.extension().is_some_and(|it| it.eq_ignore_ascii_case("md")) && path.is_file()
    });
    let path = named.or_else(|| {
        let found = discover(Path::new("."), Papers::All).documents;
        let [(path, _)] = found.as_slice() else { return None };
        Some(PathBuf::from(path))
    })?;
    Some(parse(&read(&path).ok()?))
}

pub(super) fn lines() -> Vec<Value> {
    let document = document();
    let lines = document.iter().flat_map(|it| &it.lines);
    lines.map(|line| (line.number.to_string(), short(&line.text))).collect()
}

pub(super) fn lines_and_ids() -> Vec<Value> {
    let mut all = lines();
    all.extend(ids());
    all
}

pub(super) fn sections() -> Vec<Value> {
    let document = document();
    let headings = document.iter().flat_map(|it| &it.headings);
    headings.map(|heading| (heading.repaired.clone(), format!("line {}", heading.number))).collect()
}

/// The settings that are there, mistakes or not.
fn settings() -> Option<Settings> {
    let words = words();
    let named = words.iter().position(|word| word == "--config");
    let path = named.and_then(|at| words.get(at + 1).cloned());
    let path = path.unwrap_or_else(|| String::from("holdpoint.toml"));
    let text = std::fs::read_to_string(&path).ok()?;
    Settings::read(&text, &path).ok()
}

pub(super) fn environments() -> Vec<Value> {
    let settings = settings();
    settings.iter().flat_map(|it| it.environments.keys()).map(plain).collect()
}

pub(super) fn targets() -> Vec<Value> {
    let settings = settings();
    let targets = settings.iter().flat_map(|it| &it.targets);
    let says = |name: &String| name.clone();
    targets
        .map(|(name, target)| {
            let at = ["url", "host", "ssh", "path", "engine"];
            let at = at.iter().find_map(|field| target.fields.get(*field));
            (says(name), at.map(|it| short(it)).unwrap_or_default())
        })
        .collect()
}

pub(super) fn roles() -> Vec<Value> {
    let settings = settings();
    let roster = settings.iter().flat_map(|it| &it.roster);
    roster.map(|(role, it)| (role.clone(), it.name.clone().unwrap_or_default())).collect()
}

/// `outside=NAME` and `inside=NAME` for every vantage.
pub(super) fn vantages() -> Vec<Value> {
    let settings = settings();
    let mut names: Vec<String> = vec![String::from("here")];
    names.extend(settings.iter().flat_map(|it| it.vantages.keys().cloned()));
    names.sort();
    names.dedup();
    let sides = Side::ALL.iter().map(|side| side.word());
    sides.flat_map(|side| names.iter().map(move |name| plain(format!("{side}={name}")))).collect()
}

pub(super) fn families() -> Vec<Value> {
    catalog::families().into_iter().map(plain).collect()
}

pub(super) fn surfaces() -> Vec<Value> {
    catalog::surfaces().into_iter().map(plain).collect()
}

pub(super) fn faults() -> Vec<Value> {
    let row = |it: &Fault| (it.name().to_owned(), format!("breaks line {}", it.line()));
    Fault::ALL.iter().map(row).collect()
}

pub(super) fn rules() -> Vec<Value> {
    RULES.iter().map(|rule| (rule.id.to_owned(), rule.title.to_owned())).collect()
}

pub(super) fn reports() -> Vec<Value> {
    reports::words().into_iter().map(|word| plain(format!("{word}="))).collect()
}

pub(super) fn impacts() -> Vec<Value> {
    Impact::ALL.iter().map(|it| plain(it.word())).collect()
}

/// Numbers of the runs of the folder, the newest first.
pub(super) fn runs() -> Vec<Value> {
    let all = list(Path::new(FOLDER)).unwrap_or_default();
    let state = |sealed| String::from(if sealed { "sealed" } else { "not sealed" });
    all.into_iter().rev().map(|it| (it.run, state(it.sealed))).collect()
}

/// Their files.
pub(super) fn records() -> Vec<Value> {
    let all = list(Path::new(FOLDER)).unwrap_or_default();
    let row =
        |it: &holdpoint_record::Entry| (it.path.display().to_string(), format!("run {}", it.run));
    all.iter().rev().map(row).collect()
}
