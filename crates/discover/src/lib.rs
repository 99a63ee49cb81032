//! What a repository declares about where its system runs: files in, facts with their origin out.
//!
//! The walk opens files; readers, facts and contradictions are functions of their text.

use std::{borrow::Cow, path::Path};

use holdpoint_document::Document;

mod found;
mod names;
mod place;

mod hcl;
mod yaml;

mod read;
mod sort;
mod walk;

mod contradiction;
mod facts;
mod paper;

pub use contradiction::Contradiction;
pub use facts::Fact;
pub use place::Place;

use crate::{found::Repository, paper::Paper, sort::Kind};

/// Which checklists are compared with the files.
#[derive(Clone, Copy, Debug)]
pub enum Papers<'a> {
    /// Every one that the folder holds.
    All,
    /// This one, which has been read already.
    One {
        /// Its path as the user gave it.
        path: &'a str,
        /// The document.
        document: &'a Document,
    },
}

/// What a folder declares.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// Values for the settings, by path.
    pub facts: Vec<Fact>,
    /// Where checklists and files disagree.
    pub contradictions: Vec<Contradiction>,
    /// Checklists, the one with the most boxes first, each with their number.
    pub documents: Vec<(String, usize)>,
    /// What has no place in the settings.
    pub notes: Vec<(String, Place)>,
    /// What was looked through.
    pub read: Read,
}

/// What was looked through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Files whose names were seen.
    pub files: usize,
    /// Files that were read.
    pub read: Vec<String>,
    /// Files that look like something to read and could not be.
    pub unread: Vec<String>,
    /// Whether the folder holds more files than are walked over.
    pub stopped: bool,
}

/// Reads what the files of a folder declare.
pub fn discover(root: &Path, papers: Papers<'_>) -> Discovery {
    let walked = walk::walk(root, matches!(papers, Papers::All));
    let mut all =
        Repository { files: walked.files.iter().cloned().collect(), ..Repository::default() };
    let mut unread = walked.unread;
    let mut terraform: Vec<(&str, &str)> = Vec::new();
    let mut found: Vec<Paper<'_>> = Vec::new();
    for (kind, file, text) in &walked.texts {
        match kind {
            Kind::Terraform => terraform.push((file, text)),
            Kind::Paper => found.extend(Paper::read(file, text)),
            Kind::Compose
            | Kind::Yaml
            | Kind::HelmValues
            | Kind::Nginx
            | Kind::Caddy
            | Kind::Prometheus
            | Kind::Alertmanager
            | Kind::Dockerfile
            | Kind::Variables
            | Kind::Workflow
            | Kind::GitLab
            | Kind::PackageJson
            | Kind::Cargo
            | Kind::Pyproject
            | Kind::GoMod
            | Kind::Pom => {
                if one(*kind, file, text, &mut all).is_none() {
                    unread.push(file.clone());
                }
            }
        }
    }
    read::terraform::read(&terraform, &mut all);
    read::git::read(root, &mut all);
    if let Papers::One { path, document } = papers {
        found.push(Paper::of(path, Cow::Borrowed(document)));
    }
    found.sort_by_key(|paper| std::cmp::Reverse(paper.boxes));
    let texts = walked.texts.into_iter().filter(|it| it.0 != Kind::Paper);
    Discovery {
        facts: facts::facts(&all, &found),
        contradictions: found
            .iter()
            .flat_map(|it| contradiction::contradictions(it, &all))
            .collect(),
        documents: found.iter().map(|it| (it.path.clone(), it.boxes)).collect(),
        read: Read {
            files: walked.files.len(),
            read: texts.map(|it| it.1).collect(),
            unread,
            stopped: walked.stopped,
        },
        notes: notes(all),
    }
}

