//! `demo`: a small production service inside the process, and its checklist against it.

use std::fmt::Write as _;

use std::{collections::BTreeSet, path::Path};

use holdpoint_bind::nearest::{hint, listed};
use holdpoint_demo::{Fault, Service};
use holdpoint_model::line::Gate;
use holdpoint_report::style::{Style, Tone};
use holdpoint_runtime::Ended;
use serde_json::json;

use crate::{
    args::{Common, DemoArgs, Format},
    commands::run::{Ending, Screen, show},
    exit::{Done, Exit, Stop},
    looking, out,
    project::Project,
    recorded,
    reports::{self, Wanted},
    session::{Session, Wish},
    settings::Loaded,
};

/// `holdpoint demo`
pub(crate) fn demo(args: &DemoArgs, common: &Common, style: Style) -> Done {
    if args.list {
        out::result(&list(args.format));
        return Ok(Exit::Go);
    }
    let faults = faults(args)?;
    let here = std::env::current_dir().map_err(|error| Stop::usage(error.to_string()))?;
    let wanted: Vec<Wanted> =
        reports::wanted(&args.report)?.into_iter().map(|it| it.below(&here)).collect();
    std::fs::create_dir_all(&args.folder).map_err(|error| {
        Stop::usage(format!("failed to make {}: {error}", args.folder.display()))
    })?;
    let folder = args.folder.canonicalize().map_err(|error| Stop::usage(error.to_string()))?;
    let made = holdpoint_demo::make(&folder, &faults).map_err(refused)?;
    let runtime = looking::tokio()?;
    let service = runtime.block_on(holdpoint_demo::start(&made.folder)).map_err(refused)?;
    made.point_at(&service).map_err(refused)?;
    std::env::set_current_dir(&made.folder).map_err(|error| Stop::usage(error.to_string()))?;
    if args.format == Format::Text && !common.quiet {
        out::progress(&intro(&args.folder, &service, style));
    }
    let exit = look(args, &wanted, common, style)?;
    if args.format == Format::Text && !common.quiet {
        out::progress(&outro(&faults, &args.folder, style));
    }
    if args.keep {
        stay(&runtime, &args.folder);
    }
    drop(service);
    Ok(exit)
}

fn refused(error: holdpoint_demo::Error) -> Stop {
    Stop::usage(error.to_string())
}

fn faults(args: &DemoArgs) -> Result<Vec<Fault>, Stop> {
    if args.mended {
        return Ok(Vec::new());
    }
    if args.fault.is_empty() {
        return Ok(Fault::ALL.to_vec());
    }
    let read = |name: &String| {
        Fault::read(name).ok_or_else(|| {
            let names: Vec<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
            let mut help = hint(name, names.iter().copied());
            if help.is_empty() {
                help = format!("there are {}", listed(&names).unwrap_or_default());
            }
            Stop::usage(format!("there is no fault `{name}`; {help}"))
        })
    };
    args.fault.iter().map(read).collect()
}

fn list(format: Format) -> String {
    match format {
        Format::Json | Format::Jsonl => {
            let faults: Vec<_> = Fault::ALL
                .iter()
                .map(|fault| json!({"name": fault.name(), "line": fault.line()}))
                .collect();
            format!("{}\n", json!({"faults": faults}))
        }
        Format::Text => Fault::ALL
            .iter()
            .map(|fault| format!("{:<12} line {}\n", fault.name(), fault.line()))
            .collect(),
    }
}

fn look(args: &DemoArgs, wanted: &[Wanted], common: &Common, style: Style) -> Done {
    let path = Path::new("CHECKLIST.md");
    let config = Loaded::read(None, None, style)?;
    let project = Project::open(path, config, None, false, style)?;
    // The demo's document is made anew each time, with the ports of the day.
    project.write_lock()?;
    let wish = Wish { gate: Gate::Pre, only: None::<BTreeSet<usize>>, rerun_failed: false };
    let mut screen = Screen::new(project.plan(), args.format, common.quiet, style);
    let mut session = Session::begin(&project, &wish)?;
    let ended = session.look(&project, None, &mut |seq, event| screen.event(seq, event))?;
    screen.clear();
    if ended == Ended::Interrupted {
        return Err(Stop { exit: looking::interrupted(), message: String::from("interrupted") });
    }
    let view = session.finish(&project)?;
    if !wanted.is_empty() {
        let loaded = recorded::read(&session.path())?;
        reports::write(wanted, &recorded::dossier(&loaded)?, session.events())?;
    }
    show(&view, args.format, common.quiet, style, &Ending { note: session.note(), since: None });
    Ok(view.verdict.into())
}

fn intro(folder: &Path, service: &Service, style: Style) -> String {
    format!(
        "{}\n  a small production service on loopback: https {} http {}\n  its checklist: {}\n\n",
        style.paint(Tone::Strong, "Harbour Bookings"),
        service.https,
        service.http,
        folder.join("CHECKLIST.md").display()
    )
}

fn outro(faults: &[Fault], folder: &Path, style: Style) -> String {
    let mut text = format!("{}\n", style.paint(Tone::Strong, "\ntry next"));
    let shown = folder.display();
    if faults.is_empty() {
        text.push_str(
            "  holdpoint demo                              the same with six things wrong\n",
        );
    } else {
        text.push_str(
            "  holdpoint demo --mended                     the same with nothing wrong: GO\n",
        );
        text.push_str("  holdpoint demo --fault health --keep        mend one line while the service stays up\n");
    }
    writeln!(text, "  holdpoint record verify {shown}/.holdpoint   judge it all again, offline")
        .expect("strings take text");
    text.push_str("  holdpoint plan YOUR_CHECKLIST.md            what your own document means\n");
    text
}

/// Keeps the service up until a signal.
fn stay(runtime: &tokio::runtime::Runtime, folder: &Path) {
    out::progress(&format!(
        "\nthe service stays up until Ctrl-C; mend a file in {shown} and, there, run\n  holdpoint run CHECKLIST.md --rerun-failed\n",
        shown = folder.display()
    ));
    runtime.block_on(async {
        let mut signals = looking::signals();
        drop(signals.wait_for(|count| 0 < *count).await);
    });
}
