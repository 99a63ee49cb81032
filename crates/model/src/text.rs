//! Places in the user's document, as raw bytes, and texts of it as settings hold them.

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

/// A text as a basic string of TOML, on one line.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            // Signs that turn the reading direction would let a line look like another one.
            c if c.is_control()
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
            {
                out.extend(format!("\\U{:08X}", u32::from(c)).chars());
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_text_is_read_back_and_turns_no_reading_direction() {
        assert_eq!(quoted("a \"b\" \\ c\n\t"), "\"a \\\"b\\\" \\\\ c\\n\\t\"");
        assert_eq!(quoted("x\u{202e}y\u{1b}"), "\"x\\U0000202Ey\\U0000001B\"");
    }
}
