//! How a piece of evidence lies in its row: compressed where that helps, bounded on both ways.

use std::io::Read;

use rusqlite::Connection;

use holdpoint_model::event::Digest;

use crate::{
    canonical,
    error::{Error, Result},
    schema::EVIDENCE_BYTES_MAX,
};

const PLAIN: &str = "plain";
const ZSTD: &str = "zstd";
/// Below this many bytes compressing costs more than it saves.
const SMALL: usize = 256;

/// A piece as it lies in its row.
pub(crate) struct Packed {
    pub(crate) codec: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// Packs a piece.
pub(crate) fn pack(bytes: &[u8]) -> Result<Packed> {
    if EVIDENCE_BYTES_MAX < bytes.len() {
        return Err(Error::TooLarge { bytes: bytes.len(), max: EVIDENCE_BYTES_MAX });
    }
    if SMALL <= bytes.len()
        && let Ok(packed) = zstd::bulk::compress(bytes, 3)
        && packed.len() < bytes.len()
    {
        return Ok(Packed { codec: ZSTD, bytes: packed });
    }
    Ok(Packed { codec: PLAIN, bytes: bytes.to_vec() })
}

/// Unpacks a row and holds it against its digest; the error says what is wrong.
pub(crate) fn unpack(
    digest: &[u8],
    codec: &str,
    size: i64,
    bytes: Vec<u8>,
) -> std::result::Result<Vec<u8>, String> {
    let size = usize::try_from(size).map_err(|_| String::from("its size is below nothing"))?;
    if EVIDENCE_BYTES_MAX < size {
        return Err(format!("it says that it has {size} bytes"));
    }
    let plain = match codec {
        PLAIN => bytes,
        ZSTD => {
            let limit = u64::try_from(size).unwrap_or(u64::MAX).saturating_add(1);
            let mut plain = Vec::with_capacity(size.min(1 << 20));
            zstd::stream::read::Decoder::new(bytes.as_slice())
                .and_then(|decoder| decoder.take(limit).read_to_end(&mut plain))
                .map_err(|error| format!("it cannot be unpacked: {error}"))?;
            plain
        }
        other => return Err(format!("it is packed as `{other}`")),
    };
    if plain.len() != size {
        return Err(format!("it has {} bytes and says {size}", plain.len()));
    }
    if canonical::sha256(&plain).as_slice() != digest {
        return Err(String::from("its content does not have its digest"));
    }
    Ok(plain)
}

/// Adds pieces that are not there yet. The digests are the caller's promise.
pub(crate) fn insert(
    connection: &Connection,
    pieces: &[(Digest, Vec<u8>)],
) -> std::result::Result<(), Insert> {
    let mut known = connection.prepare_cached("SELECT 1 FROM evidence WHERE digest = ?1")?;
    let mut add = connection.prepare_cached(
        "INSERT INTO evidence(digest, codec, size, bytes) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (digest, bytes) in pieces {
        let hash = canonical::sha256(bytes);
        assert_eq!(canonical::hex(&hash), digest.0, "evidence is handed over with its digest");
        if known.exists([hash.as_slice()])? {
            continue;
        }
        let packed = pack(bytes).map_err(Insert::Ours)?;
        let size = i64::try_from(bytes.len()).expect("bounded when it was packed");
        add.execute((hash.as_slice(), packed.codec, size, packed.bytes))?;
    }
    Ok(())
}

/// Why a row could not be added.
pub(crate) enum Insert {
    Ours(Error),
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for Insert {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_comes_back_and_a_false_one_does_not() {
        for piece in [&b""[..], b"short", &vec![b'a'; 100_000]] {
            let packed = pack(piece).unwrap_or_else(|error| panic!("{error}"));
            let digest = canonical::sha256(piece);
            let size = i64::try_from(piece.len()).unwrap();
            let codec = packed.codec;
            let back = unpack(&digest, codec, size, packed.bytes.clone());
            assert_eq!(back.as_deref(), Ok(piece));
            assert!(unpack(&digest, codec, size + 1, packed.bytes.clone()).is_err());
            assert!(unpack(&digest, "lz4", size, packed.bytes.clone()).is_err());
            assert!(unpack(&[0; 32], codec, size, packed.bytes).is_err());
        }
        assert!(unpack(&[0; 32], PLAIN, -1, vec![]).is_err());
    }

    #[test]
    fn a_bomb_stops_at_the_size_it_claims() {
        let packed = zstd::bulk::compress(&vec![0; 50_000_000], 3).unwrap();
        let why = unpack(&[0; 32], ZSTD, 10, packed).unwrap_err();
        assert_eq!(why, "it has 11 bytes and says 10");
    }
}
