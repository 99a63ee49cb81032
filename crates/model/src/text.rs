//! Places in the user's document, as raw bytes.

use serde::{Deserialize, Serialize};

/// A half-open range of raw bytes of the document.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to, not including, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        assert!(start <= end, "a span ends where it starts or later");
        Self { start, end }
    }

    /// The bytes of `of` that this span covers; empty when it reaches past the end.
    pub fn of(self, of: &[u8]) -> &[u8] {
        of.get(self.start..self.end).unwrap_or_default()
    }
}
