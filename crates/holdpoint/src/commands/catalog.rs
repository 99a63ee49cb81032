//! `checks`, `explain` and the generated reference: the catalog as people read it.

use std::fmt::Write as _;

use holdpoint_bind::{nearest::hint, question};
use holdpoint_checks::{
    catalog, find,
    grid::fault_grid,
    heads::{Head, head, heads},
};
use holdpoint_model::{check::AnyCheck, line::Form};
use holdpoint_report::{
    sarif::Rule,
    style::{Style, Tone},
};
use serde_json::json;

use crate::{
    args::{ChecksArgs, ExplainArgs, Format},
    commands::schema,
    exit::{Done, Exit, Stop},
    out,
};

mod hand;
mod page;

/// Columns below which an entry takes two rows.
const NARROW: usize = 80;

/// `holdpoint checks`
pub(crate) fn checks(args: &ChecksArgs, style: Style) -> Done {
    if args.faults {
        out::result(&faults_page());
        return Ok(Exit::Go);
    }
    let found = search(args)?;
    match args.format {
        Format::Json | Format::Jsonl => {
            let rows: Vec<_> = found.iter().map(|head| row(head)).collect();
            out::result(&format!("{}\n", json!({"schema": "holdpoint.checks/1", "checks": rows})));
        }
        Format::Text => out::result(&table(&found, style)),
    }
    Ok(Exit::Go)
}

/// Whether this version can look with an entry; nothing of what no look decides: steps, duties and
/// what is derived.
pub(crate) fn looks(id: &str) -> Option<bool> {
    let head = head(id)?;
    matches!(head.form, Form::Check | Form::Watch).then(|| find(id).is_some())
}

/// Whether a machine looks with an entry or runs it.
pub(crate) fn is_machine(id: &str) -> bool {
    head(id).is_some_and(|head| question::is_machine(head.form))
}

/// The entries that every word and every option leaves, or what was probably meant.
fn search(args: &ChecksArgs) -> Result<Vec<&'static Head>, Stop> {
    let mut found: Vec<&Head> = heads().iter().collect();
    if let Some(family) = &args.family {
        known_word("family", family, &families())?;
        found.retain(|head| head.family() == family.as_str());
    }
    if let Some(surface) = &args.surface {
        known_word("surface", surface, &surfaces())?;
        found.retain(|head| surfaces_of(head).any(|it| it == surface.as_str()));
    }
    if args.looks {
        found.retain(|head| find(head.id).is_some());
    }
    if found.is_empty() {
        return Err(Stop::usage(
            "no entry is left: this version looks with none of them; leave --looks out",
        ));
    }
    for word in &args.words {
        let wanted = word.to_lowercase();
        let head = |head: &&Head| {
            head.id.contains(&wanted)
                || head.title.to_lowercase().contains(&wanted)
                || head.surfaces.contains(&wanted)
        };
        let page = |head: &&Head| {
            find(head.id).is_some_and(|it| it.doc().to_lowercase().contains(&wanted))
        };
        let (by_head, rest): (Vec<&Head>, Vec<&Head>) =
            found.iter().copied().partition(|it| head(it));
        found = if by_head.is_empty() { rest.into_iter().filter(page).collect() } else { by_head };
        if found.is_empty() {
            let others = heads().iter().filter(|it| head(it) || page(it)).count();
            return Err(Stop::usage(match others {
                0 => format!("no entry of the catalog holds `{word}`; {}", nearest_word(&wanted)),
                _ => format!(
                    "no entry holds `{word}` beside the rest; alone it is in {others}: \
                     `holdpoint checks {word}`"
                ),
            }));
        }
    }
    Ok(found)
}

/// What is like a word: ids first, then words of titles and families.
fn nearest_word(word: &str) -> String {
    let by_id = hint(word, heads().iter().map(|head| head.id).chain(families()));
    if !by_id.is_empty() {
        return by_id;
    }
    let titles = heads().iter().flat_map(|head| head.title.split(|c: char| !c.is_alphanumeric()));
    let mut words: Vec<String> = titles.filter(|it| 3 < it.len()).map(str::to_lowercase).collect();
    words.sort();
    words.dedup();
    let by_title = hint(word, words.iter().map(String::as_str));
    if by_title.is_empty() { String::from("`holdpoint checks` lists them all") } else { by_title }
}

fn known_word(what: &str, word: &str, known: &[&'static str]) -> Result<(), Stop> {
    if known.contains(&word) {
        return Ok(());
    }
    let mut help = hint(word, known.iter().copied());
    if help.is_empty() {
        help = format!("there are {}", known.join(", "));
    }
    Err(Stop::usage(format!("the catalog has no {what} `{word}`; {help}")))
}

/// Every family, once.
pub(crate) fn families() -> Vec<&'static str> {
    let mut all: Vec<&str> = heads().iter().map(Head::family).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Every surface and side, once.
pub(crate) fn surfaces() -> Vec<&'static str> {
    let mut all: Vec<&str> = heads().iter().flat_map(surfaces_of).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn surfaces_of(head: &Head) -> impl Iterator<Item = &'static str> + use<> {
    head.surfaces.split(['@', ',']).map(str::trim).filter(|it| !it.is_empty())
}

