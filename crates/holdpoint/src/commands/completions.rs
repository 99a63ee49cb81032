//! `completions`: what a shell needs to complete commands, options, ids, lines, sections and runs.
//!
//! The script asks this program each time, so that what is completed is what is there now.

use clap::{Command, builder::StyledStr};
use clap_complete::{
    CompleteEnv, Shell,
    engine::{ArgValueCompleter, CompletionCandidate, PathCompleter},
    env::{Bash, Elvish, EnvCompleter, Fish, Powershell, Zsh},
};
use std::ffi::OsStr;

use crate::{
    args::CompletionsArgs,
    exit::{Done, Exit, Stop},
    out,
};

mod values;

/// The variable by which a shell asks for candidates.
const VARIABLE: &str = "HOLDPOINT_COMPLETE";

/// `holdpoint completions`
pub(crate) fn completions(args: &CompletionsArgs) -> Done {
    let mut script = Vec::new();
    let shell: &dyn EnvCompleter = match args.shell {
        Shell::Bash => &Bash,
        Shell::Elvish => &Elvish,
        Shell::Fish => &Fish,
        Shell::PowerShell => &Powershell,
        Shell::Zsh => &Zsh,
        _ => return Err(Stop::usage("there is no script for this shell")),
    };
    shell
        .write_registration(VARIABLE, "holdpoint", "holdpoint", "holdpoint", &mut script)
        .map_err(|error| Stop::usage(format!("failed to write the script: {error}")))?;
    out::result(&String::from_utf8_lossy(&script));
    Ok(Exit::Go)
}

/// Answers a shell that asks for candidates. Returns whether one did.
pub(crate) fn answered() -> bool {
    if std::env::var_os(VARIABLE).is_none_or(|shell| shell.is_empty()) {
        return false;
    }
    let folder = std::env::current_dir().ok();
    // A question that cannot be read is answered with nothing: a message would end up in the line.
    CompleteEnv::with_factory(command)
        .var(VARIABLE)
        .try_complete(std::env::args_os(), folder.as_deref())
        .unwrap_or(true)
}

/// The command line with what each argument may be.
fn command() -> Command {
    with_values(crate::args::command())
}

/// Arguments of the same name mean the same in every command, those to come included.
fn with_values(command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    let mut command = command.mut_args(|arg| match completer(arg.get_id().as_str()) {
        Some(completer) => arg.add(completer),
        None => arg,
    });
    for name in names {
        command = command.mut_subcommand(name, with_values);
    }
    command
}

type Values = fn() -> Vec<(String, String)>;

fn completer(arg: &str) -> Option<ArgValueCompleter> {
    let one = |values: Values| Some(ArgValueCompleter::new(move |it: &OsStr| begins(it, values)));
    let several = |values: Values| Some(ArgValueCompleter::new(move |it: &OsStr| last(it, values)));
    match arg {
        "document" | "documents" | "doc" => {
            let list = |path: &std::path::Path| {
                path.extension().is_some_and(|it| it.eq_ignore_ascii_case("md"))
            };
            Some(ArgValueCompleter::new(PathCompleter::file().filter(list)))
        }
        "file" | "config" | "folder" | "place" | "key" => {
            Some(ArgValueCompleter::new(PathCompleter::any()))
        }
        "id" => one(values::ids),
        "words" => one(values::ids),
        "params" => one(values::params),
        "only" => several(values::lines_and_ids),
        "line" | "why" => one(values::lines),
        "section" => one(values::sections),
        "env" => one(values::environments),
        "target" => one(values::targets),
        "role" => one(values::roles),
        "vantage" => several(values::vantages),
        "family" => one(values::families),
        "surface" => one(values::surfaces),
        "fault" => one(values::faults),
        "rule" | "ignore" => several(values::rules),
        "report" => one(values::reports),
        "allow" => one(values::impacts),
        "run" | "runs" => one(values::runs),
        "path" => one(values::records),
        _ => None,
    }
}

fn candidate(value: String, help: &str) -> CompletionCandidate {
    let help = (!help.is_empty()).then(|| StyledStr::from(help.to_owned()));
    CompletionCandidate::new(value).help(help)
}

/// Values that begin with what is typed.
fn begins(typed: &OsStr, values: Values) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let fits = values().into_iter().filter(|(value, _)| value.starts_with(typed));
    fits.map(|(value, help)| candidate(value, &help)).collect()
}

/// The same for the last of several values, which commas part.
fn last(typed: &OsStr, values: Values) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let (before, typed) = match typed.rsplit_once(',') {
        Some((before, typed)) => (format!("{before},"), typed),
        None => (String::new(), typed),
    };
    let fits = values().into_iter().filter(|(value, _)| value.starts_with(typed));
    fits.map(|(value, help)| candidate(format!("{before}{value}"), &help)).collect()
}
