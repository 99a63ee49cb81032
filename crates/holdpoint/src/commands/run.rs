//! `run`: looks, decides, keeps the evidence.

use std::fmt::Write as _;

use std::{
    collections::BTreeSet,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use holdpoint_bind::nearest::{hint, listed};
use holdpoint_document::{LineId, edit};
use holdpoint_model::{
    event::{Event, Seq},
    line::{Gate, Kind, State},
    param::Param as _,
    plan::Plan,
    quantity::{self, Bound},
};
use holdpoint_report::{diff, json, style::Style, terminal, view::RunView};
use holdpoint_runtime::Ended;

use crate::{
    args::{Common, Format, GateArg, RunArgs},
    discovery,
    exit::{Done, Stop},
    looking, out,
    project::Project,
    reports,
    runs::{self, Since},
    session::{Session, Wish},
    settings::Loaded,
};

impl From<GateArg> for Gate {
    fn from(gate: GateArg) -> Self {
        match gate {
            GateArg::Pre => Self::Pre,
            GateArg::Post => Self::Post,
            GateArg::All => Self::All,
        }
    }
}

/// `holdpoint run`
pub(crate) fn run(args: &RunArgs, common: &Common, style: Style) -> Done {
    let environment = args.env.as_deref();
    let wanted = reports::wanted(&args.report)?;
    reports::reachable(&wanted)?;
    let settings = common.config.as_deref().unwrap_or_else(|| Path::new("holdpoint.toml"));
    reports::clear(&wanted, &[&args.document, settings])?;
    let wait = args.wait.as_deref().map(read_wait).transpose()?;
    let config = Loaded::read(common.config.as_deref(), environment, style)?;
    let project = Project::open(&args.document, config, environment, true, style)?;
    project.agree_with_lock()?;
    if args.tick {
        tickable(&args.document)?;
    }
    let wish = Wish {
        gate: args.gate.into(),
        only: selected(project.plan(), args)?,
        rerun_failed: args.rerun_failed,
    };
    let mut screen = Screen::new(project.plan(), args.format, common.quiet, style);
    // An override that matches nothing would be missed without a word.
    let complaints = project.complaints_of("settings::", style);
    if !complaints.is_empty() {
        screen.say(&complaints);
    }
    if !project.discovered.is_empty() {
        screen.say(discovery::shown(&project.discovered).trim_end());
    }
    let mut session = Session::begin(&project, &wish)?;
    if let Some(said) = session.said() {
        screen.say(&said);
    }
    screen.stream(session.events());
    let ended = session.look(&project, wait, &mut |seq, event| screen.event(seq, event))?;
    screen.clear();
    if ended == Ended::Interrupted {
        reports::make(&wanted, args.annotations, &session)?;
        let again = format!(
            "interrupted; `holdpoint run {}` goes on with run {}",
            args.document.display(),
            session.run()
        );
        return Err(Stop { exit: looking::interrupted(), message: again });
    }
    let streamed = session.events().len();
    let view = session.finish(&project)?;
    screen.stream(session.events().get(streamed..).unwrap_or_default());
    let mut late = Vec::new();
    if args.tick
        && let Err(stop) = tick(&project, &args.document, &view)
    {
        late.push(stop.message);
    }
    let made = reports::make(&wanted, args.annotations, &session);
    late.extend(made.err().map(|stop| stop.message));
    let said = match args.format {
        Format::Json => true,
        Format::Text => !common.quiet,
        Format::Jsonl => false,
    };
    let since = said.then(|| runs::since(&session.path())).flatten();
    let ending = Ending { note: session.note(), since };
    show(&view, args.format, common.quiet, style, &ending);
    if late.is_empty() {
        return Ok(view.verdict.into());
    }
    // Whoever waits for the file must not take a run without it for a GO.
    Err(Stop::usage(format!(
        "{}\nrun {run} itself ended with {} and is kept; `holdpoint record export {run} --report \
         FORMAT=PATH` writes reports of it",
        late.join("\n"),
        view.verdict.word(),
        run = view.run
    )))
}

/// Whether boxes can be written back: a new file is put in the place of the old one.
fn tickable(path: &Path) -> Result<(), Stop> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    for it in [path, folder] {
        if let Err(error) = rustix::fs::access(it, rustix::fs::Access::WRITE_OK) {
            return Err(Stop::usage(format!(
                "{} cannot be ticked: {}: {error}; nothing was looked at",
                path.display(),
                it.display()
            )));
        }
    }
    Ok(())
}

/// What is said of a run beside what it decided.
#[derive(Default)]
pub(crate) struct Ending {
    /// What the user should know about the record.
    pub(crate) note: Option<String>,
    /// What changed since the run before.
    pub(crate) since: Option<Since>,
}

