//! Searches the source of a work tree for a text: files that git knows, read here, and only places
//! go on.

mod comments;
mod select;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use holdpoint_model::{
    fault::Fault,
    found::{Searched, Spot},
    limits,
    seen::Seen,
};
use regex::bytes::{Regex, RegexBuilder};

use crate::{
    answer::Failed,
    batch::soon,
    git::{Opening, Repository},
    history,
    process::{Ended, How},
};
use select::Wanted;

/// Rises with every change that can change what is found.
pub(crate) const REVISION: u32 = 1;
/// Time for a search.
const PATIENCE: Duration = Duration::from_secs(300);
/// Bytes of the list of files that git gives.
const LIST_BYTES: usize = 32 * 1024 * 1024;
/// Size of a compiled expression in bytes.
const EXPRESSION_BYTES: usize = 1024 * 1024;
/// A line that no person wrote has this many bytes.
const LINE_BYTES: usize = 5_000;

/// Searches.
pub(crate) async fn look(
    repo: &str,
    paths: &[String],
    text: &str,
    when: Option<&str>,
) -> Result<Seen, Failed> {
    crate::checked(repo)?;
    if !history::is_folder(repo) {
        return Ok(Seen::Absent);
    }
    let leaves = || Failed(Fault::Unsupported, "a path leaves the work tree".to_owned());
    let wanted: Option<Vec<Wanted>> = paths.iter().map(|path| Wanted::read(path)).collect();
    let job = Job {
        root: PathBuf::from(repo),
        wanted: wanted.ok_or_else(leaves)?,
        text: expression(text)?,
        when: when.map(expression).transpose()?,
        index: index(repo).await?,
    };
    crate::bounded(PATIENCE, move || job.run()).await.map(Seen::Searched)
}

/// A text, or what stands behind `re:` as an expression. Matching takes time in step with the file.
fn expression(text: &str) -> Result<Regex, Failed> {
    let pattern = match text.strip_prefix("re:") {
        Some(pattern) => pattern.trim().to_owned(),
        None => regex::escape(text),
    };
    let built = RegexBuilder::new(&pattern)
        .unicode(false)
        .multi_line(true)
        .crlf(true)
        .size_limit(EXPRESSION_BYTES)
        .build();
    let unsupported = |words: String| Failed(Fault::Unsupported, words);
    let expression = built.map_err(|error| unsupported(error.to_string()))?;
    if expression.is_match(b"") {
        return Err(unsupported("the expression fits the empty text".to_owned()));
    }
    Ok(expression)
}

/// What git knows of the files.
struct Index {
    files: Vec<String>,
    /// Links and submodules, which are not searched.
    others: u32,
    changed: BTreeSet<String>,
}

/// `None` where there is no repository, or nobody to ask about it.
async fn index(repo: &str) -> Result<Option<Index>, Failed> {
    let until = soon();
    let repository = match Repository::open(repo, until).await {
        Ok(repository) => repository,
        Err(Opening::Absent) => return Ok(None),
        Err(Opening::Failed(Failed(Fault::NoTool, _))) => return Ok(None),
        Err(Opening::Failed(failed)) => return Err(failed),
    };
    let listed = repository.run(&["ls-files", "-s", "-z"], Vec::new(), LIST_BYTES, until).await?;
    let (mut files, mut others) = (Vec::new(), 0_u32);
    for row in rows(&listed)? {
        let Some((facts, path)) = row.split_once('\t') else { continue };
        if facts.starts_with("100") {
            files.push(path.to_owned());
        } else {
            others = others.saturating_add(1);
        }
    }
    // A file in conflict is listed once for each side.
    files.dedup();
    let words = ["diff", "--name-only", "--no-renames", "--relative", "-z", "HEAD"];
    let changed = repository.run(&words, Vec::new(), LIST_BYTES, until).await?;
    let changed = match changed.how {
        How::Exited(Some(0)) => rows(&changed)?.into_iter().collect(),
        // Without a first commit everything is a change.
        How::Exited(_) | How::TimedOut => files.iter().cloned().collect(),
    };
    Ok(Some(Index { files, others, changed }))
}

fn rows(ended: &Ended) -> Result<Vec<String>, Failed> {
    if ended.how != How::Exited(Some(0)) {
        return Err(Failed(Fault::Garbled, "git could not list the files".to_owned()));
    }
    if ended.stdout.more() {
        return Err(Failed(Fault::TooLarge, "there are more files than are listed".to_owned()));
    }
    let text = String::from_utf8_lossy(&ended.stdout.head).into_owned();
    Ok(text.split('\0').filter(|row| !row.is_empty()).map(str::to_owned).collect())
}

