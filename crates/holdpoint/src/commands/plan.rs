//! `plan`: what every line means. Contacts nothing; writes the lock.

use std::fmt::Write as _;

use std::time::Instant;

use holdpoint_model::plan::{Plan, PlanLine};
use holdpoint_report::{json, style::Style, terminal};

use crate::{
    args::{Common, Format, PlanArgs},
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
    let project = Project::open(&args.document, config, environment, !args.accept, style)?;
    if let Some(number) = args.why {
        let text = why(project.plan(), number)?;
        let clean = text.lines().map(|line| format!("{}\n", style.clean(line)));
        out::result(&clean.collect::<String>());
        return Ok(Exit::Go);
    }
    let wrote = if args.no_lock { false } else { project.write_lock()? };
    match args.format {
        Format::Json | Format::Jsonl => {
            out::stream(|to| json::plan(to, project.plan(), &project.planned.diagnostics));
        }
        Format::Text => {
            let ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
            let text = terminal::plan(
                project.plan(),
                &project.planned.diagnostics,
                ms,
                args.verbose,
                style,
            );
            out::result(&text);
            let complaints = project.complaints(style);
            if !complaints.is_empty() {
                out::progress(&format!("\n{complaints}\n"));
            }
            out::result(&footer(&project, wrote));
        }
    }
    // The process ends here: taking a huge plan apart, piece by piece, would help nobody.
    std::mem::forget(project);
    Ok(Exit::Go)
}

fn footer(project: &Project, wrote: bool) -> String {
    let mut text = String::from("\n");
    if wrote {
        let path = project.lock_path.display();
        writeln!(text, "wrote     {path}; review it and commit it").expect("strings take text");
    }
    for proposal in project.planned.proposals.iter().take(8) {
        let (line, pinned, now) = (proposal.line, &proposal.pinned, &proposal.now);
        writeln!(text, "pinned    line {line}: {pinned}; the catalog now says {now}")
            .expect("strings take text");
    }
    if !project.planned.proposals.is_empty() {
        text.push_str("          `plan --accept` takes what the catalog now says\n");
    }
    writeln!(text, "next      holdpoint run {}", project.plan().document.path)
        .expect("strings take text");
    text
}

/// Where each value of one line comes from.
fn why(plan: &Plan, number: usize) -> Result<String, Stop> {
    let line = plan.lines.iter().find(|line| line.line == number).ok_or_else(|| {
        let near = plan.lines.iter().min_by_key(|line| line.line.abs_diff(number));
        let near =
            near.map_or_else(String::new, |line| format!("; the nearest is line {}", line.line));
        Stop::usage(format!("line {number} of the document makes no claim{near}"))
    })?;
    Ok(explain(line))
}

fn explain(line: &PlanLine) -> String {
    let mut text = format!(
        "{} {}\n  {} {}, {}, {}\n",
        line.line,
        line.text,
        line.phase.word(),
        line.kind.word(),
        line.severity.word(),
        line.state.word()
    );
    for check in &line.checks {
        let words: Vec<String> = check.because.iter().map(|it| format!("`{it}`")).collect();
        writeln!(text, "  {}  at target {}", check.id, check.target).expect("strings take text");
        if !words.is_empty() {
            writeln!(text, "    because of {}", words.join(", ")).expect("strings take text");
        }
        for (name, value) in &check.params {
            let from = check.sources.get(name).map_or("text", |origin| origin.word());
            writeln!(text, "    {name} = {value}  ({from})").expect("strings take text");
        }
        let specs = holdpoint_checks::find(&check.id).map(|it| it.specs()).unwrap_or_default();
        for spec in specs.iter().filter(|spec| !check.params.contains_key(spec.name)) {
            if let Some(default) = spec.default {
                writeln!(text, "    {} = {default}  (default)", spec.name)
                    .expect("strings take text");
            }
        }
    }
    for need in &line.needs {
        writeln!(text, "  needs {need}").expect("strings take text");
    }
    text
}
