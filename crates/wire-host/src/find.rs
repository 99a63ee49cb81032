//! Paths that fit a pattern letter by letter, found by listing folders: the same on every host, and
//! on file systems that do not tell capitals from small letters.

use std::{collections::BTreeSet, path::Path};

use holdpoint_model::{
    ask::Host,
    fault::Fault,
    found::{Found, Hit, StandIn},
    limits,
    seen::{Entry, EntryKind, List, Seen},
};

use crate::{HostWire, answer::Failed};

/// Folders looked into through a shell, where each is a round of its own.
const FOLDERS_MAX_SHELL: u32 = 64;
/// Bytes of a file that may be no content at all.
const STAND_IN_BYTES_MAX: u32 = 4 * 1024;
/// Folders that `**` does not go into: they hold what others wrote, or what git keeps.
const NOT_OURS: [&str; 5] = [".git", "node_modules", "bower_components", ".venv", "__pycache__"];

/// Finds what fits.
pub(crate) async fn look(
    wire: &HostWire,
    on: &Host,
    below: Option<&str>,
    pattern: &str,
) -> Result<Seen, Failed> {
    crate::checked(pattern)?;
    let parts: Vec<String> = pattern
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .map(str::to_owned)
        .collect();
    if parts.iter().any(|part| part == "..") || below.is_none() != pattern.starts_with('/') {
        let words = format!("`{pattern}` does not stay where it begins");
        return Err(Failed(Fault::Unsupported, words));
    }
    let base = below.unwrap_or("/");
    let folder = wire.follow(on, base).await?;
    if folder.is_none_or(|(kind, _)| kind != EntryKind::Folder) {
        return Ok(Seen::Absent);
    }
    let mut finder = Finder {
        wire,
        on,
        base,
        bound: below.and_then(|below| real(on, below)),
        found: Found {
            hits: Vec::new(),
            other_case: Vec::new(),
            unread: Vec::new(),
            passed_over: Vec::new(),
            folders: 0,
            truncated: false,
        },
        paths: BTreeSet::new(),
    };
    finder.walk(&parts).await?;
    finder.tell().await?;
    Ok(Seen::Found(finder.found))
}

/// The path of a folder of this machine without any link in it.
fn real(on: &Host, path: &str) -> Option<std::path::PathBuf> {
    match on {
        Host::Here => std::fs::canonicalize(path).ok(),
        Host::Root(_) | Host::Ssh(_) | Host::Command(_) => None,
    }
}

struct Finder<'a> {
    wire: &'a HostWire,
    on: &'a Host,
    /// Folder that paths are below of.
    base: &'a str,
    /// The same without links, where nothing may lead out of it.
    bound: Option<std::path::PathBuf>,
    found: Found,
    /// What fits, by its path below the base.
    paths: BTreeSet<String>,
}

