//! What `.git` says without running anything: remotes without credentials, and tags.

use std::path::Path;

use crate::{found::Repository, place::Place};

/// Tags that are kept: the newest by name are at the end.
const TAGS_MAX: usize = 2_000;

/// Reads the work tree's repository, where there is one.
pub(crate) fn read(root: &Path, into: &mut Repository) {
    let git = root.join(".git");
    if let Ok(text) = std::fs::read_to_string(git.join("config")) {
        config(&text, into);
    }
    let mut tags: Vec<String> = Vec::new();
    if let Ok(text) = std::fs::read_to_string(git.join("packed-refs")) {
        let names = text.lines().filter_map(|line| line.split_once(" refs/tags/"));
        tags.extend(names.map(|(_, name)| name.to_owned()));
    }
    if let Ok(entries) = std::fs::read_dir(git.join("refs/tags")) {
        let names = entries.filter_map(|it| it.ok()?.file_name().into_string().ok());
        tags.extend(names.take(TAGS_MAX));
    }
    tags.sort();
    tags.dedup();
    into.tags = tags;
}

fn config(text: &str, into: &mut Repository) {
    let mut remote = false;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            remote = line.starts_with("[remote ");
        } else if let Some(("url", url)) =
            line.split_once('=').map(|(name, url)| (name.trim(), url.trim()))
            && remote
        {
            into.remotes.push((stripped(url), Place::new(".git/config", at + 1)));
        }
    }
}

/// A remote without whoever may use it.
fn stripped(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            let path = path.split(['?', '#']).next().unwrap_or_default();
            format!("{scheme}://{host}/{path}")
        }
        None => url.rsplit_once('@').map_or(url, |(_, rest)| rest).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_lose_their_credentials() {
        let mut all = Repository::default();
        let text = "[core]\n\turl = x\n[remote \"origin\"]\n\turl = https://me:hunter2@git.acme.dev/shop.git\n\
                    [remote \"b\"]\n\turl = git@git.acme.dev:shop.git\n";
        config(text, &mut all);
        let urls: Vec<&str> = all.remotes.iter().map(|it| it.0.as_str()).collect();
        assert_eq!(urls, ["https://git.acme.dev/shop.git", "git.acme.dev:shop.git"]);
    }
}
