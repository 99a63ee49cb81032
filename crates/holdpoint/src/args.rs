//! The command line.

use std::fmt::Write as _;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::examples::examples;

/// Executes a team's own Markdown deployment checklist.
#[derive(Debug, Parser)]
#[command(
    name = "holdpoint",
    version,
    about = "Executes a team's own Markdown deployment checklist: looks, decides, keeps the evidence.",
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
    /// No colour, whatever else is said.
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
    /// Only ASCII, with words for symbols.
    #[arg(long, global = true)]
    pub(crate) ascii: bool,
    /// Settings file, if not `holdpoint.toml`.
    #[arg(
        long,
        global = true,
        value_name = "PATH",
        env = "HOLDPOINT_CONFIG",
        hide_env_values = true
    )]
    pub(crate) config: Option<PathBuf>,
    /// Say less: only the verdict, or what is wrong.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// One JSON event a line, as they happen.
    Jsonl,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what every line of a checklist means; contacts nothing, writes holdpoint.lock.
    Plan(PlanArgs),
    /// Write holdpoint.toml from what the files of this repository say.
    Init(InitArgs),
    /// Find what is wrong with a checklist by its text alone.
    Lint(LintArgs),
    /// Look at the live systems and decide: GO, HOLD or NO-GO.
    Run(RunArgs),
    /// Run a small production service, and its checklist against it.
    Demo(DemoArgs),
    /// Answer for a line: a value, a file, not applicable, or acknowledge.
    Answer(AnswerArgs),
    /// Look with one check, by hand.
    Check(CheckArgs),
    /// The manual page of a check.
    Explain(ExplainArgs),
    /// The catalog.
    Checks(ChecksArgs),
    /// Where the last run stands.
    Status(StatusArgs),
    /// What changed between two runs: the last two of a checklist, or those that are named.
    Diff(DiffArgs),
    /// Is it me or is it them? What stands in the way of a run.
    Doctor(DoctorArgs),
    /// Verify, show, replay or export a record.
    Record(RecordArgs),
    /// Print what a shell needs to complete commands, options and checks.
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for every command into a folder.
    Man(ManArgs),
    /// Answer looks from this machine for a run elsewhere, over standard input and output.
    #[command(hide = true)]
    Agent(AgentArgs),
    /// Print a page of the generated reference.
    #[command(hide = true)]
    Reference {
        /// Name of the page.
        page: String,
    },
}

/// `plan`
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The checklist.
    pub(crate) document: PathBuf,
    /// Output.
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// The environment, an overlay of the settings.
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// Take what the catalog would now say for lines that the lock pins.
    #[arg(long)]
    pub(crate) accept: bool,
    /// Show the words that decided.
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Explain one line: what decided, what else was considered, where its values come from, and
    /// what would change it.
    #[arg(long, value_name = "LINE")]
    pub(crate) why: Option<usize>,
    /// Do not write the lock.
    #[arg(long)]
    pub(crate) no_lock: bool,
    /// Ask about every unclear line, and keep the answers in holdpoint.toml.
    #[arg(long, conflicts_with_all = ["why", "no_lock"])]
    pub(crate) ask: bool,
    /// Ask the service of `[suggest]` what the lines that are not understood may mean; nothing is
    /// sent without a yes, and what comes back are proposals.
    #[arg(long, conflicts_with_all = ["why", "ask", "verbose"])]
    pub(crate) suggest: bool,
    /// Say yes to what --suggest sends, and to nothing else.
    #[arg(long, requires = "suggest")]
    pub(crate) yes: bool,
}