impl Finder<'_> {
    fn full(&self, path: &str) -> String {
        match (path, self.base) {
            ("", base) => base.to_owned(),
            (path, "/") => format!("/{path}"),
            (path, base) => format!("{}/{path}", base.trim_end_matches('/')),
        }
    }

    /// Goes down from folder to folder, part by part.
    async fn walk(&mut self, parts: &[String]) -> Result<(), Failed> {
        let mut places = vec![(String::new(), 0_usize)];
        let mut seen = BTreeSet::new();
        while let Some((path, at)) = places.pop() {
            if !seen.insert((path.clone(), at)) {
                continue;
            }
            let Some(part) = parts.get(at) else {
                self.paths.insert(path);
                continue;
            };
            if part == "**" {
                places.push((path.clone(), at + 1));
            }
            let last = at + 1 == parts.len();
            let Some(list) = self.list(&path).await? else {
                // The name can be known to be there without the right to list its folder.
                if !part.contains(['*', '?']) {
                    places.extend(self.straight(&path, part, at).await?);
                }
                continue;
            };
            let mut any = false;
            for entry in &list.entries {
                let place = join(&path, &entry.name);
                if part == "**" {
                    self.deeper(&mut places, place, at, entry);
                } else if fits(part, &entry.name) {
                    any = true;
                    if last || self.leads_down(&place, entry).await? {
                        places.push((place, at + 1));
                    }
                } else if fits(&part.to_lowercase(), &entry.name.to_lowercase()) {
                    self.found.other_case.push(place);
                }
            }
            if list.truncated && !any && !part.contains(['*', '?']) {
                places.extend(self.straight(&path, part, at).await?);
            } else if list.truncated {
                self.found.truncated = true;
            }
        }
        Ok(())
    }

    fn deeper(
        &mut self,
        places: &mut Vec<(String, usize)>,
        place: String,
        at: usize,
        entry: &Entry,
    ) {
        if entry.kind != EntryKind::Folder {
            return;
        }
        if NOT_OURS.contains(&entry.name.as_str()) {
            self.found.passed_over.push(place);
        } else {
            places.push((place, at));
        }
    }

    /// A name below a folder that cannot be listed whole.
    async fn straight(
        &mut self,
        path: &str,
        part: &str,
        at: usize,
    ) -> Result<Option<(String, usize)>, Failed> {
        let place = join(path, part);
        match self.wire.stat(self.on, &self.full(&place)).await {
            Ok(Seen::Stat(_)) => {
                self.found.unread.retain(|told| !told.starts_with(&format!("`{path}/`")));
                Ok(Some((place, at + 1)))
            }
            // It can be told that it is not there; whether under another case, it cannot.
            Ok(_) => {
                self.found.unread.retain(|told| !told.starts_with(&format!("`{path}/`")));
                Ok(None)
            }
            Err(Failed(Fault::Denied, _)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn leads_down(&self, place: &str, entry: &Entry) -> Result<bool, Failed> {
        Ok(match entry.kind {
            EntryKind::Folder => true,
            EntryKind::File | EntryKind::Other => false,
            EntryKind::Link => matches!(
                self.wire.follow(self.on, &self.full(place)).await?,
                Some((EntryKind::Folder, _))
            ),
        })
    }

    /// The entries of a folder; `None` where we may not see them.
    async fn list(&mut self, path: &str) -> Result<Option<List>, Failed> {
        let max = match self.on {
            Host::Here | Host::Root(_) => limits::FOLDERS_MAX,
            Host::Ssh(_) | Host::Command(_) => FOLDERS_MAX_SHELL,
        };
        if max <= self.found.folders {
            self.found.truncated = true;
            return Ok(None);
        }
        self.found.folders += 1;
        match self.wire.list(self.on, &self.full(path)).await {
            Ok(Seen::List(list)) => Ok(Some(list)),
            // Gone since it was seen.
            Ok(_) => Ok(None),
            Err(Failed(fault, _)) if fault == Fault::Denied => {
                self.found.unread.push(format!("`{path}/`: {}", fault.sentence()));
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// Looks at everything that fits.
    async fn tell(&mut self) -> Result<(), Failed> {
        let paths = std::mem::take(&mut self.paths);
        self.found.truncated |= limits::HITS_MAX < paths.len();
        for path in paths.into_iter().take(limits::HITS_MAX) {
            if let Some(hit) = self.hit(path).await? {
                self.found.hits.push(hit);
            }
        }
        self.found.other_case.sort();
        self.found.other_case.truncate(limits::SPOTS_MAX);
        self.found.passed_over.sort();
        self.found.passed_over.truncate(limits::SPOTS_MAX);
        Ok(())
    }

    async fn hit(&mut self, path: String) -> Result<Option<Hit>, Failed> {
        let full = self.full(&path);
        let Seen::Stat(Entry { points_to, .. }) = self.wire.stat(self.on, &full).await? else {
            return Ok(None);
        };
        let leads = self.wire.follow(self.on, &full).await?;
        let (kind, mut bytes) = leads.map_or((None, 0), |(kind, bytes)| (Some(kind), bytes));
        let outside = match &self.bound {
            Some(bound) => leads.is_some() && leaves(bound, &full),
            None => false,
        };
        // Files that the kernel makes up have no size and yet a content.
        if (kind, bytes) == (Some(EntryKind::File), 0)
            && let Ok(Seen::File(file)) = self.wire.read(self.on, &full, 1).await
        {
            bytes = file.bytes;
        }
        let stand_in =
            if kind == Some(EntryKind::File) { self.stand_in(&full, bytes).await } else { None };
        let entries = if kind == Some(EntryKind::Folder) {
            match self.wire.list(self.on, &full).await {
                Ok(Seen::List(list)) => u32::try_from(list.entries.len()).ok(),
                Ok(_) | Err(_) => None,
            }
        } else {
            None
        };
        let bytes = if kind == Some(EntryKind::File) { bytes } else { 0 };
        Ok(Some(Hit { path, points_to, kind, outside, bytes, entries, stand_in }))
    }

    /// What stands in the place of content; nothing where the file may not be read.
    async fn stand_in(&self, full: &str, bytes: u64) -> Option<StandIn> {
        if bytes == 0 || u64::from(STAND_IN_BYTES_MAX) < bytes {
            return None;
        }
        match self.wire.read(self.on, full, STAND_IN_BYTES_MAX).await {
            Ok(Seen::File(file)) if file.text.trim_start_matches('\u{feff}').trim().is_empty() => {
                Some(StandIn::Blank)
            }
            Ok(Seen::File(file)) if file.text.starts_with("version https://git-lfs.") => {
                Some(StandIn::Pointer)
            }
            Ok(_) | Err(_) => None,
        }
    }
}

fn leaves(bound: &Path, full: &str) -> bool {
    std::fs::canonicalize(full).map_or(true, |real| !real.starts_with(bound))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

/// Whether a name fits a pattern of `*` and `?`. A star at its beginning fits no hidden name, as in
/// a shell.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    // Where the last star stood, and how far it had reached.
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || name.get(n) == Some(c) => {
                p += 1;
                n += 1;
            }
            Some(_) | None => match star {
                Some((at, reached)) => {
                    p = at + 1;
                    n = reached + 1;
                    star = Some((at, reached + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_names() {
        for (pattern, name, want) in [
            ("a.js", "a.js", true),
            ("*.js", "a.js", true),
            ("*.js", "a.jsx", false),
            ("*.js", ".js", false),
            (".*", ".env", true),
            ("app-*-?.sql", "app-2024-1.sql", true),
            ("app-*-?.sql", "app-2024-12.sql", false),
            ("[id].tsx", "[id].tsx", true),
            ("*", "é", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("A", "a", false),
        ] {
            assert_eq!(fits(pattern, name), want, "{pattern} {name}");
        }
    }
}
