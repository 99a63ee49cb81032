//! Secrets: read where they are needed, taken out of everything that comes back.

use std::{fs::File, io::Read};

use holdpoint_model::fault::Fault;

use crate::{
    Net,
    trouble::{Tried, Trouble},
};

/// Bytes of a file that holds a secret.
const SECRET_BYTES_MAX: u64 = 16 * 1024;

/// Characters below which a part of a secret is too common a text to be taken out.
const PART_CHARS_MIN: usize = 4;

/// What stands in the place of a secret.
const REDACTED: &str = "[redacted]";

/// The value of a reference. It has no `Debug` and no `Display`, so that it stays here.
pub(crate) struct Secret {
    value: String,
}

impl Secret {
    /// Reads `env:NAME` or `file:PATH`. The note names the reference, never the value.
    pub(crate) async fn read(net: &Net, reference: &str) -> Tried<Self> {
        let denied = |note: String| Trouble::new(Fault::Denied, note);
        let value = if let Some(name) = reference.strip_prefix("env:") {
            (net.variables)(name).ok_or_else(|| denied(format!("`{reference}` is not set")))?
        } else if let Some(path) = reference.strip_prefix("file:") {
            let path = path.to_owned();
            let read = tokio::task::spawn_blocking(move || file(&path)).await;
            let read = read.map_err(|error| denied(format!("`{reference}`: {error}")))?;
            read.map_err(|error| denied(format!("`{reference}`: {error}")))?
        } else {
            // It may be the secret itself, so it is not repeated.
            return Err(denied(String::from(
                "the reference to the credentials is neither `env:NAME` nor `file:PATH`",
            )));
        };
        let value = value.trim().to_owned();
        if value.is_empty() {
            return Err(denied(format!("`{reference}` is empty")));
        }
        Ok(Self { value })
    }

    /// The same as a bearer token.
    pub(crate) fn bearer(self) -> Self {
        Self { value: format!("Bearer {}", self.value) }
    }

    /// For the request, and for nothing else.
    pub(crate) fn value(&self) -> &str {
        &self.value
    }

    /// Every text that must not come back: the value, what stands behind its scheme, and the
    /// halves of basic credentials. The longest come first.
    fn texts(&self) -> Vec<Vec<u8>> {
        let mut texts = vec![self.value.clone().into_bytes()];
        if let Some((scheme, rest)) = self.value.split_once(' ') {
            let rest = rest.trim();
            texts.push(rest.as_bytes().to_vec());
            if scheme.eq_ignore_ascii_case("basic") {
                let decoded = base64(rest).unwrap_or_default();
                let password = decoded.splitn(2, |it| *it == b':').nth(1).unwrap_or_default();
                texts.push(password.to_vec());
                texts.push(decoded);
            }
        }
        texts.retain(|it| PART_CHARS_MIN <= it.len());
        if texts.is_empty() {
            texts.push(self.value.clone().into_bytes());
        }
        texts.sort_unstable_by_key(|it| std::cmp::Reverse(it.len()));
        texts
    }
}

fn file(path: &str) -> std::io::Result<String> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("not a file"));
    }
    let mut text = String::new();
    File::open(path)?.take(SECRET_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

fn base64(text: &str) -> Option<Vec<u8>> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut bytes) = (0_u32, 0_u32, Vec::new());
    for letter in text.trim_end_matches('=').bytes() {
        let value = LETTERS.iter().position(|it| *it == letter)?;
        bits = (bits << 6) | u32::try_from(value).ok()?;
        held += 6;
        if 8 <= held {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

/// Takes secrets out of a stream of bytes, wherever it is cut into pieces.
pub(crate) struct Redactor {
    texts: Vec<Vec<u8>>,
    held: Vec<u8>,
}

impl Redactor {
    pub(crate) fn new(secret: Option<&Secret>) -> Self {
        Self { texts: secret.map(Secret::texts).unwrap_or_default(), held: Vec::new() }
    }

    /// The bytes that are clean; the end of the piece is held back while it may begin a secret.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        let keep = self.texts.first().map_or(0, |it| it.len().saturating_sub(1));
        self.clean(piece, keep)
    }

    /// The rest, when nothing comes behind it.
    pub(crate) fn end(&mut self) -> Vec<u8> {
        self.clean(&[], 0)
    }

    /// A whole text.
    pub(crate) fn text(&self, text: &str) -> String {
        if self.texts.is_empty() {
            return text.to_owned();
        }
        let mut once = Self { texts: self.texts.clone(), held: Vec::new() };
        String::from_utf8_lossy(&once.clean(text.as_bytes(), 0)).into_owned()
    }

    fn clean(&mut self, piece: &[u8], keep: usize) -> Vec<u8> {
        if self.texts.is_empty() {
            return piece.to_vec();
        }
        self.held.extend(piece);
        let mut clean = Vec::new();
        let mut rest = self.held.as_slice();
        while keep < rest.len() {
            match self.texts.iter().find(|it| rest.starts_with(it)) {
                Some(secret) => {
                    clean.extend(REDACTED.as_bytes());
                    rest = rest.get(secret.len()..).unwrap_or_default();
                }
                None => {
                    clean.extend(rest.first());
                    rest = rest.get(1..).unwrap_or_default();
                }
            }
        }
        self.held = rest.to_vec();
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(secret: &str, pieces: &[&str]) -> String {
        let secret = Secret { value: secret.to_owned() };
        let mut redactor = Redactor::new(Some(&secret));
        let mut all: Vec<u8> = pieces.iter().flat_map(|it| redactor.push(it.as_bytes())).collect();
        all.extend(redactor.end());
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn secrets_are_found_across_pieces() {
        let text = "you sent Bearer canary-4711, that is canary-4711!";
        let clean = "you sent [redacted], that is [redacted]!";
        for at in 0..text.len() {
            let (a, b) = text.split_at(at);
            assert_eq!(cleaned("Bearer canary-4711", &[a, b]), clean, "{at}");
        }
        let letters: Vec<String> = text.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        assert_eq!(cleaned("Bearer canary-4711", &letters), clean);
    }

    #[test]
    fn basic_credentials_are_found_in_the_clear() {
        let text = "dXNlcjpvcGVuIHNlc2FtZQ== is user:open sesame, open sesame";
        let clean = cleaned("Basic dXNlcjpvcGVuIHNlc2FtZQ==", &[text]);
        assert_eq!(clean, "[redacted] is [redacted], [redacted]");
    }

    #[test]
    fn short_parts_do_not_shred_a_body() {
        assert_eq!(cleaned("Basic YTpi", &[r#"{"status":"ab"}"#]), r#"{"status":"ab"}"#);
        assert_eq!(cleaned("abc", &["xabcx"]), "x[redacted]x");
    }

    #[test]
    fn without_a_secret_bytes_pass() {
        let mut redactor = Redactor::new(None);
        assert_eq!(redactor.push(b"\xff\x00"), b"\xff\x00");
        assert_eq!(redactor.end(), b"");
    }
}
