//! `completions`: what a shell needs to complete commands, options and the checks of the catalog.

use clap::{Arg, CommandFactory as _, builder::PossibleValuesParser};
use holdpoint_bind::lint::RULES;
use holdpoint_checks::heads::heads;

use crate::{
    args::{Cli, CompletionsArgs},
    exit::{Done, Exit},
    out,
};

/// `holdpoint completions`
pub(crate) fn completions(args: &CompletionsArgs) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "holdpoint", &mut script);
    out::result(&String::from_utf8_lossy(&script));
    if args.shell == clap_complete::Shell::Fish {
        // The generator gives fish the values of options only.
        let ids: Vec<&str> = heads().iter().map(|head| head.id).collect();
        let seen = "__fish_seen_subcommand_from check explain";
        out::result(&format!("complete -c holdpoint -n \"{seen}\" -f -a \"{}\"\n", ids.join(" ")));
    }
    Ok(Exit::Go)
}

/// The command line with every possible value. While parsing, an unknown check is answered with
/// the nearest ones rather than with all of them.
fn command() -> clap::Command {
    let check = |arg: Arg| match arg.get_id().as_str() {
        "id" => arg.value_parser(PossibleValuesParser::new(heads().iter().map(|head| head.id))),
        _ => arg,
    };
    let rule = |arg: Arg| match arg.get_id().as_str() {
        "rule" | "ignore" => {
            arg.value_parser(PossibleValuesParser::new(RULES.iter().map(|rule| rule.id)))
        }
        _ => arg,
    };
    Cli::command()
        .mut_subcommand("check", |it| it.mut_args(check))
        .mut_subcommand("explain", |it| it.mut_args(check))
        .mut_subcommand("lint", |it| it.mut_args(rule))
}
