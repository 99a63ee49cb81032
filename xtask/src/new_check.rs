//! A new check: one file, one line in the list.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use crate::run;

/// Writes the file and the list line of a check that compiles and keeps every law.
pub(crate) fn write(id: &str) -> Result<(), String> {
    write_in(&run::root(), id).map(|path| {
        println!("wrote {}; now fill it", path.display());
    })
}

fn write_in(root: &Path, id: &str) -> Result<PathBuf, String> {
    let (family, name) = id
        .split_once('.')
        .filter(|(family, name)| good(family) && good(name))
        .ok_or_else(|| format!("`{id}` is no id: write family.noun-phrase in lower case"))?;
    let heads = std::fs::read_to_string(root.join("crates/checks/data/heads.tsv"))
        .map_err(|error| format!("failed to read the heads: {error}"))?;
    if !heads.lines().any(|line| line.split('\t').next() == Some(id)) {
        return Err(format!(
            "`{id}` has no head; add its row to crates/checks/data/heads.tsv first"
        ));
    }
    let file = name.replace('-', "_");
    let path = root.join(format!("crates/checks/src/{family}/{file}.rs"));
    if path.exists() {
        return Err(format!("{} is there already", path.display()));
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    let kind = camel(name);
    let text = TEMPLATE.replace("{id}", id).replace("{Kind}", &kind);
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    list(root, family, &file, &kind)?;
    Ok(path)
}

/// Puts the line into the sorted list, with a block for its family where there is none.
fn list(root: &Path, family: &str, file: &str, kind: &str) -> Result<(), String> {
    let path = root.join("crates/checks/src/lib.rs");
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let start = text.find("\ncatalog! {\n").ok_or("the list was not found in lib.rs")? + 12;
    let end = text.get(start..).and_then(|rest| rest.find("\n}\n")).ok_or("the list has no end")?;
    let body = text.get(start..start + end).unwrap_or_default();
    let mut families = blocks(body);
    families.entry(family.to_owned()).or_default().insert(format!("{file}::{kind}"));
    let mut list = String::new();
    for (family, checks) in &families {
        let lines: Vec<String> = checks.iter().map(|check| format!("        {check},\n")).collect();
        list.extend([format!("    {family} {{\n{}    }}\n", lines.concat())]);
    }
    let (head, rest) = (text.get(..start), text.get(start + end + 1..));
    let text = format!("{}\n{list}{}", head.unwrap_or_default(), rest.unwrap_or_default());
    std::fs::write(&path, text).map_err(|error| error.to_string())
}

/// The list as written: checks by family.
fn blocks(body: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut families: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut family = String::new();
    for line in body.lines().map(str::trim) {
        if let Some(name) = line.strip_suffix(" {") {
            name.clone_into(&mut family);
        } else if let Some(check) = line.strip_suffix(',') {
            families.entry(family.clone()).or_default().insert(check.to_owned());
        }
    }
    families
}

/// Does it on a throw-away copy, compiles the copy and puts the new check before the laws.
pub(crate) fn attempt() -> Result<(), String> {
    let root = run::root();
    let copy = std::env::temp_dir().join(format!("holdpoint-new-check-{}", std::process::id()));
    let done = attempt_in(&root, &copy);
    drop(std::fs::remove_dir_all(&copy));
    done
}

fn attempt_in(root: &Path, copy: &Path) -> Result<(), String> {
    std::fs::create_dir_all(copy.join("crates")).map_err(|error| error.to_string())?;
    for name in ["model", "checks"] {
        let from = root.join("crates").join(name);
        let to = copy.join("crates").join(name);
        run::program("cp", &["-r", &from.display().to_string(), &to.display().to_string()], root)?;
    }
    let text =
        std::fs::read_to_string(root.join("Cargo.toml")).map_err(|error| error.to_string())?;
    let text = text.replace("members = [\"crates/*\", \"xtask\"]", "members = [\"crates/*\"]");
    std::fs::write(copy.join("Cargo.toml"), text).map_err(|error| error.to_string())?;
    for name in ["Cargo.lock", "clippy.toml", "rust-toolchain.toml"] {
        std::fs::copy(root.join(name), copy.join(name)).map_err(|error| error.to_string())?;
    }
    write_in(copy, "host.swap")?;
    let target = root.join("target/new-check").display().to_string();
    let args = ["test", "-q", "-p", "holdpoint-checks", "--target-dir", &target, "--lib"];
    run::program("cargo", &args, copy)
}

fn good(part: &str) -> bool {
    let mut chars = part.chars();
    chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn camel(name: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        let first = chars.next().map(|c| c.to_ascii_uppercase()).into_iter();
        first.chain(chars).collect::<String>()
    };
    name.split('-').map(word).collect()
}

const TEMPLATE: &str = include_str!("new_check.template");
