//! Canonical bytes: what serde writes for a struct, without white space, and their digests.

use holdpoint_model::event::Digest;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

/// The canonical bytes of a value.
///
/// # Panics
///
/// When a type of ours cannot be written as JSON: a map whose keys are no text, or a float. That is
/// a bug of the type, not of the data.
pub fn bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("types that are recorded have text keys and no floats")
}

/// Reads a value and writes it again: only bytes that come out the same are canonical.
pub fn read<T: Serialize + DeserializeOwned>(from: &[u8]) -> Result<T, String> {
    let value: T = serde_json::from_slice(from).map_err(|error| error.to_string())?;
    if bytes(&value) != from {
        return Err(String::from("written again it is not the same"));
    }
    Ok(value)
}

/// SHA-256.
pub fn sha256(of: &[u8]) -> [u8; 32] {
    Sha256::digest(of).into()
}

/// The digest under which a piece of evidence is kept.
pub fn digest(of: &[u8]) -> Digest {
    Digest(hex(&sha256(of)))
}

/// Bytes as lower-case hex.
pub fn hex(of: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).expect("a nibble is below 16");
    of.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Reads lower-case hex.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let nibble = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some((nibble(*high)? << 4) | nibble(*low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use holdpoint_model::{event::Seq, time::Time};

    use super::*;

    #[test]
    fn hex_comes_back() {
        assert_eq!(hex(&[0, 1, 0xab, 0xff]), "0001abff");
        assert_eq!(unhex("0001abff"), Some(vec![0, 1, 0xab, 0xff]));
        assert_eq!((unhex("0"), unhex("AB"), unhex("zz")), (None, None, None));
    }

    #[test]
    fn only_what_is_written_the_same_again_is_read() {
        let event = holdpoint_model::event::Event::Resumed { at: Time(7) };
        let written = bytes(&event);
        assert_eq!(read(&written), Ok(event.clone()));
        let mut spaced = written.clone();
        spaced.push(b' ');
        assert!(read::<holdpoint_model::event::Event>(&spaced).is_err());
        let more = String::from_utf8(written).unwrap().replace("7}", "7,\"more\":1}");
        assert!(read::<holdpoint_model::event::Event>(more.as_bytes()).is_err());
        assert_eq!(bytes(&Seq(3)), b"3");
    }

    #[test]
    fn a_digest_is_the_sha256_that_everyone_computes() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest(b"").0, empty);
    }
}
