//! Bytes as they came, and the UTF-8 in which they are read.

use std::borrow::Cow;

use crate::document::Encoding;

/// Text to scan: UTF-8 but for the bytes that are damaged.
#[derive(Clone, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    pub(crate) encoding: Encoding,
    /// Bytes of the mark in front.
    pub(crate) skip: usize,
}

impl<'a> Source<'a> {
    pub(crate) fn read(raw: &'a [u8]) -> Self {
        if let Some(rest) = raw.strip_prefix(b"\xff\xfe") {
            let text = encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0;
            return Self::decoded(text, Encoding::Utf16Le);
        }
        if let Some(rest) = raw.strip_prefix(b"\xfe\xff") {
            let text = encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0;
            return Self::decoded(text, Encoding::Utf16Be);
        }
        let skip = if raw.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Self { bytes: Cow::Borrowed(raw), encoding: Encoding::Utf8, skip }
    }

    fn decoded(text: Cow<'_, str>, encoding: Encoding) -> Self {
        Self { bytes: Cow::Owned(text.into_owned().into_bytes()), encoding, skip: 0 }
    }
}

/// One line of the text. A lone carriage return ends one too, but only `\n` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Physical {
    pub(crate) start: usize,
    /// One past the last byte, the end mark left out.
    pub(crate) end: usize,
    /// Counted from one by raw `\n`.
    pub(crate) number: usize,
}

/// The lines of a text, from `at` on.
#[derive(Clone, Debug)]
pub(crate) struct Physicals<'a> {
    bytes: &'a [u8],
    at: usize,
    number: usize,
}

impl<'a> Physicals<'a> {
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, number: 1 }
    }
}

impl Iterator for Physicals<'_> {
    type Item = Physical;

    fn next(&mut self) -> Option<Physical> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.is_empty() {
            return None;
        }
        let start = self.at;
        let number = self.number;
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let end = length.map_or(self.bytes.len(), |length| start + length);
        self.at = match (self.bytes.get(end), self.bytes.get(end + 1)) {
            (Some(b'\r'), Some(b'\n')) => end + 2,
            (Some(_), _) => end + 1,
            (None, _) => end,
        };
        if self.at != end && self.bytes.get(self.at - 1) == Some(&b'\n') {
            self.number += 1;
        }
        Some(Physical { start, end, number })
    }
}

/// How many lines a text has by raw `\n`, the last one counted even without an end mark.
pub(crate) fn count(bytes: &[u8]) -> usize {
    let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
    ends + usize::from(bytes.last().is_some_and(|byte| *byte != b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(usize, usize, usize)> {
        Physicals::new(text, 0).map(|it| (it.start, it.end, it.number)).collect()
    }

    #[test]
    fn every_line_end_splits_and_only_line_feeds_count() {
        assert_eq!(
            lines(b"a\r\nb\rc\n\nd"),
            [(0, 1, 1), (3, 4, 2), (5, 6, 2), (7, 7, 3), (8, 9, 4)]
        );
        assert_eq!(lines(b""), []);
        assert_eq!(count(b"a\nb"), 2);
        assert_eq!(count(b"a\nb\n"), 2);
    }

    #[test]
    fn both_utf_16_orders_are_read() {
        let little: &[u8] = &[0xff, 0xfe, b'a', 0, 0x13, 0x27];
        let source = Source::read(little);
        assert_eq!(source.encoding, Encoding::Utf16Le);
        assert_eq!(source.bytes.as_ref(), "a\u{2713}".as_bytes());
        let big: &[u8] = &[0xfe, 0xff, 0, b'a'];
        assert_eq!(Source::read(big).bytes.as_ref(), b"a");
    }
}