fn row(head: &Head) -> serde_json::Value {
    json!({
        "id": head.id, "title": head.title, "form": head.form.word(),
        "severity": head.severity.word(), "strength": head.strength.word(),
        "impact": head.impact.word(), "surfaces": head.surfaces,
        "revision": find(head.id).map(AnyCheck::revision),
    })
}

fn table(found: &[&Head], style: Style) -> String {
    let mut text = String::new();
    for head in found {
        let mark = match (head.form, find(head.id)) {
            (Form::Check, Some(_)) => style.paint(Tone::Good, "looks"),
            (Form::Check, None) => style.paint(Tone::Faint, "  -  "),
            (form @ (Form::Step | Form::Duty | Form::Fold | Form::Watch), _) => {
                style.paint(Tone::Faint, &format!("{:<5}", form.word()))
            }
        };
        if style.width < NARROW {
            let title = style.wrap(head.title, 7, style.width);
            writeln!(text, "{mark}  {}\n       {title}", head.id).expect("strings take text");
            continue;
        }
        let id = style.cell(head.id, 28);
        let title = style.cut(head.title, style.width.saturating_sub(46));
        writeln!(text, "{mark}  {id}  {:<8} {title}", head.severity.word())
            .expect("strings take text");
    }
    let seen = found.iter().filter(|head| find(head.id).is_some()).count();
    let entries = if found.len() == 1 { "entry" } else { "entries" };
    writeln!(text, "\n{} {entries}; this version looks with {seen}", found.len())
        .expect("strings take text");
    if let [only] = found {
        writeln!(text, "next  holdpoint explain {}", only.id).expect("strings take text");
    }
    text
}

/// `holdpoint explain`
pub(crate) fn explain(args: &ExplainArgs, style: Style) -> Done {
    let head = known(&args.id)?;
    out::result(&page::page(head, style));
    Ok(Exit::Go)
}

/// What the catalog says of an id, for reports.
pub(crate) fn rule(id: &str) -> Option<Rule> {
    let head = head(id)?;
    let title = head.title.to_owned();
    Some(Rule { title, help: page::markdown(head), severity: head.severity })
}

/// The head of an id, or the nearest ones.
pub(crate) fn known(id: &str) -> Result<&'static Head, Stop> {
    head(id).ok_or_else(|| {
        let mut hint = hint(id, heads().iter().map(|head| head.id));
        let family = id.split('.').next().unwrap_or(id);
        if hint.is_empty() && families().contains(&family) {
            hint = format!("`holdpoint checks --family {family}` lists what is near");
        }
        if hint.is_empty() {
            hint = String::from("`holdpoint checks` lists them, `holdpoint checks WORD` finds one");
        }
        Stop::usage(format!("the catalog has no `{id}`; {hint}"))
    })
}

/// The pages of `docs/reference`, for `cargo xtask gen`.
pub(crate) fn reference(page_name: &str) -> Done {
    match page_name {
        "checks" => {
            let mut text = String::from("# The catalog\n\n");
            for check in catalog() {
                if let Some(head) = head(check.id()) {
                    text.push_str(&page::markdown(head));
                    text.push('\n');
                }
            }
            text.push_str("## Entries that this version cannot look with\n\n");
            let blind = heads().iter().filter(|head| find(head.id).is_none());
            for head in blind {
                writeln!(text, "* `{}`: {} ({})", head.id, head.title, head.form.word())
                    .expect("strings take text");
            }
            out::result(&text);
        }
        "faults" => out::result(&faults_page()),
        "cli" => out::result(&crate::args::reference()),
        "settings" => out::result(&schema::settings()),
        other => {
            if let Some(text) = other.strip_prefix("schema/").and_then(schema::format) {
                out::result(&text);
                return Ok(Exit::Go);
            }
            let formats: Vec<&str> = schema::formats().iter().map(|(name, _)| *name).collect();
            let known = format!(
                "there are checks, faults, cli, settings, schema/NAME with {}",
                formats.join(", ")
            );
            return Err(Stop::usage(format!("no page `{other}`; {known}")));
        }
    }
    Ok(Exit::Go)
}

/// Every check, every ask of its healthy world, every fault, and what it leads to.
fn faults_page() -> String {
    let mut text = String::from(
        "# Faults\n\nWhat a check concludes when every repetition of an ask ends in a fault. \
         A fault that is not listed makes the verdict unknown.\n\n| check | ask | fault | verdict |\n\
         | --- | --- | --- | --- |\n",
    );
    for cell in fault_grid(catalog()) {
        if cell.verdict != holdpoint_model::verdict::Verdict::Unknown {
            writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                cell.check,
                cell.role,
                cell.fault.word(),
                cell.verdict.word()
            )
            .expect("strings take text");
        }
    }
    text
}
