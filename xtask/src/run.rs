//! Running other programs.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.to_owned(), Path::to_owned)
}

/// Runs cargo in the workspace; its output is passed on.
pub(crate) fn cargo(args: &[&str]) -> Result<(), String> {
    program("cargo", args, &root())
}

/// Runs a program in a folder; its output is passed on.
pub(crate) fn program(name: &str, args: &[&str], folder: &Path) -> Result<(), String> {
    let status = Command::new(name).args(args).current_dir(folder).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name} {}` ended with {status}", args.join(" "))),
        Err(error) => Err(format!("failed to run `{name}`: {error}")),
    }
}

/// What a program prints.
pub(crate) fn output(name: &str, args: &[&str], folder: &Path) -> Result<String, String> {
    let output = Command::new(name)
        .args(args)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("failed to run `{name}`: {error}"))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{name} {}` ended with {}: {error}", args.join(" "), output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Every file below a folder whose name ends in one of these, in order.
pub(crate) fn files(folder: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with(".git") {
                open.push(path);
            } else if ends.iter().any(|end| name.ends_with(end)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
