//! What happened, provably: the journal of a run, its evidence, its seal, and the verifier.
//!
//! A [`Folder`] is held by one process; a [`Store`] is one run while it is written; [`load`] reads
//! a record and [`verify`](verify()) judges it again, neither of them writing or creating anything.

pub mod canonical;

mod error;
mod evidence;
mod facts;
mod folder;
mod key;
mod load;
mod log;
mod rows;
mod schema;
mod seal;
mod snapshot;
mod store;
mod verify;

pub use error::{Error, Holder, Result};
pub use facts::facts;
pub use folder::{Entry, Folder, list};
pub use key::{Kept, Key, PublicKey};
pub use load::{Loaded, load};
pub use schema::{EVIDENCE_BYTES_MAX, FORMAT};
pub use seal::{Seal, Sealed};
pub use snapshot::Snapshot;
pub use store::Store;
pub use verify::{
    Open, Outcome, ParseLines, Place, Refold, Report, Revised, Trouble, Trust, With, verify,
    verify_folder, verify_snapshot,
};
