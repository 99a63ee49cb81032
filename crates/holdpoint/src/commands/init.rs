//! `init`: settings from what the files of a repository say, with the origin of every value.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    time::Instant,
};

use holdpoint_bind::{
    plan::{Inputs, plan},
    settings::{Settings, Target},
};
use holdpoint_discover::{Discovery, Fact, Papers, discover};
use holdpoint_document::{Document, parse};
use holdpoint_model::plan::PlanLine;
use holdpoint_report::style::Style;

use crate::{
    args::InitArgs,
    exit::{Done, Exit, Stop},
    out, project, settings,
};

mod page;
mod text;

/// The settings file.
const NAME: &str = "holdpoint.toml";
/// Checklists that are planned.
const DOCUMENTS_MAX: usize = 10;

/// What there is to write and to say.
struct Found {
    discovery: Discovery,
    /// Checklists that could be read, with their path as `plan` is given it.
    papers: Vec<(String, Document)>,
    /// Values to be declared.
    declared: Vec<Fact>,
    /// Values that no line is about.
    idle: Vec<Fact>,
    /// Values that a person has to confirm.
    proposed: Vec<Fact>,
    /// What is missing then, and the lines that miss it.
    missing: BTreeMap<String, Vec<Missing>>,
}

/// A line that misses something.
struct Missing {
    paper: usize,
    line: PlanLine,
}

/// `holdpoint init`
pub(crate) fn init(args: &InitArgs, style: Style) -> Done {
    let began = Instant::now();
    let place = &args.place;
    let kind = std::fs::metadata(place)
        .map_err(|error| Stop::usage(format!("failed to read {}: {error}", place.display())))?;
    let (folder, discovery, papers) = if kind.is_dir() {
        let discovery = discover(place, Papers::All);
        let papers = papers(place, &discovery);
        (place.clone(), discovery, papers)
    } else {
        let document = parse(&project::read(place)?);
        let path = place.to_string_lossy().into_owned();
        let folder = PathBuf::from(".");
        let discovery = discover(&folder, Papers::One { path: &path, document: &document });
        (folder, discovery, vec![(path, document)])
    };
    let target = folder.join(NAME);
    let shown = target.strip_prefix(".").unwrap_or(&target).display().to_string();
    let existing = match std::fs::read_to_string(&target) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Stop::usage(format!("failed to read {shown}: {error}"))),
    };
    let base = match &existing {
        Some(text) => Settings::read(text, &shown)
            .map_err(|them| settings::complain(&them, text, &shown, style))?,
        None => Settings::empty(&shown),
    };
    let found = sorted(discovery, papers, &base);
    let ms = began.elapsed().as_millis();
    let mut said = page::read(&found, ms);
    match existing {
        Some(_) => said.push_str(&page::additions(&found, &shown)),
        None => {
            let text = text::whole(&found);
            let wrong = "the settings that were made are not read";
            Settings::read(&text, &shown)
                .map_err(|_| Stop { exit: Exit::Bug, message: String::from(wrong) })?;
            said.push_str(&page::found(&found));
            if args.dry_run {
                writeln!(said, "\n{text}").expect("strings take text");
                writeln!(said, "would write  {shown}").expect("strings take text");
            } else {
                create(&target, &text, &shown)?;
                writeln!(said, "\nwrote     {shown}; review it, it is yours")
                    .expect("strings take text");
            }
        }
    }
    said.push_str(&page::next(&found, &folder));
    out::result(&said.lines().map(|line| format!("{}\n", style.clean(line))).collect::<String>());
    Ok(Exit::Go)
}

/// Writes a file that is not there; one that appeared meanwhile stays.
fn create(path: &Path, text: &str, shown: &str) -> Result<(), Stop> {
    use std::io::Write as _;
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Stop::usage(format!("failed to write {shown}: {error}")))
}

/// The checklists of a folder, the one with the most boxes first.
fn papers(folder: &Path, discovery: &Discovery) -> Vec<(String, Document)> {
    let listed = discovery.documents.iter().take(DOCUMENTS_MAX);
    let read = |(path, _): &(String, usize)| {
        let raw = project::read(&folder.join(path)).ok()?;
        Some((path.clone(), parse(&raw)))
    };
    listed.filter_map(read).collect()
}

/// Sorts what was found by what can be done with it.
fn sorted(discovery: Discovery, papers: Vec<(String, Document)>, base: &Settings) -> Found {
    let (sure, proposed): (Vec<Fact>, Vec<Fact>) = discovery
        .facts
        .iter()
        .filter(|fact| lacks(base, fact, &discovery.facts) && text::reads(fact))
        .cloned()
        .partition(|fact| fact.sure);
    let all = with(base, &sure);
    let planned = plans(&papers, &all);
    let used: Vec<&str> =
        planned.iter().flat_map(|it| &it.line.checks).map(|check| check.target.as_str()).collect();
    let is_used = |fact: &Fact| match target_of(&fact.path) {
        Some((target, _)) => used.contains(&target) || papers.is_empty(),
        None => true,
    };
    let (declared, idle): (Vec<Fact>, Vec<Fact>) = sure.into_iter().partition(is_used);
    let mut missing: BTreeMap<String, Vec<Missing>> = BTreeMap::new();
    for Missing { paper, line } in plans(&papers, &with(base, &declared)) {
        for need in &line.needs {
            let line = line.clone();
            missing.entry(need.clone()).or_default().push(Missing { paper, line });
        }
    }
    Found { discovery, papers, declared, idle, proposed, missing }
}

/// Every line of every checklist, planned.
fn plans(papers: &[(String, Document)], settings: &Settings) -> Vec<Missing> {
    let mut lines = Vec::new();
    for (paper, (path, document)) in papers.iter().enumerate() {
        let planned = plan(Inputs { document, path, settings, lock: None, environment: None });
        lines.extend(planned.plan.lines.into_iter().map(|line| Missing { paper, line }));
    }
    lines
}

/// The name of the target and the field of `target.NAME.FIELD`, in whatever environment.
fn target_of(path: &str) -> Option<(&str, &str)> {
    let (_, rest) = path.split_once("target.")?;
    rest.rsplit_once('.')
}

/// The environment of `env.NAME.target.…`.
fn environment_of(path: &str) -> Option<&str> {
    path.strip_prefix("env.")?.split_once('.').map(|(name, _)| name)
}

/// Whether settings have room for a fact.
fn lacks(base: &Settings, fact: &Fact, all: &[Fact]) -> bool {
    if let Some(environment) = environment_of(&fact.path) {
        let declared = base.environments.get(environment);
        let target = target_of(&fact.path).map(|(target, _)| target);
        return declared.is_none_or(|it| target.is_none_or(|name| !it.targets.contains_key(name)));
    }
    match target_of(&fact.path) {
        // What is known of a target stands or falls together.
        Some((name, _)) => {
            let mut target = Target::default();
            for other in all.iter().filter(|other| environment_of(&other.path).is_none()) {
                if let Some((_, field)) = target_of(&other.path).filter(|(it, _)| *it == name) {
                    target.fields.insert(field.to_owned(), other.value.clone());
                }
            }
            base.has_room(name, &target)
        }
        None => base.release.version.is_none(),
    }
}

/// Settings with declared facts.
fn with(base: &Settings, facts: &[Fact]) -> Settings {
    let mut settings = base.clone();
    for fact in facts.iter().filter(|fact| environment_of(&fact.path).is_none()) {
        if let Some((name, field)) = target_of(&fact.path) {
            let target = settings.targets.entry(name.to_owned()).or_default();
            target.fields.insert(field.to_owned(), fact.value.clone());
        }
    }
    settings
}
