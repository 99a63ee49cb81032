//! Scripts and files that the text names and that are not there.

use std::collections::BTreeSet;

use holdpoint_document::{Form, Line};

use crate::{
    contradiction::Contradiction, found::Repository, paper::Paper, read::manifest::scripts,
};

/// Endings of what people write and commit.
const ENDINGS: &[&str] = &[
    "sh", "bash", "py", "js", "mjs", "ts", "rb", "go", "sql", "yml", "yaml", "json", "toml", "tf",
    "conf", "ini", "md", "ps1", "bat", "service", "xml",
];

/// Folders of what is made rather than written.
const MADE: &[&str] =
    &["dist", "build", "out", "target", "node_modules", "coverage", "logs", "tmp", "backups"];

pub(super) fn find(paper: &Paper<'_>, all: &Repository, into: &mut Vec<Contradiction>) {
    let folder = paper.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for line in &paper.document.lines {
        for path in named(line) {
            let bare = path.trim_start_matches("./");
            let beside =
                if folder.is_empty() { bare.to_owned() } else { format!("{folder}/{bare}") };
            let has = |path: &str| all.files.contains(path);
            // A script may be called from a folder that a command before went into.
            let below = [format!("/{bare}"), format!("/{}", bare.trim_start_matches("../"))];
            let somewhere = || all.files.iter().any(|it| below.iter().any(|end| it.ends_with(end)));
            if has(bare) || has(&beside) || somewhere() || !seen.insert(path.clone()) {
                continue;
            }
            into.push(Contradiction {
                line: paper.at(line.number),
                text: format!("names {path}, which is not there"),
                files: Vec::new(),
            });
        }
        for name in package_scripts(line) {
            let known = scripts(&all.manifests);
            let any = all.manifests.iter().any(|it| it.scripts.is_some());
            if any && !known.contains(name.as_str()) && seen.insert(format!("npm run {name}")) {
                let files = all.manifests.iter().filter(|it| it.scripts.is_some());
                into.push(Contradiction {
                    line: paper.at(line.number),
                    text: format!("runs the script {name}, which no package has"),
                    files: files.map(|it| crate::place::Place::new(&it.file, 0)).collect(),
                });
            }
        }
    }
}

/// The commands of a line: itself, or what stands in code marks.
fn commands(line: &Line) -> Vec<&str> {
    match &line.form {
        Form::Command { .. } => vec![line.text.as_str()],
        Form::Box(_) | Form::Item | Form::Field { .. } | Form::Row { .. } => {
            line.text.split('`').skip(1).step_by(2).collect()
        }
        Form::Assignment { .. }
        | Form::Comment { .. }
        | Form::Choice { .. }
        | Form::Rule
        | Form::Title => Vec::new(),
    }
}

/// Paths in the repository that a line names.
fn named(line: &Line) -> Vec<String> {
    let mut paths = Vec::new();
    for command in commands(line) {
        // What a command writes is not there yet, and what runs elsewhere is there.
        let elsewhere = ["ssh ", "docker exec", "kubectl exec", "scp ", "curl ", "wget ", "sudo "];
        if elsewhere.iter().any(|it| command.contains(it)) {
            continue;
        }
        let words: Vec<&str> = command.split_whitespace().collect();
        for (at, word) in words.iter().enumerate() {
            let before =
                at.checked_sub(1).and_then(|at| words.get(at)).copied().unwrap_or_default();
            let made = before.ends_with('>')
                || matches!(before, "-o" | "--output" | "--out" | "tee" | "touch");
            let copied = words.first() == Some(&"cp") && at + 1 == words.len();
            let path = word.trim_matches(['"', '\'', ',', ';', '(', ')', ':']);
            let runs =
                matches!(before, "bash" | "sh" | "python" | "python3" | "node" | "source" | "-f");
            if !made && !copied && is_path(path, runs) {
                paths.push(path.to_owned());
            }
        }
    }
    paths
}

fn is_path(path: &str, runs: bool) -> bool {
    let odd = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_'));
    let inside = path.contains('/') || runs;
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, end)| end);
    let first = path.trim_start_matches("./").split('/').next().unwrap_or_default();
    let written =
        ending.is_some_and(|end| ENDINGS.contains(&end)) || path.starts_with("./scripts/");
    let placeholder = ["path/to", "your-", "your_", "example", "xxx", "YYYY", "0000"];
    inside
        && written
        && !path.contains(odd)
        && !path.starts_with(['/', '-'])
        && !path.contains("..")
        && !MADE.contains(&first)
        && !placeholder.iter().any(|it| path.contains(it))
}

/// Scripts of a package that a line runs.
fn package_scripts(line: &Line) -> Vec<String> {
    let mut names = Vec::new();
    for command in commands(line) {
        for runner in ["npm run ", "pnpm run ", "yarn run "] {
            let Some((_, rest)) = command.split_once(runner) else { continue };
            let name = rest.split_whitespace().next().unwrap_or_default();
            let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_' | '.');
            if !name.is_empty() && !name.starts_with('-') && name.chars().all(good) {
                names.push(name.to_owned());
            }
        }
    }
    names
}
