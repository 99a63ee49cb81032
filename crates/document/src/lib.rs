//! Markdown in, lines out; byte-exact edits back.
//!
//! Parsing never fails: any bytes give a [`Document`] and diagnostics.
#![warn(missing_docs, clippy::disallowed_methods, clippy::disallowed_types)]

mod access;
mod document;

mod parse;
mod source;

mod block;
mod container;
mod cursor;
mod fence;
mod front;
mod html;
mod lost;
mod mark;
mod paragraph;
mod section;
mod table;

mod field;
mod inline;
mod rule;

mod language;
mod shell;
mod statement;

mod normal;
mod repair;

mod digest;
pub mod edit;

pub use digest::digest_input;
pub use document::{
    Document, Encoding, Fence, Form, Heading, Language, Line, LineId, Mark, Possibility, SectionId,
};
pub use field::{blanks, labelled_blanks};
pub use normal::{normal, plain, slug};
pub use parse::parse;
pub use repair::repair;
pub use table::is_worklist;
