//! Reads the reference checklists and fixtures as a whole.
#![expect(clippy::print_stdout, reason = "a skipped test says so")]
#![expect(clippy::indexing_slicing, reason = "a test may panic")]

mod commonmark;
mod corpus;
mod forms;
mod hostile;
mod properties;
mod seeds;
mod totality;

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
