//! Reading labels and documents.

use std::{
    fs,
    path::{Path, PathBuf},
};

use holdpoint_document::{Document, parse};

/// A folder of the reference material, if it is there.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")).join(name);
    if !folder.is_dir() {
        println!("skipped: {} is absent", folder.display());
        return None;
    }
    Some(folder)
}

pub(crate) fn read(path: &Path) -> Document {
    parse(&fs::read(path).unwrap())
}

/// The rows of a table, without its header.
pub(crate) fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    let rows = text.lines().skip(1);
    rows.map(|row| row.split('\t').map(str::to_owned).collect()).collect()
}

/// So many of so many, in per cent.
pub(crate) fn share(part: f64, whole: usize) -> f64 {
    let whole = u32::try_from(whole).map_or(f64::MAX, f64::from);
    if whole == 0.0 { 100.0 } else { part * 100.0 / whole }
}

pub(crate) fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

/// Name and value of a parameter in a list: `cores>=4` is `cores` and `>=4`.
pub(crate) fn parameter(text: &str) -> (&str, &str) {
    let at = text.find(['<', '>', '=']).unwrap_or(text.len());
    let (name, value) = text.split_at(at);
    (name.trim(), value.strip_prefix('=').unwrap_or(value).trim())
}

/// Whether two values are the same but for case, blanks and quotes.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace([' ', '"', '`'], "").to_lowercase();
    plain(one) == plain(other)
}
