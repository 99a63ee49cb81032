//! Reads the reference checklists and fixtures as a whole.
#![allow(missing_docs)]

mod commonmark;
mod corpus;
mod seeds;

use std::path::PathBuf;

/// The folder of reference checklists, when it is there.
fn shared(part: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")).join(part);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}
