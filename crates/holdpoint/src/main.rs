//! holdpoint: executes a team's own Markdown deployment checklist.

mod args;
mod checkout;
mod commands;
mod discovery;
mod elsewhere;
mod examples;
mod exit;
mod looking;
mod out;
mod past;
mod project;
mod recorded;
mod reports;
mod runs;
mod session;
mod settings;
mod view;

use std::process::ExitCode;

use clap::FromArgMatches as _;

use crate::{
    args::{Cli, Command, Common, Format, LintFormat},
    exit::{Done, Exit, Stop},
};

fn main() -> ExitCode {
    if commands::completions::answered() {
        return Exit::Go.into();
    }
    let parsed = args::command().try_get_matches().and_then(|it| Cli::from_arg_matches(&it));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results; everything else is a mistake of the user.
            let text = error.render();
            return if error.use_stderr() {
                out::progress(&text.to_string());
                out::progress(&way_out(&error));
                Exit::Usage.into()
            } else {
                out::result(&text.to_string());
                Exit::Go.into()
            };
        }
    };
    std::panic::set_hook(Box::new(|_| {}));
    match std::panic::catch_unwind(|| dispatch(&cli)) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(Stop { exit, message })) => {
            if !message.is_empty() {
                let error = if message.starts_with("error") { "" } else { "error: " };
                out::progress(&format!("{}\n", out::fitted(&format!("{error}{message}"))));
            }
            exit.into()
        }
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(|it| (*it).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            out::progress(&format!(
                "bug: {text}\nthis is a mistake in holdpoint {}; please report it with the command \
                 you ran\n",
                env!("CARGO_PKG_VERSION")
            ));
            Exit::Bug.into()
        }
    }
}

/// What was probably meant, where the parser has no idea.
fn way_out(error: &clap::Error) -> String {
    use clap::error::{ContextKind, ContextValue};
    if let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg)
        && error.kind() == clap::error::ErrorKind::MissingRequiredArgument
        && missing.iter().any(|it| it == "<DOCUMENT>")
    {
        return format!("{}\n", project::checklists(std::path::Path::new("")));
    }
    let told = error.get(ContextKind::SuggestedSubcommand).is_some();
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return String::new();
    };
    let command = args::command();
    let names = command.get_subcommands().filter(|it| !it.is_hide_set()).map(|it| it.get_name());
    let hint = holdpoint_bind::nearest::hint(word, names);
    if told || hint.is_empty() { String::new() } else { format!("{hint}\n") }
}

fn dispatch(cli: &Cli) -> Done {
    let common = &cli.common;
    let style =
        |format: Format| out::style(common, format == Format::Text && out::stdout_is_terminal());
    match &cli.command {
        Command::Init(args) => commands::init::init(args, style(Format::Text)),
        Command::Lint(args) => {
            let text = args.format == LintFormat::Text;
            let format = if text { Format::Text } else { Format::Json };
            commands::lint::lint(args, common, style(format))
        }
        Command::Plan(args) => commands::plan::plan(args, common, style(args.format)),
        Command::Run(args) => commands::run::run(args, common, style(args.format)),
        Command::Demo(args) => commands::demo::demo(args, common, style(args.format)),
        Command::Doctor(args) => commands::doctor::doctor(args, common, style(args.format)),
        Command::Answer(args) => commands::answer::answer(args, common, style(Format::Text)),
        Command::Check(args) => {
            let config = hand_settings(common, style(args.format))?;
            commands::check::check(args, &config, style(args.format))
        }
        Command::Explain(args) => commands::catalog::explain(args, style(Format::Text)),
        Command::Checks(args) => commands::catalog::checks(args, style(args.format)),
        Command::Status(args) => commands::status::status(args, style(args.format)),
        Command::Diff(args) => commands::diff::diff(args, style(args.format)),
        Command::Record(args) => commands::record::record(args, style(Format::Text)),
        Command::Completions(args) => commands::completions::completions(args),
        Command::Man(args) => commands::man::man(args),
        Command::Agent(args) => commands::agent::agent(args),
        Command::Reference { page } => commands::catalog::reference(page),
    }
}

/// Settings for a check typed by hand: only its vantages count, so a folder without settings, or
/// with settings for something else, is fine.
fn hand_settings(
    common: &Common,
    style: holdpoint_report::style::Style,
) -> Result<settings::Loaded, Stop> {
    settings::Loaded::read(common.config.as_deref(), None, style)
}