/// Prints the end of a run.
pub(crate) fn show(view: &RunView, format: Format, quiet: bool, style: Style, ending: &Ending) {
    match format {
        Format::Json => {
            let since = match &ending.since {
                Some(Since::Compared(diff)) => Some((diff.old.run.as_str(), diff::counts(diff))),
                Some(Since::Passed { .. }) | None => None,
            };
            out::stream(|to| json::run_since(to, view, since));
        }
        Format::Jsonl => {}
        Format::Text if quiet => out::result(&format!("{}\n", view.verdict.word())),
        Format::Text => {
            let mut text = String::new();
            let own = view.lines.iter().filter(|line| line.plan.kind != Kind::Group);
            for line in own.filter(|line| line.standing.state == State::Fail) {
                text.push_str(&terminal::standing(line, style));
                text.push('\n');
            }
            text.push_str(&terminal::run(view, style));
            text.push('\n');
            let since = ending.since.as_ref().map(|it| match it {
                Since::Compared(diff) => (&diff.old.run, terminal::summary(diff, 17, style)),
                Since::Passed { run, why } => (run, format!("not compared: {}", style.clean(why))),
            });
            if let Some((run, what)) = since {
                let what = rows(&what, 13 + run.len(), style);
                writeln!(text, "since     {run}   {what}").expect("strings take text");
            }
            writeln!(text, "record    {}   holdpoint record verify", view.run)
                .expect("strings take text");
            if let Some(note) = &ending.note {
                writeln!(text, "          {note}").expect("strings take text");
            }
            out::result(&text);
        }
    }
}

/// Parts of a row below each other where they do not fit beside each other. They may be painted, so
/// that only plain ones can be measured.
fn rows(text: &str, indent: usize, style: Style) -> String {
    let gap = format!(" {} ", style.dot());
    let columns = |text: &str| {
        let parts = text.split('\u{1b}').enumerate();
        let plain = parts.map(|(at, it)| match at {
            0 => it,
            _ => it.split_once('m').map_or(it, |(_, rest)| rest),
        });
        plain.map(|it| it.chars().count()).sum::<usize>()
    };
    if indent + columns(text) <= style.width {
        return text.to_owned();
    }
    text.split(&gap).collect::<Vec<_>>().join(&format!("\n{}", " ".repeat(indent)))
}

/// The lines that `--only` and `--section` leave.
fn selected(plan: &Plan, args: &RunArgs) -> Result<Option<BTreeSet<usize>>, Stop> {
    if args.only.is_empty() && args.section.is_none() {
        return Ok(None);
    }
    let mut lines = BTreeSet::new();
    for word in &args.only {
        let found: Vec<usize> = match word.parse::<usize>() {
            Ok(number) => plan.lines.iter().map(|it| it.line).filter(|it| *it == number).collect(),
            Err(_) => {
                let binds =
                    |ids: &[holdpoint_model::plan::BoundCheck]| ids.iter().any(|it| it.id == *word);
                plan.lines.iter().filter(|it| binds(&it.checks)).map(|it| it.line).collect()
            }
        };
        if found.is_empty() {
            return Err(Stop::usage(nothing_there(plan, word)));
        }
        lines.extend(found);
    }
    if let Some(text) = &args.section {
        let wanted = text.to_lowercase();
        let found = plan.lines.iter().filter(|line| {
            line.section.iter().any(|heading| heading.to_lowercase().contains(&wanted))
        });
        let before = lines.len();
        lines.extend(found.map(|line| line.line));
        if lines.len() == before {
            let mut headings: Vec<&str> = Vec::new();
            for heading in plan.lines.iter().flat_map(|line| &line.section) {
                if !headings.contains(&heading.as_str()) {
                    headings.push(heading);
                }
            }
            let mut help = hint(text, headings.iter().copied());
            if help.is_empty() {
                let most = headings.len().min(4);
                let some = headings.get(..most).and_then(listed).unwrap_or_default();
                help = format!("there are {some}");
            }
            return Err(Stop::usage(format!(
                "no heading of {} holds `{text}`; {help}",
                plan.document.path
            )));
        }
    }
    Ok(Some(lines))
}