/// Reads one file; `None` when it is not what its name says.
fn one(kind: Kind, file: &str, text: &str, all: &mut Repository) -> Option<()> {
    match kind {
        Kind::Compose => return read::compose::read(file, text, all),
        // Templates of a chart are no YAML before they are filled.
        Kind::Yaml if text.contains("{{") => {}
        Kind::Yaml => return read::kubernetes::read(file, text, all),
        Kind::HelmValues => return read::helm::read(file, text, all),
        Kind::Nginx => read::nginx::read(file, text, all),
        Kind::Caddy => read::caddy::read(file, text, all),
        Kind::Prometheus => return read::prometheus::read(file, text, all),
        Kind::Alertmanager => return read::prometheus::alertmanager(file, text, all),
        Kind::Dockerfile => read::dockerfile::read(file, text, all),
        Kind::Variables => read::variables::read(file, text, all),
        Kind::Workflow => return read::workflow::read(file, text, all),
        Kind::GitLab => return read::workflow::gitlab(file, text, all),
        Kind::PackageJson => return read::manifest::package_json(file, text, all),
        Kind::Cargo | Kind::Pyproject => drop(read::manifest::toml(file, text, all)),
        Kind::GoMod => read::manifest::go_mod(file, text, all),
        Kind::Pom => read::manifest::pom(file, text, all),
        Kind::Terraform | Kind::Paper => {}
    }
    Some(())
}

fn notes(all: Repository) -> Vec<(String, Place)> {
    let mut notes = all.notes;
    for (url, at) in all.remotes {
        notes.push((format!("the repository is {url}"), at));
    }
    if let Some(last) = all.tags.last() {
        let count = all.tags.len();
        let noun = if count == 1 { "tag" } else { "tags" };
        notes.push((format!("{count} {noun}, the last by name is {last}"), Place::new(".git", 0)));
    }
    for package in all.manifests {
        if let Some((version, at)) = package.version {
            notes.push((format!("package {} {version}", package.name), at));
        }
    }
    for service in all.services {
        if let Some(health) = service.health {
            notes.push((format!("{} checks its health: {health}", service.name), service.at));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every file of the fixtures that a reader wants, with its reader.
    fn fixtures() -> Vec<(Kind, String, String)> {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../holdpoint/tests/fixtures/discover");
        let folders = ["compose", "kubernetes", "terraform-ecs"];
        folders.iter().flat_map(|name| walk::walk(&root.join(name), true).texts).collect()
    }

    fn any(kind: Kind, file: &str, text: &str) -> usize {
        let mut all = Repository::default();
        match kind {
            Kind::Terraform => read::terraform::read(&[(file, text)], &mut all),
            Kind::Paper => drop(Paper::read(file, text)),
            Kind::Compose
            | Kind::Yaml
            | Kind::HelmValues
            | Kind::Nginx
            | Kind::Caddy
            | Kind::Prometheus
            | Kind::Alertmanager
            | Kind::Dockerfile
            | Kind::Variables
            | Kind::Workflow
            | Kind::GitLab
            | Kind::PackageJson
            | Kind::Cargo
            | Kind::Pyproject
            | Kind::GoMod
            | Kind::Pom => drop(one(kind, file, text, &mut all)),
        }
        facts::facts(&all, &[]).len()
    }

    #[test]
    fn a_file_that_is_cut_or_spoilt_is_no_reason_to_stop() {
        let fixtures = fixtures();
        assert!(15 <= fixtures.len(), "{}", fixtures.len());
        let odd = [
            "\u{0}", "\t", "{", "}", "[", "\"", "'", ":", "&a *a", "é", "${", "<<", "%", "|", "- ",
        ];
        for (kind, file, text) in &fixtures {
            for (at, _) in text.char_indices() {
                let (head, tail) = text.split_at(at);
                any(*kind, file, head);
                let with = odd.get(at % odd.len()).copied().unwrap_or_default();
                any(*kind, file, &[head, with, tail].concat());
            }
        }
    }

    #[test]
    fn only_what_a_reader_wants_is_read_and_values_of_variables_are_not() {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../holdpoint/tests/fixtures/discover");
        let found = discover(&root.join("compose"), Papers::All);
        assert!(!found.read.read.iter().any(|file| file.ends_with(".sh")), "{:?}", found.read);
        assert!(found.read.unread.is_empty() && !found.read.stopped, "{:?}", found.read);
        assert!(!format!("{found:?}").contains("never-shown"));
        let again = discover(&root.join("compose"), Papers::All);
        assert_eq!(format!("{found:?}"), format!("{again:?}"));
    }
}