/// `lint`
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 nothing, or nothing as bad as --fail-on; 1 findings; 2 nothing \
                        could be read.\nA comment ignores a finding on its row, or on the row or \
                        fence below it:\n  <!-- holdpoint-lint: ignore RULE -->"
)]
pub(crate) struct LintArgs {
    /// The checklists; without one, those that the working folder holds.
    #[arg(value_name = "DOC")]
    pub(crate) documents: Vec<PathBuf>,
    /// Output.
    #[arg(long, short, value_enum, default_value_t = LintFormat::Text)]
    pub(crate) format: LintFormat,
    /// How bad a finding must be to end with 1.
    #[arg(long, value_enum, default_value_t = FailOn::Warning)]
    pub(crate) fail_on: FailOn,
    /// Only this rule; may be repeated.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) rule: Vec<String>,
    /// Not this rule; may be repeated.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    /// The rules, each with how bad its findings are.
    #[arg(long)]
    pub(crate) list: bool,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// The same.
    #[value(hide = true)]
    Jsonl,
    /// For code scanning.
    Sarif,
}

/// How bad a finding must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Certainly wrong.
    Error,
    /// Probably not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// `completions`
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// `man`
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Write a page for every command into this folder.
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// `init`
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder, or one checklist of the working folder.
    #[arg(value_name = "DIR|DOC", default_value = ".")]
    pub(crate) place: PathBuf,
    /// Only show what would be written.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Which gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GateArg {
    /// Before the deployment.
    Pre,
    /// After it.
    Post,
    /// Both.
    All,
}

/// `run`
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The checklist.
    pub(crate) document: PathBuf,
    /// Which gate to decide.
    #[arg(long, value_enum, default_value_t = GateArg::Pre)]
    pub(crate) gate: GateArg,
    /// The environment, an overlay of the settings.
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// Output.
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Write the boxes of lines that passed back into the checklist.
    #[arg(long)]
    pub(crate) tick: bool,
    /// Look only at these lines, or at lines bound to these checks.
    #[arg(long, value_name = "LINE|CHECK", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Look only at sections whose heading holds this text.
    #[arg(long, value_name = "TEXT")]
    pub(crate) section: Option<String>,
    /// Look again only at lines that failed or were unknown; the others keep what was seen.
    #[arg(long, conflicts_with_all = ["only", "section"])]
    pub(crate) rerun_failed: bool,
    /// Go on looking until everything passes, at most this long (`5m`).
    #[arg(long, value_name = "DURATION")]
    pub(crate) wait: Option<String>,
    /// Also write a report: `html=PATH`, `json`, `jsonl`, `junit`, `sarif`, `markdown`,
    /// `codequality`; may be repeated.
    #[arg(long, value_name = "FORMAT=PATH")]
    pub(crate) report: Vec<String>,
    /// Tell the CI: annotations at the lines, and the summary of the step.
    #[arg(long, value_enum, default_value_t = Tell::Auto)]
    pub(crate) annotations: Tell,
}

/// Which CI is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tell {
    /// The one that this runs in, if it is known.
    Auto,
    /// None.
    Never,
    /// GitHub Actions.
    Github,
}

/// `demo`
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Nothing planted.
    #[arg(long, conflicts_with = "fault")]
    pub(crate) mended: bool,
    /// Only this fault; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) fault: Vec<String>,
    /// The names of the faults, each with the line that it breaks.
    #[arg(long)]
    pub(crate) list: bool,
    /// Keep the service up until Ctrl-C, so that a line can be mended and run again.
    #[arg(long)]
    pub(crate) keep: bool,
    /// The folder to make.
    #[arg(long, value_name = "PATH", default_value = "holdpoint-demo")]
    pub(crate) folder: PathBuf,
    /// Also write a report (`html=PATH`, `json=PATH`, `jsonl=PATH`); may be repeated.
    #[arg(long, value_name = "FORMAT=PATH")]
    pub(crate) report: Vec<String>,
    /// Output.
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// `answer`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("reply").required(true))]
pub(crate) struct AnswerArgs {
    /// The checklist.
    pub(crate) document: PathBuf,
    /// The physical line.
    #[arg(long)]
    pub(crate) line: usize,
    /// What was observed, or yes.
    #[arg(long, group = "reply")]
    pub(crate) value: Option<String>,
    /// A file that shows it; kept as evidence.
    #[arg(long, group = "reply", value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,
    /// The line does not apply; needs a reason.
    #[arg(long, group = "reply", requires = "reason")]
    pub(crate) not_applicable: bool,
    /// A minor failure was seen and is taken along.
    #[arg(long, group = "reply")]
    pub(crate) acknowledge: bool,
    /// Why.
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Whose word it is; otherwise yours, as the system knows you.
    #[arg(long, value_name = "NAME", env = "HOLDPOINT_BY", hide_env_values = true)]
    pub(crate) by: Option<String>,
    /// The environment it holds for.
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
}

