//! `lint`: what is wrong with checklists by their text alone, for a hook before a commit.

use std::path::{Path, PathBuf};

use holdpoint_bind::{
    lint::{self, Disagreement, RULES, Subject, rule_name},
    nearest::hint,
    plan::{Inputs, plan},
    settings::Settings,
};
use holdpoint_discover::{Papers, discover};
use holdpoint_document::{Document, parse};
use holdpoint_model::diagnostic::{Diagnostic, Level};
use holdpoint_report::{
    sarif, snippet,
    style::{Style, Tone},
};
use serde_json::{Value, json};

use crate::{
    args::{Common, FailOn, LintArgs, LintFormat},
    exit::{Done, Exit, Stop},
    out,
    project::{read, read_lock},
    reports,
    settings::Loaded,
};

/// A checklist with what was found in it.
struct Linted {
    path: String,
    text: String,
    findings: Vec<Diagnostic>,
}

/// `holdpoint lint`
pub(crate) fn lint(args: &LintArgs, common: &Common, style: Style) -> Done {
    if args.list {
        out::result(&list(style));
        return Ok(Exit::Go);
    }
    known(args.rule.iter().chain(&args.ignore))?;
    let config = Loaded::read(common.config.as_deref(), None, style)?;
    let documents = if args.documents.is_empty() { found()? } else { args.documents.clone() };
    let mut all = Vec::with_capacity(documents.len());
    for path in &documents {
        let mut it = one(path, &config.settings, style)?;
        it.findings.retain(|it| wanted(rule_name(it), args));
        all.push(it);
    }
    let settings = &config.settings;
    match args.format {
        LintFormat::Json | LintFormat::Jsonl => {
            out::result(&format!("{}\n", page(&all, settings)));
        }
        LintFormat::Sarif => {
            let complaints = complaints(&all, settings);
            let title = |rule: &str| lint::rule_of(rule).map(|it| it.title);
            let version = env!("CARGO_PKG_VERSION");
            out::stream(|to| sarif::lint::write(to, version, &complaints, &title));
        }
        LintFormat::Text => out::result(&text(&all, settings, common.quiet, style)),
    }
    let least = match args.fail_on {
        FailOn::Error => Level::Error,
        FailOn::Warning => Level::Warning,
        FailOn::Note => Level::Note,
    };
    let bad = all.iter().flat_map(|it| &it.findings).any(|it| least <= it.level);
    Ok(if bad { Exit::NoGo } else { Exit::Go })
}

/// Whether the rules that are named are some; those of the parser and the binder have `::` in them.
fn known<'a>(mut names: impl Iterator<Item = &'a String>) -> Result<(), Stop> {
    let stranger = names.find(|name| !name.contains("::") && lint::rule_of(name).is_none());
    let Some(name) = stranger else { return Ok(()) };
    let mut help = hint(name, RULES.iter().map(|rule| rule.id));
    if help.is_empty() {
        help = String::from("`holdpoint lint --list` lists them");
    }
    Err(Stop::usage(format!("there is no rule `{name}`; {help}")))
}

fn wanted(rule: &str, args: &LintArgs) -> bool {
    let named = |list: &[String]| list.iter().any(|it| it == rule);
    (args.rule.is_empty() || named(&args.rule)) && !named(&args.ignore)
}

/// The checklists of the working folder.
fn found() -> Result<Vec<PathBuf>, Stop> {
    let documents = discover(Path::new("."), Papers::All).documents;
    if documents.is_empty() {
        return Err(Stop::usage("no checklist was found in this folder; name one"));
    }
    Ok(documents.into_iter().map(|(path, _)| PathBuf::from(path)).collect())
}

fn one(path: &Path, settings: &Settings, style: Style) -> Result<Linted, Stop> {
    let document = parse(&read(path)?);
    let shown = path.display().to_string();
    let (_, lock) = read_lock(&shown, style)?;
    let planned = plan(Inputs {
        document: &document,
        path: &shown,
        settings,
        lock: lock.as_ref(),
        environment: None,
    });
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let exists = |link: &str| match link.strip_prefix('/') {
        Some(rest) => Path::new(rest).exists(),
        None => folder.join(link).exists(),
    };
    let said = disagreements(path, &shown, &document);
    let places: Vec<Vec<String>> =
        said.iter().map(|it| it.files.iter().map(ToString::to_string).collect()).collect();
    let repository: Vec<Disagreement<'_>> = said
        .iter()
        .zip(&places)
        .map(|(it, places)| Disagreement { line: it.line.line, text: &it.text, places })
        .collect();
    let subject =
        Subject { document: &document, plan: &planned.plan, lock: lock.as_ref(), exists: &exists };
    let mut findings = lint::lint(&subject, &repository);
    // A gate without lines is the business of a run.
    // What a plan says of a run is no fault of the text.
    findings.extend(planned.diagnostics.into_iter().filter(|it| !it.code.starts_with("plan::")));
    findings.sort_by_key(|it| it.line);
    let text = String::from_utf8_lossy(&document.raw).into_owned();
    Ok(Linted { path: shown, text, findings })
}