/// What `--only` may have meant that names nothing.
fn nothing_there(plan: &Plan, word: &str) -> String {
    let path = &plan.document.path;
    if let Ok(number) = word.parse::<usize>() {
        let near = plan.lines.iter().min_by_key(|line| line.line.abs_diff(number));
        let near = near.map_or_else(String::new, |it| {
            format!("; the nearest is line {}: `{}`", it.line, it.text)
        });
        return format!("line {number} of {path} makes no claim{near}");
    }
    let mut ids: Vec<&str> =
        plan.lines.iter().flat_map(|it| &it.checks).map(|it| it.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut help = hint(word, ids.iter().copied());
    if help.is_empty() {
        let known = holdpoint_checks::heads::head(word).is_some();
        let why = if known { "it is in the catalog, but no line is bound to it; " } else { "" };
        help = format!("{why}`holdpoint plan {path}` shows what each line is bound to");
    }
    format!("no line of {path} is bound to `{word}`; {help}")
}

fn read_wait(text: &str) -> Result<Duration, Stop> {
    let bound = Bound::<quantity::Duration>::read(text).map_err(|why| {
        Stop::usage(format!("--wait: {why}; write it with its unit, such as `5m` or `90s`"))
    })?;
    Ok(Duration::from_millis(u64::try_from(bound.whole()).unwrap_or(0)))
}

/// Writes the boxes of decided lines back: ticked where the line passed, empty where it failed or
/// could not be seen. Other lines, and every other byte, stay as they are.
fn tick(project: &Project, path: &Path, view: &RunView) -> Result<(), Stop> {
    let mut marks = Vec::new();
    for (index, line) in project.document.lines.iter().enumerate() {
        let state = view.lines.iter().find(|it| it.plan.line == line.number);
        let boxed = matches!(line.form, holdpoint_document::Form::Box(_));
        match state.map(|it| it.standing.state).filter(|_| boxed) {
            Some(State::Pass) => marks.push((LineId(index), true)),
            Some(State::Fail | State::Unknown) => marks.push((LineId(index), false)),
            Some(
                State::Waived | State::NotApplicable | State::Owed | State::Later | State::Noted,
            )
            | None => {}
        }
    }
    let bytes = edit::tick_many(&project.document, &marks)
        .map_err(|refused| Stop::usage(format!("{}: {refused}", path.display())))?;
    if bytes == project.document.raw {
        return Ok(());
    }
    let failed =
        |error: std::io::Error| Stop::usage(format!("failed to write {}: {error}", path.display()));
    let now = std::fs::read(path).map_err(failed)?;
    if now != project.document.raw {
        return Err(Stop::usage(format!(
            "{} was changed while we looked; nothing was ticked",
            path.display()
        )));
    }
    replace(path, &bytes).map_err(failed)
}

/// Puts a whole new file in its place, at once, with the permissions of the one that was there.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = path.with_file_name(format!(".{name}.holdpoint-{}", std::process::id()));
    let done = (|| {
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        if let Ok(old) = std::fs::metadata(&path) {
            std::fs::set_permissions(&beside, old.permissions())?;
        }
        std::fs::rename(&beside, &path)
    })();
    if done.is_err() {
        drop(std::fs::remove_file(&beside));
    }
    done
}

/// Progress on standard error, or events on standard output.
pub(crate) struct Screen {
    live: terminal::Live,
    stream: bool,
    quiet: bool,
    paints: bool,
    painted: Instant,
    shown: bool,
}

impl Screen {
    pub(crate) fn new(plan: &Plan, format: Format, quiet: bool, style: Style) -> Self {
        Self {
            live: terminal::Live::new(plan, style),
            stream: format == Format::Jsonl,
            quiet,
            paints: out::stderr_is_terminal() && !quiet,
            painted: Instant::now(),
            shown: false,
        }
    }

    /// Events that were not reported one by one: those before looking and after it.
    pub(crate) fn stream(&self, events: &[(Seq, Event)]) {
        for (seq, event) in events.iter().filter(|_| self.stream) {
            out::result(&format!("{}\n", serde_json::json!({"seq": seq, "event": event})));
        }
    }

    /// One event: what stays is printed, the status line is painted over.
    pub(crate) fn event(&mut self, seq: Seq, event: &Event) {
        if self.stream {
            out::result(&format!("{}\n", serde_json::json!({"seq": seq, "event": event})));
        }
        if let Some(text) = self.live.event(seq, event) {
            self.say(&text);
        }
        if self.paints && Duration::from_millis(50) < self.painted.elapsed() {
            out::progress(&format!("\r\u{1b}[2K{}", self.live.status()));
            self.painted = Instant::now();
            self.shown = true;
        }
    }

    /// A line that stays.
    pub(crate) fn say(&mut self, text: &str) {
        self.clear();
        if !self.quiet {
            out::progress(&format!("{text}\n"));
        }
    }

    /// Takes the status line away.
    pub(crate) fn clear(&mut self) {
        if self.shown {
            out::progress("\r\u{1b}[2K");
            self.shown = false;
        }
    }
}
