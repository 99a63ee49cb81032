//! `plan`: what every line means. Contacts nothing; writes the lock.

use std::fmt::Write as _;

use std::time::Instant;

use holdpoint_report::{
    json,
    style::Style,
    terminal::{self, Detail, Entries},
};

use crate::{
    args::{Common, Format, PlanArgs},
    commands::{
        ask,
        catalog::{is_machine, looks},
        suggest, why,
    },
    discovery,
    exit::{Done, Exit, Stop},
    out,
    project::Project,
    settings::Loaded,
};

/// `holdpoint plan`
pub(crate) fn plan(args: &PlanArgs, common: &Common, style: Style) -> Done {
    let began = Instant::now();
    let environment = args.env.as_deref();
    let config = Loaded::read(common.config.as_deref(), environment, style)?;
    if args.ask && args.format != Format::Text {
        return Err(Stop::usage("--ask speaks with people; leave --format out"));
    }
    if args.suggest && args.format != Format::Text {
        return Err(Stop::usage("--suggest speaks with people; leave --format out"));
    }
    let project = Project::open(&args.document, config, environment, !args.accept, style)?;
    if args.ask {
        return ask::ask(&project, &mut std::io::stdin().lock(), style);
    }
    if args.suggest {
        return suggest::suggest(&project, args.yes, style);
    }
    if let Some(number) = args.why {
        return why::why(&project, number, args.format, style);
    }
    let wrote = if args.no_lock { false } else { project.write_lock()? };
    match args.format {
        Format::Json | Format::Jsonl => {
            out::stream(|to| json::plan(to, project.plan(), &project.planned.diagnostics, &looks));
        }
        Format::Text => {
            let ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
            let detail = match (common.quiet, args.verbose) {
                (true, _) => Detail::Totals,
                (false, true) => Detail::Words,
                (false, false) => Detail::Lines,
            };
            let diagnostics = &project.planned.diagnostics;
            let entries = Entries { looks: &looks, machine: &is_machine };
            let text = terminal::plan(project.plan(), diagnostics, ms, detail, entries, style);
            out::result(&text);
            let complaints = project.complaints(style);
            if !complaints.is_empty() {
                out::progress(&format!("\n{complaints}\n"));
            }
            if !common.quiet {
                out::result(&footer(&project, wrote, style));
            }
        }
    }
    // The process ends here: taking a huge plan apart, piece by piece, would help nobody.
    std::mem::forget(project);
    Ok(Exit::Go)
}

/// Proposals that are shown.
const PROPOSALS_MAX: usize = 12;

/// What the catalog of this version would change about pinned lines.
fn proposed(project: &Project, style: Style) -> String {
    let all = &project.planned.proposals;
    if all.is_empty() {
        return String::new();
    }
    let lines = if all.len() == 1 { "line" } else { "lines" };
    let mut rows = vec![format!(
        "pinned    {} {lines} that this catalog would bind otherwise; as they were",
        all.len()
    )];
    for it in all.iter().take(PROPOSALS_MAX) {
        let text = style.cut(&it.text, style.width.saturating_sub(18));
        rows.push(format!("  line {:<5} {text}", it.line));
        rows.push(format!("    pinned    {}", it.pinned));
        rows.push(format!("    proposed  {}", it.now));
        let words: Vec<String> = it.because.iter().map(|part| format!("`{part}`")).collect();
        if !words.is_empty() {
            let words = format!("    because of {}", words.join(", "));
            rows.push(style.cut(&words, style.width));
        }
    }
    if let Some(more) = all.len().checked_sub(PROPOSALS_MAX).filter(|more| 0 < *more) {
        rows.push(format!("  and {more} more"));
    }
    let path = &project.plan().document.path;
    rows.push(format!("  `holdpoint plan {path} --accept` takes what is proposed"));
    rows.iter().map(|row| format!("{}\n", style.clean(row))).collect()
}

fn footer(project: &Project, wrote: bool, style: Style) -> String {
    let mut text = String::from("\n");
    if !project.discovered.is_empty() {
        text.push_str(&discovery::shown(&project.discovered));
        text.push_str(
            "          nobody declared it; `holdpoint init` writes it into holdpoint.toml\n",
        );
    }
    if wrote {
        let path = project.lock_path.display();
        writeln!(text, "wrote     {path}; review it and commit it").expect("strings take text");
    }
    text.push_str(&proposed(project, style));
    writeln!(text, "next      holdpoint run {}", project.plan().document.path)
        .expect("strings take text");
    text
}
