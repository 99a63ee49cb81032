//! Searches the history of a repository for values. They never stand in an argument vector: git is
//! only asked for the objects, and the search is made here.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
    time::Duration,
};

use aho_corasick::{AhoCorasick, MatchKind};
use tokio::{sync::mpsc, time::Instant};

use crate::{
    git,
    process::{self, How, Sink},
};

/// Bytes of a value below which it is found everywhere and proves nothing.
const VALUE_BYTES_MIN: usize = 6;
/// Time for the whole search.
const DEADLINE: Duration = Duration::from_secs(120);
/// Bytes of the list of objects that are kept; ten million of them.
const LIST_BYTES_MAX: usize = 450 * 1024 * 1024;
/// Bytes of a line that says that an object is missing, at most.
const LINE_BYTES: usize = 128;
/// What git says behind the name of an object that it does not have.
const MISSING: &[u8] = b" missing\n";
/// Pieces that may wait for the search.
const PIECES_MAX: usize = 4;

/// What came of it.
#[derive(Default)]
pub(crate) struct Searched {
    /// Whether a variable's value was found; names that were not decided are missing.
    pub(crate) found: BTreeMap<String, bool>,
    /// Whether the history was read to its end.
    pub(crate) whole: bool,
}

/// The values, with the names of their variables. Has no `Debug`.
pub(crate) struct Needles {
    automaton: AhoCorasick,
    names: Vec<Vec<String>>,
    longest: usize,
}

impl Needles {
    /// `None` when the automaton cannot be built.
    pub(crate) fn new<'a>(values: impl Iterator<Item = (String, &'a [u8])>) -> Option<Self> {
        let mut by_value: BTreeMap<&[u8], Vec<String>> = BTreeMap::new();
        for (name, value) in values {
            let value = value.trim_ascii();
            if VALUE_BYTES_MIN <= value.len() {
                by_value.entry(value).or_default().push(name);
            }
        }
        let longest = by_value.keys().map(|value| value.len()).max().unwrap_or(0);
        let automaton =
            AhoCorasick::builder().match_kind(MatchKind::Standard).build(by_value.keys()).ok()?;
        Some(Self { automaton, names: by_value.into_values().collect(), longest })
    }
}

/// Searches every object that any reference reaches.
pub(crate) async fn search(repository: &str, needles: Arc<Needles>) -> Searched {
    let deadline = Instant::now() + DEADLINE;
    let Ok(repository) = git::Repository::open(repository, deadline).await else {
        return Searched::default();
    };
    let list = ["rev-list", "--objects", "--no-object-names", "--all", "--"];
    let listed = repository.run(&list, Vec::new(), LIST_BYTES_MAX, deadline).await;
    let listed = match listed {
        Ok(ended) if ended.how == How::Exited(Some(0)) && !ended.stdout.more() => ended,
        Ok(_) | Err(_) => return Searched::default(),
    };
    // What lies before the cut of a shallow history nobody can tell.
    let mut whole = repository.is_deep(deadline).await;
    let (sender, receiver) = mpsc::channel(PIECES_MAX);
    let searcher = Arc::clone(&needles);
    let search = tokio::task::spawn_blocking(move || scan(receiver, &searcher));
    let argv = repository.argv(&["cat-file", "--batch", "--buffer"]);
    let program = git::program(&argv, listed.stdout.head, deadline);
    let ended = process::run(program, Sink::Send(sender)).await;
    let read = matches!(&ended, Ok(ended) if ended.how == How::Exited(Some(0)));
    let (found, missing) = search.await.unwrap_or_default();
    whole = whole && read && !missing;
    let mut decided = BTreeMap::new();
    for (number, names) in needles.names.iter().enumerate() {
        let here = found.contains(&number);
        // Found is found, however much was read.
        if here || whole {
            decided.extend(names.iter().map(|name| (name.clone(), here)));
        }
    }
    Searched { found: decided, whole }
}

/// The numbers of the values found, and whether an object was missing. Blocks.
///
/// The pieces are searched as they come, headings of objects among them: a value that stands there
/// or across two objects would be an object's name.
fn scan(mut pieces: mpsc::Receiver<Vec<u8>>, needles: &Needles) -> (BTreeSet<usize>, bool) {
    let mut found = BTreeSet::new();
    let mut missing = false;
    let mut window: Vec<u8> = Vec::new();
    let keep = needles.longest.max(LINE_BYTES);
    while let Some(piece) = pieces.blocking_recv() {
        window.extend_from_slice(&piece);
        for hit in needles.automaton.find_overlapping_iter(&window) {
            let number = hit.pattern().as_usize();
            if number < needles.names.len() {
                found.insert(number);
            } else {
                missing |= missing_line(window.get(..hit.end()).unwrap_or_default());
            }
        }
        let surplus = window.len().saturating_sub(keep);
        window.drain(..surplus);
    }
    (found, missing)
}

/// Whether the line that ends here is an object's name and the word that it is missing. A file that
/// holds such a line makes the history count as unread, which is the safe side.
fn missing_line(text: &[u8]) -> bool {
    let line =
        text.strip_suffix(MISSING).and_then(|text| text.rsplit(|byte| *byte == b'\n').next());
    line.is_some_and(|name| name.len() >= 16 && name.iter().all(u8::is_ascii_hexdigit))
}

/// Whether a folder is there at all.
pub(crate) fn is_folder(path: &str) -> bool {
    Path::new(path).is_dir()
}
