//! Seals: what is signed at the end of a run, where the signature lies, and what it does not say.
//!
//! Two signatures, because each answers what the other cannot. The one over the head and the count
//! of the chain says *these events, in this order, and no more*; it survives when the events are
//! taken out of the file. But events are about a sixth of a SQLite file: evidence, indices, unused
//! pages and the tail of every page are bytes in which something could be changed, hidden or added
//! without touching an event. The second signature is over every byte of the file, the 64 bytes in
//! which it will lie itself taken as zero, and leaves no such room.
//!
//! What a seal does not say: that the looks happened (that rests on the vantage that made them),
//! that there was no other run, or that a run without a seal had none before somebody cut it away
//! together with its last events. Only an anchor outside the folder tells more; the next run's
//! first event, which names this seal, is one.

use holdpoint_model::event::Digest;
use serde::{Deserialize, Serialize};

use crate::{
    canonical,
    key::{Kept, Key, PublicKey},
    schema,
};

/// Bytes of a signature, and of the place that waits for it.
pub(crate) const PLACE: usize = 64;

/// What the first signature is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Version of the format.
    pub format: u32,
    /// Number of the run.
    pub run: String,
    /// How many events there are.
    pub events: u64,
    /// Hex of the last link of the chain.
    pub head: String,
    /// Hex of the public key.
    pub key: String,
    /// Where the key lives.
    pub kept: Kept,
}

/// A seal with its signatures, as they lie in their row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// What was signed.
    pub seal: Seal,
    /// Signature over it.
    pub chain: [u8; 64],
    /// Signature over the whole file.
    pub file: [u8; 64],
}

impl Sealed {
    /// The digest by which the first event of the next run names this seal.
    pub fn digest(&self) -> Digest {
        let mut bytes = canonical::bytes(&self.seal);
        bytes.extend_from_slice(&self.chain);
        bytes.extend_from_slice(&self.file);
        canonical::digest(&bytes)
    }

    /// The key that sealed; `None` when the seal names none.
    pub fn key(&self) -> Option<PublicKey> {
        let bytes = canonical::unhex(&self.seal.key)?;
        Some(PublicKey(bytes.try_into().ok()?))
    }
}

/// What goes into the row before the file is closed: the mark keeps the place of the signature, and
/// can be told from every signature.
pub(crate) fn prepare(key: &Key, run: &str, events: u64, head: &[u8; 32]) -> Sealed {
    let seal = Seal {
        format: schema::FORMAT,
        run: run.to_owned(),
        events,
        head: canonical::hex(head),
        key: key.public().to_string(),
        kept: key.kept,
    };
    Sealed { chain: key.sign(&chain_message(&seal)), file: mark(&seal), seal }
}

/// Stands where the signature over the file will be.
pub(crate) fn mark(seal: &Seal) -> [u8; PLACE] {
    let half = |name: &str| {
        let mut bytes = name.as_bytes().to_vec();
        bytes.extend_from_slice(&canonical::bytes(seal));
        canonical::sha256(&bytes)
    };
    let mut mark = [0; PLACE];
    let (first, second) = mark.split_at_mut(PLACE / 2);
    first.copy_from_slice(&half("holdpoint mark 1a\n"));
    second.copy_from_slice(&half("holdpoint mark 1b\n"));
    mark
}

/// What the first signature is over.
pub(crate) fn chain_message(seal: &Seal) -> Vec<u8> {
    let mut message = b"holdpoint chain 1\n".to_vec();
    message.extend_from_slice(&canonical::bytes(seal));
    message
}

/// What the second signature is over: the file as it is once it is closed, with `place` as zero.
/// `None` when `file` is too short to have such a place.
pub(crate) fn file_message(file: &[u8], place: usize) -> Option<Vec<u8>> {
    let mut file = file.to_vec();
    file.get_mut(place..)?.get_mut(..PLACE)?.fill(0);
    let mode = file.get_mut(schema::MODE_AT..)?.first_chunk_mut::<2>()?;
    *mode = schema::MODE_SEALED;
    let mut message = b"holdpoint file 1\n".to_vec();
    message.extend_from_slice(&canonical::sha256(&file));
    Some(message)
}

/// Where in the file these 64 bytes lie; `None` unless there is exactly one such place.
pub(crate) fn find(file: &[u8], bytes: &[u8; PLACE]) -> Option<usize> {
    let mut places = file.windows(PLACE).enumerate().filter(|(_, window)| window == bytes);
    let (place, _) = places.next()?;
    places.next().is_none().then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_only_when_it_is_the_only_one() {
        let key = Key::from_bytes([7; 32]);
        let mark = prepare(&key, "0001", 3, &[1; 32]).file;
        let mut file = vec![0; 100];
        assert_eq!(find(&file, &mark), None);
        file.extend_from_slice(&mark);
        file.push(0);
        assert_eq!(find(&file, &mark), Some(100));
        file.extend_from_slice(&mark);
        assert_eq!(find(&file, &mark), None);
    }

    #[test]
    fn only_the_place_itself_and_the_mode_are_left_out() {
        let file: Vec<u8> = (0..200).collect();
        let message = file_message(&file, 100).unwrap();
        for at in 0..file.len() {
            let mut other = file.clone();
            other[at] ^= 1;
            let free = (100..164).contains(&at) || (18..20).contains(&at);
            assert_eq!(file_message(&other, 100).unwrap() == message, free, "{at}");
        }
        assert_eq!(file_message(&file, 137), None);
    }
}
