//! `man`: the manual pages, made from the command line itself.

use std::{
    io::{self, Write},
    path::Path,
};

use clap_mangen::Man;

use crate::{
    args::{self, ManArgs},
    examples::examples,
    exit::{Done, Exit, Stop},
    out,
};

/// `holdpoint man`
pub(crate) fn man(args: &ManArgs) -> Done {
    let mut command = args::command();
    command.build();
    let Some(folder) = &args.folder else {
        let text = page(&command, "", "holdpoint").map_err(|it| failed(Path::new("-"), &it))?;
        out::result(&String::from_utf8_lossy(&text));
        return Ok(Exit::Go);
    };
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let mut pages = Vec::new();
    collect(&command, String::new(), &mut pages);
    for (words, command) in pages {
        let name = [&["holdpoint"][..], &words.split_whitespace().collect::<Vec<_>>()].concat();
        let name = name.join("-");
        let path = folder.join(format!("{name}.1"));
        let text = page(command, &words, &name).map_err(|error| failed(&path, &error))?;
        crate::commands::run::replace(&path, &text).map_err(|error| failed(&path, &error))?;
        out::result(&format!("wrote {}\n", path.display()));
    }
    Ok(Exit::Go)
}

fn failed(path: &Path, error: &io::Error) -> Stop {
    Stop::usage(format!("failed to write {}: {error}", path.display()))
}

/// Every command for people, with its words.
fn collect<'a>(
    command: &'a clap::Command,
    words: String,
    pages: &mut Vec<(String, &'a clap::Command)>,
) {
    pages.push((words.clone(), command));
    let real = |it: &&clap::Command| !it.is_hide_set() && it.get_name() != "help";
    for one in command.get_subcommands().filter(real) {
        collect(one, format!("{words} {}", one.get_name()).trim().to_owned(), pages);
    }
}

/// One page; what stands below the help has sections of its own.
fn page(command: &clap::Command, words: &str, name: &str) -> io::Result<Vec<u8>> {
    let below = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let notes = below.split_once("\n\n").filter(|_| below.starts_with("Examples:"));
    let notes = notes.map(|(_, notes)| notes.to_owned()).unwrap_or_default();
    let man = Man::new(command.clone().after_help("")).title(name);
    let mut to = Vec::new();
    man.render_title(&mut to)?;
    man.render_name_section(&mut to)?;
    man.render_synopsis_section(&mut to)?;
    man.render_description_section(&mut to)?;
    man.render_options_section(&mut to)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut to)?;
    }
    writeln!(to, ".SH EXAMPLES")?;
    for (typed, does) in examples(words) {
        writeln!(to, ".TP\n{}\n{}", roff(typed), roff(does))?;
    }
    if !notes.is_empty() {
        writeln!(to, ".SH NOTES\n.nf\n{}\n.fi", roff(&notes))?;
    }
    if words.is_empty() {
        man.render_version_section(&mut to)?;
    }
    Ok(to)
}

/// Text that a typesetter leaves as it is.
fn roff(text: &str) -> String {
    let line = |line: &str| {
        let line = line.replace('\\', "\\e").replace('-', "\\-");
        if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
