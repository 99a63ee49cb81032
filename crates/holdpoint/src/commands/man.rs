//! `man`: the manual pages, made from the command line itself.

use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::{
    args::{Cli, ManArgs},
    exit::{Done, Exit, Stop},
    out,
};

/// `holdpoint man`
pub(crate) fn man(args: &ManArgs) -> Done {
    let mut command = Cli::command();
    command.build();
    let Some(folder) = &args.folder else {
        out::result(&String::from_utf8_lossy(&page(command, "holdpoint", Path::new("-"))?));
        return Ok(Exit::Go);
    };
    let failed =
        |path: &Path, error| Stop::usage(format!("failed to write {}: {error}", path.display()));
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let mut pages = vec![(String::from("holdpoint"), command.clone())];
    for one in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        pages.push((format!("holdpoint-{}", one.get_name()), one.clone()));
    }
    for (name, command) in pages {
        let path = folder.join(format!("{name}.1"));
        let text = page(command, &name, &path)?;
        crate::commands::run::replace(&path, &text).map_err(|error| failed(&path, error))?;
        out::result(&format!("wrote {}\n", path.display()));
    }
    Ok(Exit::Go)
}

fn page(command: clap::Command, name: &str, path: &Path) -> Result<Vec<u8>, Stop> {
    let mut text = Vec::new();
    Man::new(command)
        .title(name)
        .render(&mut text)
        .map_err(|error| Stop::usage(format!("failed to write {}: {error}", path.display())))?;
    Ok(text)
}