/// A search with everything it needs.
struct Job {
    root: PathBuf,
    wanted: Vec<Wanted>,
    text: Regex,
    when: Option<Regex>,
    index: Option<Index>,
}

/// Files to be searched, and whether git knows each.
struct Selected {
    files: BTreeMap<String, bool>,
    left_out: BTreeMap<String, u32>,
    empty: Vec<String>,
    truncated: bool,
}

impl Job {
    fn run(self) -> Result<Searched, Failed> {
        let selected = self.select();
        let mut hunt = Hunt {
            seen: Searched {
                tracked: self.index.is_some(),
                files: 0,
                untracked: Vec::new(),
                changed: 0,
                lines: 0,
                spots: Vec::new(),
                fitting: 0,
                lacking: Vec::new(),
                left_out: selected.left_out,
                unread: Vec::new(),
                empty: selected.empty,
                truncated: selected.truncated,
                revision: REVISION,
            },
            job: &self,
            spots: Vec::new(),
        };
        let begun = Instant::now();
        for (path, tracked) in &selected.files {
            if limits::SEARCHED_FILES_MAX <= hunt.seen.files || PATIENCE / 2 < begun.elapsed() {
                hunt.seen.truncated = true;
                break;
            }
            hunt.file(path, *tracked);
        }
        Ok(hunt.told())
    }

    fn select(&self) -> Selected {
        let mut selected = Selected {
            files: BTreeMap::new(),
            left_out: BTreeMap::new(),
            empty: Vec::new(),
            truncated: false,
        };
        let everything = Wanted::read(".").into_iter().collect::<Vec<_>>();
        let wanted = if self.wanted.is_empty() { &everything } else { &self.wanted };
        let known = self.index.as_ref().map(|index| index.files.as_slice());
        let mut unknown: Vec<&Wanted> = Vec::new();
        for one in wanted {
            let files = known.unwrap_or_default().iter().filter(|path| one.fits(path));
            let mut any = false;
            for path in files {
                any = true;
                selected.take(path, true, wanted);
            }
            if !any {
                unknown.push(one);
            }
        }
        for one in unknown {
            // The whole of a tree in which git knows nothing is not searched on a guess.
            let asked = !self.wanted.is_empty() || known.is_none();
            let found = if asked { self.on_disk(one, &mut selected) } else { Vec::new() };
            if found.is_empty() {
                selected.empty.push(one.text.clone());
            }
            for path in found {
                selected.take(&path, false, wanted);
            }
        }
        if let Some(index) = &self.index
            && self.wanted.is_empty()
            && 0 < index.others
        {
            selected.left_out.insert(String::from("links and submodules"), index.others);
        }
        selected
    }

    /// Files on the disk that are asked for and that git does not know. Links are not followed.
    fn on_disk(&self, wanted: &Wanted, selected: &mut Selected) -> Vec<String> {
        let mut found = Vec::new();
        let mut places = vec![wanted.beginning()];
        let mut visited = 0;
        while let Some(place) = places.pop() {
            visited += 1;
            if limits::SEARCHED_FILES_MAX < visited {
                selected.truncated = true;
                break;
            }
            let full = self.root.join(&place);
            let Ok(meta) = std::fs::symlink_metadata(&full) else { continue };
            if meta.is_file() && wanted.fits(&place) {
                found.push(place);
            } else if meta.is_dir() {
                match std::fs::read_dir(&full) {
                    Ok(entries) => places.extend(entries.filter_map(Result::ok).filter_map(|it| {
                        let name = it.file_name().to_string_lossy().into_owned();
                        let path =
                            if place.is_empty() { name.clone() } else { format!("{place}/{name}") };
                        (name != ".git").then_some(path)
                    })),
                    Err(_) => selected.truncated = true,
                }
            }
        }
        found
    }
}

impl Selected {
    fn take(&mut self, path: &str, tracked: bool, wanted: &[Wanted]) {
        let fitting: Vec<&Wanted> = wanted.iter().filter(|it| it.fits(path)).collect();
        match select::left_out(path, &fitting) {
            Some(why) => *self.left_out.entry(why.to_owned()).or_default() += 1,
            None => {
                self.files.insert(path.to_owned(), tracked);
            }
        }
    }
}

/// A search that is under way.
struct Hunt<'a> {
    seen: Searched,
    job: &'a Job,
    spots: Vec<Spot>,
}

