//! Reads example lines: what each says, what stands above it, and what it claims.

use std::{
    fs,
    path::{Path, PathBuf},
};

use holdpoint_bind::learning::{Features, samples};
use holdpoint_document::parse;

/// A line with a known meaning.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    /// Acceptable ids, the best first.
    pub(crate) ids: Vec<String>,
    /// Headings above it, outermost first.
    pub(crate) above: Vec<String>,
    pub(crate) text: String,
    /// How often it counts while learning: the file says it.
    pub(crate) times: usize,
}

/// What stands before the number in the head of a file whose lines count more than once.
const TIMES: &str = "# times: ";

/// The folder of the example lines.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bind/data/examples")
}

/// Every example, in the order of the files' names.
pub(crate) fn all() -> Result<Vec<Example>, String> {
    let mut all = Vec::new();
    for path in files()? {
        let text = fs::read_to_string(&path).map_err(|it| format!("{}: {it}", path.display()))?;
        read(&text, &mut all);
    }
    Ok(all)
}

/// Digest of everything that weights depend on: examples, vocabulary, rules.
pub(crate) fn digest() -> Result<u64, String> {
    let data = folder().join("..");
    let mut paths = files()?;
    paths.extend(["concepts.txt", "rules.txt"].map(|it| data.join(it)));
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    for path in paths {
        let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        sum = more(sum, &bytes);
    }
    Ok(sum)
}

/// A digest of what came before, and of these bytes (FNV-1a).
pub(crate) fn more(sum: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(sum, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn files() -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder()).map_err(|error| error.to_string())?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|it| Some(it.ok()?.path())).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it == "txt"));
    paths.sort();
    Ok(paths)
}

fn read(text: &str, all: &mut Vec<Example>) {
    let mut section: Option<&str> = None;
    let mut times = 1;
    for line in text.lines() {
        let line = line.trim_end();
        if let Some(id) = line.strip_prefix("## ") {
            section = Some(id.trim());
        } else if let Some(count) = line.strip_prefix(TIMES).and_then(|it| it.parse().ok()) {
            times = count;
        } else if let Some(id) = section
            && !line.is_empty()
            && !line.starts_with("# ")
        {
            let (line, others) = alternatives(line);
            let ids = std::iter::once(id.to_owned()).chain(others).collect();
            let (above, text) = context(line);
            all.push(Example { ids, above, text: text.to_owned(), times });
        }
    }
}

/// The ids behind strokes at the end, if they are ids.
fn alternatives(line: &str) -> (&str, Vec<String>) {
    let is_id = |it: &str| {
        let plain = it
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-'));
        plain && it.matches('.').count() == 1 && !it.ends_with('.')
    };
    let mut text = line;
    let mut all = Vec::new();
    while let Some((head, tail)) = text.rsplit_once(" | ") {
        let ids: Vec<&str> = tail.split([',', '|', ' ']).filter(|it| !it.is_empty()).collect();
        if ids.is_empty() || !ids.iter().all(|it| is_id(it)) {
            break;
        }
        all.splice(0..0, ids.into_iter().map(str::to_owned));
        text = head.trim_end();
    }
    (text, all)
}

/// What stands in brackets before the text: the headings above it.
fn context(line: &str) -> (Vec<String>, &str) {
    let found = line.strip_prefix('[').and_then(|rest| rest.split_once("] "));
    match found {
        Some((above, text)) if !text.is_empty() && !above.contains(']') => {
            (above.split(" > ").map(|it| it.trim().to_owned()).collect(), text)
        }
        _ => (Vec::new(), line),
    }
}

impl Example {
    /// Features of the line as the reader of documents sees it.
    pub(crate) fn features(&self) -> Features {
        let headings = self.above.iter().enumerate().map(|(at, heading)| {
            let level = "#".repeat((at + 2).min(6));
            format!("{level} {heading}\n\n")
        });
        let headings: Vec<String> = headings.collect();
        let text = format!("# Checklist\n\n{}- [ ] {}\n", headings.concat(), self.text);
        let document = parse(text.as_bytes());
        let found = document.lines.iter().rposition(|it| !it.text.is_empty());
        let mut all = samples(&document);
        found.map(|at| all.swap_remove(at)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_say_what_is_above_them_and_how_often_they_count() {
        let mut all = Vec::new();
        read("# A file.\n## tls.valid\n[A > B] One | dns.records, http.smoke\nTwo\n", &mut all);
        read("# Another.\n# times: 6\n## none\nThree\n", &mut all);
        let told: Vec<(&str, usize, usize, usize)> = all
            .iter()
            .map(|it| (it.text.as_str(), it.above.len(), it.ids.len(), it.times))
            .collect();
        assert_eq!(told, [("One", 2, 3, 1), ("Two", 0, 1, 1), ("Three", 0, 1, 6)]);
    }
}
