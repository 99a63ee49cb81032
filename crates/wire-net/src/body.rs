//! A body, read as far as its bound: its first bytes, its digest, its length.

use holdpoint_model::redact;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use sha2::{Digest, Sha256};

use crate::{
    certificate::hex,
    secret::Redactor,
    trouble::{Phase, Tried, Trouble},
};

/// How much more than it keeps a look reads, so that most bodies are digested whole.
const READ_FACTOR: u64 = 8;

/// Bytes that are read even when none are kept.
const READ_BYTES_MIN: u64 = 64 * 1024;

/// What was read of a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) text: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    /// Whether there is more of the body than the text.
    pub(crate) truncated: bool,
    /// Whether it was read to its end.
    pub(crate) ended: bool,
}

/// Reads a body. What is digested and kept has the secrets taken out.
pub(crate) async fn read(mut body: Incoming, body_max: u32, mut redactor: Redactor) -> Tried<Body> {
    let read_max = u64::from(body_max).saturating_mul(READ_FACTOR).max(READ_BYTES_MIN);
    let mut sink = Sink::new(body_max);
    let mut ended = false;
    while sink.read <= read_max && !ended {
        match body.frame().await {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    sink.read = sink.read.saturating_add(length(data));
                    sink.take(&redactor.push(data));
                }
            }
            Some(Err(error)) => return Err(Trouble::exchanging(Phase::Body, &error, true)),
            None => ended = true,
        }
    }
    if ended {
        sink.take(&redactor.end());
    }
    Ok(sink.body(ended))
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Keeps everything that is read until its end: what looks like a secret is found in the whole.
struct Sink {
    room: usize,
    all: Vec<u8>,
    read: u64,
}

impl Sink {
    fn new(max: u32) -> Self {
        let room = usize::try_from(max).unwrap_or(usize::MAX);
        Self { room, all: Vec::new(), read: 0 }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.all.extend(bytes);
    }

    fn body(self, ended: bool) -> Body {
        let text = String::from_utf8_lossy(&self.all);
        let clean = redact::text(&text);
        // Bytes that are no text are digested as they are, unless there is a secret in them.
        let mut kept = if clean == text { self.all } else { clean.into_bytes() };
        let sha256 = hex(&Sha256::digest(&kept));
        let truncated = self.room < kept.len() || !ended;
        kept.truncate(self.room);
        if truncated && let Err(error) = std::str::from_utf8(&kept) {
            // A character that our own cut went through is not one that the peer got wrong.
            if error.error_len().is_none() {
                kept.truncate(error.valid_up_to());
            }
        }
        let text = String::from_utf8_lossy(&kept).into_owned();
        Body { text, bytes: self.read, sha256, truncated, ended }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(max: u32, pieces: &[&[u8]]) -> Body {
        let mut sink = Sink::new(max);
        for piece in pieces {
            sink.take(piece);
        }
        sink.body(true)
    }

    #[test]
    fn more_than_is_kept_is_truncated() {
        assert!(!kept(4, &[b"ab", b"cd"]).truncated);
        let long = kept(3, &[b"ab", b"cd"]);
        assert_eq!((long.text.as_str(), long.truncated), ("abc", true));
        assert_eq!(long.sha256, kept(9, &[b"abcd"]).sha256);
    }

    #[test]
    fn a_cut_character_is_left_out_and_a_broken_one_is_shown() {
        assert_eq!(kept(2, &["aä".as_bytes()]).text, "a");
        assert_eq!(kept(9, &[b"a\xff"]).text, "a\u{fffd}");
    }

    #[test]
    fn what_a_server_lets_slip_is_neither_kept_nor_digested() {
        let one = kept(99, &[br#"{"status":"postgres://app:Zq7hun"#, br#"ter2@db/x refused"}"#]);
        let other = kept(99, &[br#"{"status":"postgres://app:another@db/x refused"}"#]);
        assert_eq!(one.text, r#"{"status":"postgres://app:[redacted]@db/x refused"}"#);
        assert_eq!(one.sha256, other.sha256);
        let named = kept(99, &[br#"{"status":"ok","api_key":"k1x","n":2}"#]);
        assert_eq!(named.text, r#"{"status":"ok","api_key":"[redacted]","n":2}"#);
        assert!(!kept(40, &[b"-----BEGIN PRIVATE KEY-----\nMIIabc"]).text.contains("MII"));
    }
}