impl Hunt<'_> {
    fn file(&mut self, path: &str, tracked: bool) {
        let bytes = match read(&self.job.root, path) {
            Ok(Content::Text(bytes)) => bytes,
            Ok(Content::Other(why)) => {
                *self.seen.left_out.entry(why.to_owned()).or_default() += 1;
                return;
            }
            Err(why) => {
                self.seen.unread.push(format!("`{path}`: {why}"));
                return;
            }
        };
        let minified = bytes.split(|byte| *byte == b'\n').any(|line| LINE_BYTES < line.len());
        let script = [".js", ".mjs", ".cjs", ".css"].iter().any(|end| path.ends_with(end));
        let named = self.job.wanted.iter().any(|it| it.text.trim_start_matches("./") == path);
        if minified && script && !named {
            *self.seen.left_out.entry(String::from("generated or minified")).or_default() += 1;
            return;
        }
        if !self.job.text.as_str().is_ascii() && std::str::from_utf8(&bytes).is_err() {
            let why = String::from("in another encoding than UTF-8");
            *self.seen.left_out.entry(why).or_default() += 1;
            return;
        }
        self.seen.files = self.seen.files.saturating_add(1);
        if !tracked && self.seen.tracked && self.seen.untracked.len() < limits::SPOTS_MAX {
            self.seen.untracked.push(path.to_owned());
        }
        let changed = |index: &Index| index.changed.contains(path);
        if tracked && self.job.index.as_ref().is_some_and(changed) {
            self.seen.changed = self.seen.changed.saturating_add(1);
        }
        if self.job.when.as_ref().is_some_and(|when| !when.is_match(&bytes)) {
            return;
        }
        self.seen.fitting = self.seen.fitting.saturating_add(1);
        self.matches(path, &bytes);
    }

    fn matches(&mut self, path: &str, bytes: &[u8]) {
        let mut comments: Option<Option<Vec<Range<usize>>>> = None;
        let test = select::is_test(path);
        let (mut line, mut counted, mut last, mut code) = (1_u32, 0, 0, false);
        for hit in self.job.text.find_iter(bytes) {
            let at = hit.start();
            let between = bytes.get(counted..at).unwrap_or_default();
            let breaks = between.iter().filter(|byte| **byte == b'\n').count();
            line = line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
            counted = at;
            let known = comments.get_or_insert_with(|| comments::comments(path, bytes));
            let comment = known.as_ref().map(|all| all.iter().any(|range| range.contains(&at)));
            code |= comment != Some(true);
            if line == last {
                // Another place on the same line counts only if it makes the line one of code.
                if comment != Some(true)
                    && let Some(spot) = self.spots.last_mut()
                    && spot.line == line
                    && spot.path == path
                {
                    spot.comment = comment;
                }
                continue;
            }
            last = line;
            self.seen.lines = self.seen.lines.saturating_add(1);
            self.spots.push(Spot { path: path.to_owned(), line, comment, test });
            if limits::SPOTS_MAX * 40 < self.spots.len() {
                self.keep();
            }
        }
        let lacks = self.job.when.is_some() && !code;
        if lacks && self.seen.lacking.len() < limits::SPOTS_MAX {
            self.seen.lacking.push(path.to_owned());
        }
    }

    /// Keeps the places that matter most: code before comments, sources before tests.
    fn keep(&mut self) {
        self.spots.sort_by_key(|spot| {
            let rank = (spot.comment == Some(true), spot.test, spot.comment.is_none());
            (rank, spot.path.clone(), spot.line)
        });
        self.spots.truncate(limits::SPOTS_MAX);
    }

    fn told(mut self) -> Searched {
        self.keep();
        self.seen.spots = self.spots;
        self.seen.unread.truncate(limits::SPOTS_MAX);
        self.seen
    }
}

enum Content {
    Text(Vec<u8>),
    Other(&'static str),
}

/// The bytes of a file that is neither large nor binary. A link that took its place is not
/// followed.
fn read(root: &Path, path: &str) -> Result<Content, String> {
    let full = root.join(path);
    let why = |error: std::io::Error| error.to_string();
    let meta = match std::fs::symlink_metadata(&full) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Content::Other("deleted and not committed"));
        }
        other => other.map_err(why)?,
    };
    if !meta.is_file() {
        return Ok(Content::Other("links and submodules"));
    }
    if limits::SEARCHED_BYTES_MAX < meta.len() {
        return Ok(Content::Other("larger than 4 MiB"));
    }
    let bytes = std::fs::read(&full).map_err(why)?;
    let head = bytes.get(..bytes.len().min(8_192)).unwrap_or_default();
    if head.contains(&0) {
        return Ok(Content::Other("binary, or in a wide encoding"));
    }
    Ok(Content::Text(bytes))
}
