//! The generated reference pages: made by the binary itself, committed, compared in CI.

use std::path::PathBuf;

use crate::run;

/// Page below `docs/reference`, and the arguments of the binary that prints it.
const PAGES: [(&str, &[&str]); 3] = [
    ("checks.md", &["reference", "checks"]),
    ("faults.md", &["reference", "faults"]),
    ("cli.md", &["reference", "cli"]),
];

/// Schemas below `docs/reference/schema`, each with the page of the binary that prints it; they
/// are JSON, and have no word of their own above them.
const SCHEMAS: [(&str, &str); 13] = [
    ("settings-1", "settings"),
    ("check-1", "schema/check-1"),
    ("checks-1", "schema/checks-1"),
    ("diff-1", "schema/diff-1"),
    ("doctor-1", "schema/doctor-1"),
    ("event-1", "schema/event-1"),
    ("lint-1", "schema/lint-1"),
    ("plan-1", "schema/plan-1"),
    ("run-1", "schema/run-1"),
    ("runs-1", "schema/runs-1"),
    ("status-1", "schema/status-1"),
    ("verify-1", "schema/verify-1"),
    ("why-1", "schema/why-1"),
];

/// Writes every page.
pub(crate) fn write() -> Result<(), String> {
    for (path, text) in pages()? {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        }
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// Fails when a committed page differs from what the code says.
pub(crate) fn check() -> Result<(), String> {
    let stale: Vec<String> = pages()?
        .into_iter()
        .filter(|(path, text)| std::fs::read_to_string(path).ok().as_ref() != Some(text))
        .map(|(path, _)| path.display().to_string())
        .collect();
    if stale.is_empty() {
        Ok(())
    } else {
        Err(format!("stale: {}; run `cargo xtask gen`", stale.join(" ")))
    }
}

fn pages() -> Result<Vec<(PathBuf, String)>, String> {
    let root = run::root();
    let mut pages = Vec::new();
    for (name, words) in PAGES {
        let mut args = vec!["run", "-q", "-p", "holdpoint", "--"];
        args.extend(words);
        let body = run::output("cargo", &args, &root)?;
        let text = format!(
            "<!-- Made by `cargo xtask gen` from `holdpoint {}`; do not edit. -->\n\n{body}",
            words.join(" ")
        );
        pages.push((root.join("docs/reference").join(name), text));
    }
    for (name, page) in SCHEMAS {
        let args = ["run", "-q", "-p", "holdpoint", "--", "reference", page];
        let text = run::output("cargo", &args, &root)?;
        pages.push((root.join(format!("docs/reference/schema/{name}.json")), text));
    }
    Ok(pages)
}
