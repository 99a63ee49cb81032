//! `checks`, `explain` and the generated reference: the catalog as people read it.

use std::fmt::Write as _;

use holdpoint_bind::nearest::hint;
use holdpoint_checks::{
    catalog, find,
    grid::fault_grid,
    heads::{Head, head, heads, param_names},
    names::SUBJECTS,
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

/// `holdpoint checks`
pub(crate) fn checks(args: &ChecksArgs, style: Style) -> Done {
    if args.faults {
        out::result(&faults_page());
        return Ok(Exit::Go);
    }
    let wanted = args.filter.as_deref().unwrap_or_default().to_lowercase();
    let matches =
        |head: &&Head| head.id.contains(&wanted) || head.title.to_lowercase().contains(&wanted);
    let found: Vec<&Head> = heads().iter().filter(matches).collect();
    match args.format {
        Format::Json | Format::Jsonl => {
            let rows: Vec<_> = found.iter().map(|head| row(head)).collect();
            out::result(&format!("{}\n", json!({"schema": "holdpoint.checks/1", "checks": rows})));
        }
        Format::Text => out::result(&table(&found, style)),
    }
    if found.is_empty() {
        return Err(Stop::usage(format!("no entry of the catalog holds `{wanted}`")));
    }
    Ok(Exit::Go)
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
        let id = style.cell(head.id, 28);
        let title = style.cut(head.title, style.width.saturating_sub(46));
        writeln!(text, "{mark}  {id}  {:<8} {title}", head.severity.word())
            .expect("strings take text");
    }
    let seen = found.iter().filter(|head| find(head.id).is_some()).count();
    writeln!(text, "\n{} entries; this version looks with {seen} of them", found.len())
        .expect("strings take text");
    text
}

/// `holdpoint explain`
pub(crate) fn explain(args: &ExplainArgs, style: Style) -> Done {
    let head = known(&args.id)?;
    out::result(&page(head, Some(style)));
    Ok(Exit::Go)
}

/// What the catalog says of an id, for reports.
pub(crate) fn rule(id: &str) -> Option<Rule> {
    let head = head(id)?;
    let title = head.title.to_owned();
    Some(Rule { title, help: page(head, None), severity: head.severity })
}

/// The head of an id, or the nearest ones.
pub(crate) fn known(id: &str) -> Result<&'static Head, Stop> {
    head(id).ok_or_else(|| {
        let mut hint = hint(id, heads().iter().map(|head| head.id));
        if hint.is_empty() {
            hint = String::from("`holdpoint checks` lists them");
        }
        Stop::usage(format!("the catalog has no `{id}`; {hint}"))
    })
}

/// One entry as a manual page: Markdown when no style is given.
fn page(head: &Head, style: Option<Style>) -> String {
    let strong = |text: String| match style {
        Some(style) => style.paint(Tone::Strong, &text),
        None => text,
    };
    let mut text = String::new();
    let title = if style.is_some() { "" } else { "## " };
    writeln!(text, "{}\n", strong(format!("{title}{}: {}", head.id, head.title)))
        .expect("strings take text");
    writeln!(
        text,
        "{}, severity {}, {}, impact {}, looks at {}.",
        head.form.word(),
        head.severity.word(),
        head.strength.word(),
        head.impact.word(),
        head.surfaces
    )
    .expect("strings take text");
    match find(head.id) {
        Some(check) => {
            writeln!(text, "Revision {}, since {}.\n", check.revision(), check.since())
                .expect("strings take text");
            text.push_str(check.doc().trim_start());
            text.push('\n');
            text.push_str(&params_of(check));
        }
        None => text.push_str(&unseen(head)),
    }
    text
}

fn params_of(check: &dyn AnyCheck) -> String {
    let mut text = String::from("\nParameters\n\n");
    for spec in check.specs() {
        let default = match (spec.default, spec.optional) {
            (Some(default), _) => format!("default `{default}`"),
            (None, true) => String::from("optional"),
            (None, false) => String::from("must be given"),
        };
        writeln!(text, "* `{}` ({}, {default}): {}", spec.name, spec.kind, spec.doc.trim())
            .expect("strings take text");
    }
    writeln!(text, "* subjects: {}", SUBJECTS.join(" ")).expect("strings take text");
    text
}

fn unseen(head: &Head) -> String {
    let names: Vec<&str> = param_names(head.id).iter().map(|row| row.name).collect();
    let names = if names.is_empty() {
        String::new()
    } else {
        format!("\nParameters: {}.\n", names.join(", "))
    };
    let what = match head.form {
        Form::Check => "This version cannot look with it: a line bound to it is unknown.",
        Form::Step => "A step: it changes something, and `run` only lists it as later.",
        Form::Duty => "A duty: a person answers, with `holdpoint answer`.",
        Form::Fold => "Derived from other lines.",
        Form::Watch => "Judged over a time, after a deployment.",
    };
    format!("\n{what}\n{names}")
}

/// The pages of `docs/reference`, for `cargo xtask gen`.
pub(crate) fn reference(page_name: &str) -> Done {
    match page_name {
        "checks" => {
            let mut text = String::from("# The catalog\n\n");
            for check in catalog() {
                if let Some(head) = head(check.id()) {
                    text.push_str(&page(head, None));
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