/// Where the document and the files beside it disagree; nothing for a document that lies elsewhere.
fn disagreements(
    path: &Path,
    shown: &str,
    document: &Document,
) -> Vec<holdpoint_discover::Contradiction> {
    let whole = |path: &Path| path.canonicalize().ok();
    let inside = whole(path).zip(whole(Path::new("."))).is_some_and(|(it, of)| it.starts_with(of));
    if !inside {
        return Vec::new();
    }
    let bare = shown.strip_prefix("./").unwrap_or(shown);
    discover(Path::new("."), Papers::One { path: bare, document }).contradictions
}

/// The file that a finding is about, with its text.
fn file<'a>(it: &Diagnostic, of: &'a Linted, settings: &'a Settings) -> (&'a str, &'a str) {
    if it.code.starts_with("settings::") {
        (&settings.path, &settings.text)
    } else {
        (&of.path, &of.text)
    }
}

fn text(all: &[Linted], settings: &Settings, quiet: bool, style: Style) -> String {
    let mut out = String::new();
    for of in all.iter().filter(|_| !quiet) {
        for it in &of.findings {
            let (path, source) = file(it, of, settings);
            let named = Diagnostic { code: static_rule(it), ..it.clone() };
            out.push_str(&snippet::render(&named, source, path, style));
            out.push_str("\n\n");
        }
    }
    let tone = match all.iter().flat_map(|it| &it.findings).map(|it| it.level).max() {
        Some(Level::Error) => Tone::Bad,
        Some(Level::Warning) => Tone::Dark,
        Some(Level::Note) | None => Tone::Good,
    };
    out.push_str(&style.paint(tone, &summary(all)));
    out.push('\n');
    out
}

/// The name of a rule as it is written on the command line and in comments.
fn static_rule(it: &Diagnostic) -> &'static str {
    it.code.strip_prefix("lint::").unwrap_or(it.code)
}

fn summary(all: &[Linted]) -> String {
    let count =
        |level| all.iter().flat_map(|it| &it.findings).filter(|it| it.level == level).count();
    let many =
        |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let documents = many(all.len(), "checklist");
    let counts: Vec<String> = [Level::Error, Level::Warning, Level::Note]
        .into_iter()
        .filter(|level| count(*level) != 0)
        .map(|level| many(count(level), level.word()))
        .collect();
    if counts.is_empty() {
        format!("nothing found in {documents}")
    } else {
        format!("{} in {documents}", counts.join(", "))
    }
}

/// `holdpoint.lint/1`.
fn page(all: &[Linted], settings: &Settings) -> Value {
    let count =
        |level| all.iter().flat_map(|it| &it.findings).filter(|it| it.level == level).count();
    let findings: Vec<Value> = all
        .iter()
        .flat_map(|of| of.findings.iter().map(move |it| (it, of)))
        .map(|(it, of)| row(it, file(it, of, settings)))
        .collect();
    json!({
        "schema": "holdpoint.lint/1",
        "documents": all.iter().map(|it| &it.path).collect::<Vec<_>>(),
        "counts": {
            "error": count(Level::Error), "warning": count(Level::Warning), "note": count(Level::Note),
        },
        "findings": findings,
    })
}

/// A place in a file: its lines and columns from 1, and the text between them.
struct Spot<'a> {
    start: (usize, usize),
    end: (usize, usize),
    text: &'a str,
}

fn spot<'a>(it: &Diagnostic, source: &'a str) -> Spot<'a> {
    let label = it.labels.iter().find(|label| label.primary).or_else(|| it.labels.first());
    let span = label.map(|label| (label.span.start, label.span.end));
    let place = |byte: usize| {
        let front = source.get(..byte)?;
        let row = front.rfind('\n').map_or(0, |at| at + 1);
        Some((front.matches('\n').count() + 1, front.get(row..)?.chars().count() + 1))
    };
    let start = span.and_then(|(start, _)| place(start)).unwrap_or((it.line, 0));
    let end = span.and_then(|(_, end)| place(end)).unwrap_or(start);
    let text = span.and_then(|(start, end)| source.get(start..end)).unwrap_or_default();
    Spot { start, end, text }
}

fn complaints(all: &[Linted], settings: &Settings) -> Vec<sarif::lint::Complaint> {
    let findings = all.iter().flat_map(|of| of.findings.iter().map(move |it| (it, of)));
    let one = |(it, of): (&Diagnostic, &Linted)| {
        let (path, source) = file(it, of, settings);
        let Spot { start, end, text } = spot(it, source);
        sarif::lint::Complaint {
            rule: rule_name(it).to_owned(),
            level: it.level,
            file: reports::from_root(path),
            start,
            end,
            text: text.to_owned(),
            message: it.message.clone(),
            help: it.help.clone(),
        }
    };
    findings.map(one).collect()
}

fn row(it: &Diagnostic, (path, source): (&str, &str)) -> Value {
    let Spot { start: (line, column), end: (end_line, end_column), text } = spot(it, source);
    json!({
        "rule": rule_name(it), "severity": it.level.word(), "file": path,
        "line": line, "column": column, "end-line": end_line, "end-column": end_column,
        "text": text, "message": it.message, "help": it.help,
    })
}

fn list(style: Style) -> String {
    let row = |rule: &lint::Rule| {
        format!("{:<18} {:<8} {}\n", rule.id, rule.level.word(), style.clean(rule.title))
    };
    RULES.iter().map(row).collect()
}
