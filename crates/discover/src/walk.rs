//! The bounded walk over a folder: names of all its files, and the text of those that a reader wants.

use std::{collections::BTreeMap, path::Path};

use ignore::WalkBuilder;

use crate::{
    read::variables,
    sort::{Kind, kind},
};

/// Entries that are walked over.
const ENTRIES_MAX: usize = 20_000;
/// How deep folders are walked.
const DEPTH_MAX: usize = 12;
/// Bytes of a file that is read: nobody writes more of it by hand.
const FILE_BYTES_MAX: u64 = 512 * 1024;
/// Files of one kind that are read.
const FILES_MAX: usize = 300;

/// Folders of what others wrote or a tool made.
const SKIPPED: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    "node_modules",
    "bower_components",
    "target",
    "vendor",
    "dist",
    "build",
    "out",
    ".next",
    ".nuxt",
    ".terraform",
    ".terragrunt-cache",
    ".venv",
    "venv",
    "site-packages",
    "__pycache__",
    ".tox",
    ".mypy_cache",
    ".pytest_cache",
    ".gradle",
    ".idea",
    ".vscode",
    ".cache",
    "coverage",
    "Pods",
    ".holdpoint",
    ".cargo",
    ".rustup",
    ".npm",
];

/// What was walked over.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// Every file, relative, with `/` between the parts.
    pub(crate) files: Vec<String>,
    /// Files that a reader wants, in the order of the walk.
    pub(crate) texts: Vec<(Kind, String, String)>,
    /// Files that a reader would have wanted and that were too large, too many, or no text.
    pub(crate) unread: Vec<String>,
    /// Whether the folder holds more than was walked over.
    pub(crate) stopped: bool,
}

/// Walks over a folder in the order of names. `papers`: whether checklists are wanted.
pub(crate) fn walk(root: &Path, papers: bool) -> Walked {
    let mut walked = Walked::default();
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .git_global(false)
        .require_git(false)
        .follow_links(false)
        .same_file_system(true)
        .max_depth(Some(DEPTH_MAX))
        .sort_by_file_name(Ord::cmp)
        .filter_entry(|entry| {
            let folder = entry.file_type().is_some_and(|it| it.is_dir());
            !folder || entry.depth() == 0 || !SKIPPED.iter().any(|name| entry.file_name() == *name)
        })
        .build();
    // What cannot be entered is left out: it declares nothing to us.
    for entry in walk.filter_map(Result::ok) {
        if !entry.file_type().is_some_and(|it| it.is_file()) {
            continue;
        }
        if ENTRIES_MAX <= walked.files.len() {
            walked.stopped = true;
            break;
        }
        let Some(path) = entry.path().strip_prefix(root).ok().and_then(Path::to_str) else {
            continue;
        };
        let path = path.replace(std::path::MAIN_SEPARATOR, "/");
        if let Some(kind) = kind(&path).filter(|kind| papers || *kind != Kind::Paper) {
            let count = counts.entry(kind).or_default();
            *count += 1;
            let small = entry.metadata().is_ok_and(|it| it.len() <= FILE_BYTES_MAX);
            let text = (small && *count <= FILES_MAX)
                .then(|| std::fs::read(entry.path()).ok())
                .flatten()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .map(
                    |text| {
                        if kind == Kind::Variables { variables::names_only(&text) } else { text }
                    },
                );
            match text {
                Some(text) => walked.texts.push((kind, path.clone(), text)),
                None => walked.unread.push(path.clone()),
            }
        }
        walked.files.push(path);
    }
    walked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_what_the_team_wrote_and_reads_what_is_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(".gitignore", "secret/\n");
        write("secret/docker-compose.yml", "services: {}\n");
        write("node_modules/a/package.json", "{}");
        write("b/package.json", "{}");
        write("a/main.rs", "x");
        write(".env.example", "A=b\n");
        write("CHECKLIST.md", "- [ ] x\n");
        let walked = walk(folder.path(), false);
        let files = [".env.example", ".gitignore", "CHECKLIST.md", "a/main.rs", "b/package.json"];
        assert_eq!(walked.files, files);
        let read: Vec<&str> = walked.texts.iter().map(|it| it.1.as_str()).collect();
        assert_eq!(read, [".env.example", "b/package.json"]);
        assert_eq!(walk(folder.path(), true).texts.len(), 3);
        assert!(!walked.stopped && walked.unread.is_empty());
    }
}