/// `check`
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Id in the catalog.
    pub(crate) id: String,
    /// Parameters and subjects.
    #[arg(value_name = "NAME=VALUE")]
    pub(crate) params: Vec<String>,
    /// Permit looks that do more than read.
    #[arg(long, value_name = "IMPACT")]
    pub(crate) allow: Option<String>,
    /// Who counts as which side: `outside=NAME,inside=NAME`.
    #[arg(long, value_name = "SIDE=NAME")]
    pub(crate) vantage: Option<String>,
    /// Output.
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// `explain`
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Id in the catalog.
    pub(crate) id: String,
}

/// `checks`
#[derive(Debug, Args)]
pub(crate) struct ChecksArgs {
    /// Only entries whose id, title, surface or page holds each of these words.
    #[arg(value_name = "WORD")]
    pub(crate) words: Vec<String>,
    /// Only this family: the part of the id before the dot.
    #[arg(long)]
    pub(crate) family: Option<String>,
    /// Only what is looked at there (`prometheus`, `repo`), or seen from that side (`outside`).
    #[arg(long)]
    pub(crate) surface: Option<String>,
    /// Only checks that this version looks with.
    #[arg(long)]
    pub(crate) looks: bool,
    /// Output.
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Every check, every look, every fault, and what it leads to.
    #[arg(long)]
    pub(crate) faults: bool,
}

/// `status`
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Output.
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// `diff`
#[derive(Debug, Args)]
#[command(after_help = "A run is a number (7 is 0007), or the path of a record. With one, it is \
                        compared with the newest\nof its checklist and environment; with two, the \
                        first is the older. Times, and what differs\nfrom answer to answer, are \
                        left out.\n\nExit codes: 0 compared, whatever was found: a difference is no \
                        verdict; 2 nothing to compare.")]
pub(crate) struct DiffArgs {
    /// Runs; without one, the last two of the same checklist and environment that looked.
    #[arg(value_name = "RUN", num_args = 0..=2)]
    pub(crate) runs: Vec<String>,
    /// Output.
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// `doctor`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  holdpoint doctor\n  holdpoint doctor CHECKLIST.md --contact\n\n\
                        Exit codes: 0 nothing stops a run; 1 something does."
)]
pub(crate) struct DoctorArgs {
    /// A checklist: what stands between it and a run is told too.
    #[arg(value_name = "DOC")]
    pub(crate) document: Option<PathBuf>,
    /// Also reach the declared targets and vantages, once each, and compare clocks with them.
    #[arg(long)]
    pub(crate) contact: bool,
    /// The environment, an overlay of the settings.
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// Output.
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// `record`
#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    #[command(subcommand)]
    pub(crate) command: RecordCommand,
}

