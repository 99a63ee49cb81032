//! Markdown in, lines out; byte-exact edits back.
//!
//! Parsing never fails: any bytes give a [`Document`] and diagnostics.
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod document;

pub use document::{
    Document, Encoding, Fence, Form, Heading, Language, Line, LineId, Mark, Possibility, SectionId,
};
