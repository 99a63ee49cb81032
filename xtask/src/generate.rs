//! The generated reference pages: made by the binary itself, committed, compared in CI.

use std::path::PathBuf;

use crate::run;

/// Page below `docs/reference`, and the arguments of the binary that prints it.
const PAGES: [(&str, &[&str]); 3] = [
    ("checks.md", &["reference", "checks"]),
    ("faults.md", &["reference", "faults"]),
    ("cli.md", &["reference", "cli"]),
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
    Ok(pages)
}