/// What to do with a record.
#[derive(Debug, Subcommand)]
pub(crate) enum RecordCommand {
    /// Judge everything again, offline; a stored verdict is read only to compare.
    Verify {
        /// A record, or the folder that holds records.
        path: Option<PathBuf>,
        /// A public key that is vouched for (hex, or a PEM file).
        #[arg(long, value_name = "PUBLIC")]
        key: Vec<String>,
        /// List what the verification rests on.
        #[arg(long)]
        explain: bool,
        /// Output.
        #[arg(long, short, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// The evidence behind a line of the last record.
    Show {
        /// The physical line; without it, the runs.
        line: Option<usize>,
        /// The run: a number (7 is 0007), or the path of a record; the last one by default.
        #[arg(long, conflicts_with = "path")]
        run: Option<String>,
        /// A record, or the folder that holds records.
        #[arg(long)]
        path: Option<PathBuf>,
        /// Output.
        #[arg(long, short, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Show a run again, from its journal.
    Replay {
        /// A number (7 is 0007), a record, or the folder that holds records.
        #[arg(value_name = "RUN")]
        run: Option<String>,
        /// Output.
        #[arg(long, short, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Take a record along: one file for somebody without holdpoint, or reports of an old run.
    #[command(group = clap::ArgGroup::new("what").required(true).multiple(true))]
    Export {
        /// A number (7 is 0007), a record, or a folder of records; the last run by default.
        #[arg(value_name = "RUN")]
        run: Option<String>,
        /// Write one zip file: the record, the checklist, the reports, the public key, sums, and
        /// how to verify them with holdpoint and by hand.
        #[arg(long, value_name = "FILE", group = "what")]
        bundle: Option<PathBuf>,
        /// Write a report of the run, as `run --report` does; may be repeated.
        #[arg(long, value_name = "FORMAT=PATH", group = "what")]
        report: Vec<String>,
        /// Replace the bundle that is there.
        #[arg(long, requires = "bundle")]
        force: bool,
    },
}

/// `agent`
#[derive(Debug, Args)]
pub(crate) struct AgentArgs {
    /// Speak over standard input and output.
    #[arg(long)]
    pub(crate) stdio: bool,
}

/// The heading of the options that every command has.
const EVERYWHERE: &str = "Everywhere";

/// The command line as it is parsed, shown and completed: with the words of every choice in its
/// help, examples below it, and what all commands share at the end.
pub(crate) fn command() -> clap::Command {
    use clap::CommandFactory as _;
    let common = ["color", "no_color", "ascii", "config", "quiet"];
    let command = Cli::command().mut_args(|arg| {
        if common.contains(&arg.get_id().as_str()) { arg.help_heading(EVERYWHERE) } else { arg }
    });
    dressed(command, "")
}

fn dressed(command: clap::Command, path: &str) -> clap::Command {
    let mut command = command.mut_args(with_choices);
    let rows = examples(path);
    if !rows.is_empty() {
        let wide = rows.iter().map(|(typed, _)| typed.len()).filter(|it| *it <= 52).max();
        let wide = wide.unwrap_or(0);
        let row = |(typed, does): &(&str, &str)| format!("\n  {typed:<wide$}  {does}");
        let mut text = format!("Examples:{}", rows.iter().map(row).collect::<String>());
        if let Some(more) = command.get_after_help() {
            write!(text, "\n\n{more}").expect("strings take text");
        }
        command = command.after_help(text);
    }
    let names: Vec<String> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    for name in names {
        let below = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(name, |it| dressed(it, &below));
    }
    command
}

/// Choices stand behind the help of their option: a row each would not fit the screen.
fn with_choices(arg: clap::Arg) -> clap::Arg {
    let values = arg.get_possible_values();
    let takes = matches!(arg.get_action(), clap::ArgAction::Set | clap::ArgAction::Append);
    if values.is_empty() || !takes {
        return arg;
    }
    let names: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let help = format!("{} ({})", help.trim_end_matches('.'), names.join(", "));
    arg.hide_possible_values(true).help(help)
}

/// The command line as a page of the manual.
pub(crate) fn reference() -> String {
    let mut command = command();
    let mut text = format!("# The command line\n\n```text\n{}```\n", trimmed(&mut command));
    let names: Vec<String> = command
        .get_subcommands()
        .filter(|it| !it.is_hide_set())
        .map(|it| it.get_name().to_owned())
        .collect();
    for name in names {
        if let Some(command) = command.find_subcommand_mut(&name) {
            write!(text, "\n## {name}\n\n```text\n{}```\n", trimmed(command))
                .expect("strings take text");
            for inner in command.get_subcommands_mut() {
                let heading = format!("{name} {}", inner.get_name());
                write!(text, "\n### {heading}\n\n```text\n{}```\n", trimmed(inner))
                    .expect("strings take text");
            }
        }
    }
    text
}

fn trimmed(command: &mut clap::Command) -> String {
    let help = command.clone().term_width(96).render_help().to_string();
    help.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
