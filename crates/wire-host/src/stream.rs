//! Reads a file to its end through its compression, in bounded memory, and keeps facts only.

use holdpoint_model::{
    fault::Fault,
    seen::{Codec, Seen, Stream, StreamEnd},
    time::Time,
};
use sha2::{Digest, Sha256};
use zstd::stream::raw::{InBuffer, Operation, OutBuffer};

use crate::{
    answer::{Failed, hex},
    gunzip::{Gunzip, Stop},
    unpacked::Unpacked,
};

/// Bytes that are unpacked together.
const BLOCK_BYTES: usize = 64 * 1024;
/// Bytes unpacked at once.
const PIECE_BYTES: usize = 128 * 1024;

/// Takes a file's bytes one piece after the other.
pub(crate) struct Survey {
    bytes: u64,
    hash: Sha256,
    /// Bytes until there is a block of them: what is seen of a damaged file must not depend on the
    /// pieces in which it arrived.
    pending: Vec<u8>,
    /// Bytes that went through the decoder.
    decoded: u64,
    decoder: Decoder,
    damage: Option<StreamEnd>,
    unpacked: Unpacked,
}

enum Decoder {
    Unknown,
    Plain,
    Gzip(Gunzip),
    Zstd(Box<Unzstd>),
    Other(&'static str),
}

impl Survey {
    pub(crate) fn new() -> Self {
        Self {
            bytes: 0,
            hash: Sha256::new(),
            pending: Vec::new(),
            decoded: 0,
            decoder: Decoder::Unknown,
            damage: None,
            unpacked: Unpacked::default(),
        }
    }

    /// Takes the next bytes of the file.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<(), Failed> {
        self.hash.update(bytes);
        self.bytes += length(bytes);
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = BLOCK_BYTES.saturating_sub(self.pending.len()).min(rest.len());
            let (now, later) = rest.split_at(room);
            self.pending.extend_from_slice(now);
            rest = later;
            if BLOCK_BYTES <= self.pending.len() {
                self.block()?;
            }
        }
        Ok(())
    }

    /// Unpacks what is pending.
    fn block(&mut self) -> Result<(), Failed> {
        let block = std::mem::take(&mut self.pending);
        if matches!(self.decoder, Decoder::Unknown) {
            self.decoder = sniff(&block)?;
        }
        self.decode(&block)?;
        self.decoded += length(&block);
        Ok(())
    }

    fn decode(&mut self, bytes: &[u8]) -> Result<(), Failed> {
        if self.damage.is_some() {
            return Ok(());
        }
        let done = match &mut self.decoder {
            Decoder::Plain => self.unpacked.push(bytes).map_err(Stop::from),
            Decoder::Gzip(gunzip) => gunzip.feed(bytes, &mut self.unpacked),
            Decoder::Zstd(unzstd) => match unzstd.feed(bytes, &mut self.unpacked) {
                Err(Stop::Corrupt(_, why)) if why.contains("too much memory") => {
                    return Err(Failed(Fault::TooLarge, why));
                }
                done => done,
            },
            Decoder::Unknown | Decoder::Other(_) => Ok(()),
        };
        match done {
            Ok(()) => Ok(()),
            Err(Stop::Corrupt(at, why)) => {
                let at = self.decoded + u64::try_from(at).unwrap_or(u64::MAX);
                self.damage = Some(StreamEnd::Corrupt { at, why });
                Ok(())
            }
            Err(Stop::TooMuch) => {
                Err(Failed(Fault::TooLarge, "it unpacks to more than is ever unpacked".to_owned()))
            }
        }
    }

    /// What is known of the file, `bytes` of it having been fed.
    pub(crate) fn finish(mut self, modified: Time, markers: &[String]) -> Result<Seen, Failed> {
        self.block()?;
        let cut = StreamEnd::Cut { at: self.bytes };
        let ended = |complete| if complete { StreamEnd::Complete } else { cut.clone() };
        let (codec, end) = match &self.decoder {
            Decoder::Unknown | Decoder::Plain => (Codec::Plain, StreamEnd::Complete),
            Decoder::Gzip(gunzip) => (Codec::Gzip, ended(gunzip.complete())),
            Decoder::Zstd(unzstd) => (Codec::Zstd, ended(unzstd.between)),
            // Nothing of it was unpacked, so nothing good may be said of its end.
            Decoder::Other(name) => {
                let why = format!("packed by {name}, which this version does not read");
                (Codec::Other, StreamEnd::Corrupt { at: 0, why })
            }
        };
        Ok(Seen::Stream(Stream {
            bytes: self.bytes,
            sha256: hex(&self.hash.finalize()),
            codec,
            decoded_bytes: self.unpacked.bytes,
            magic: hex(&self.unpacked.magic),
            end: self.damage.unwrap_or(end),
            found: self.unpacked.found(markers),
            modified,
        }))
    }

    /// Bytes that have been fed.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn sniff(first: &[u8]) -> Result<Decoder, Failed> {
    Ok(match first {
        [0x1f, 0x8b, ..] => Decoder::Gzip(Gunzip::new()),
        // A frame, or a frame to be skipped before the first real one.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            Decoder::Zstd(Box::new(Unzstd::new()?))
        }
        [b'B', b'Z', b'h', ..] => Decoder::Other("bzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Decoder::Other("xz"),
        [0x04, 0x22, 0x4d, 0x18, ..] => Decoder::Other("lz4"),
        _ => Decoder::Plain,
    })
}

/// Unpacks Zstandard frame by frame.
struct Unzstd {
    decoder: zstd::stream::raw::Decoder<'static>,
    piece: Vec<u8>,
    /// Whether the last frame is finished.
    between: bool,
}

impl Unzstd {
    fn new() -> Result<Self, Failed> {
        let decoder = zstd::stream::raw::Decoder::new().map_err(|error| Failed::io(&error))?;
        Ok(Self { decoder, piece: vec![0; PIECE_BYTES], between: false })
    }

    fn feed(&mut self, bytes: &[u8], out: &mut Unpacked) -> Result<(), Stop> {
        let mut input = InBuffer::around(bytes);
        loop {
            let mut output = OutBuffer::around(self.piece.as_mut_slice());
            let before = input.pos();
            let hint = self
                .decoder
                .run(&mut input, &mut output)
                .map_err(|error| Stop::Corrupt(before, error.to_string()))?;
            let written = output.as_slice();
            let full = written.len() == PIECE_BYTES;
            out.push(written)?;
            let moved = before < input.pos() || !written.is_empty();
            if moved {
                self.between = hint == 0;
            }
            let used_up = bytes.len() <= input.pos();
            if (used_up && (self.between || !full)) || !moved {
                return Ok(());
            }
        }
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::io(&error)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// The same whichever way the file is cut into pieces.
    fn survey(bytes: &[u8]) -> Stream {
        let markers = ["the end".to_owned(), "no such".to_owned()];
        let mut found: Vec<Stream> = [7, 4_096, usize::MAX]
            .into_iter()
            .map(|size| {
                let mut survey = Survey::new();
                for piece in bytes.chunks(size) {
                    survey.feed(piece).unwrap();
                }
                let seen = survey.finish(Time(0), &markers).unwrap();
                let Seen::Stream(stream) = seen else { panic!("{seen:?}") };
                stream
            })
            .collect();
        let last = found.pop().unwrap();
        for other in found {
            assert_eq!(other, last);
        }
        last
    }

    fn is_corrupt(stream: &Stream) -> bool {
        matches!(stream.end, StreamEnd::Corrupt { .. })
    }

    #[test]
    fn plain_files() {
        let stream = survey(b"");
        assert_eq!(
            (stream.codec, stream.decoded_bytes, stream.end),
            (Codec::Plain, 0, StreamEnd::Complete)
        );
        let stream = survey(b"ab");
        assert_eq!((stream.bytes, stream.decoded_bytes, stream.magic.as_str()), (2, 2, "6162"));
        let text = [vec![b'x'; 100_000], b"the end\n".to_vec()].concat();
        let stream = survey(&text);
        assert_eq!(stream.found, ["the end"]);
        let text = [b"the end".to_vec(), vec![b'x'; 64 * 1024]].concat();
        assert!(survey(&text).found.is_empty());
    }

    #[test]
    fn gzip_files() {
        let text = [vec![b'x'; 100_000], b"the end\n".to_vec()].concat();
        let whole = gzip(&text);
        let stream = survey(&whole);
        assert_eq!((stream.codec, stream.decoded_bytes), (Codec::Gzip, 100_008));
        assert_eq!((stream.end, stream.found), (StreamEnd::Complete, vec!["the end".to_owned()]));
        for cut in 2..whole.len() {
            let stream = survey(&whole[..cut]);
            assert_eq!(stream.end, StreamEnd::Cut { at: u64::try_from(cut).unwrap() });
        }
        let two = [whole.clone(), gzip(b"more")].concat();
        assert_eq!((survey(&two).decoded_bytes, survey(&two).end), (100_012, StreamEnd::Complete));
        assert_eq!(survey(&[whole.clone(), vec![0; 512]].concat()).end, StreamEnd::Complete);
        assert!(is_corrupt(&survey(&[whole.clone(), b"junk".to_vec()].concat())));
        assert!(is_corrupt(&survey(&[whole.clone(), vec![0x1f, 0x8c, 1, 2]].concat())));
        let nothing = survey(&gzip(b""));
        assert_eq!((nothing.decoded_bytes, nothing.end), (0, StreamEnd::Complete));
    }

    #[test]
    fn every_flipped_bit_of_a_gzip_body_is_noticed() {
        let whole = gzip(b"a text that is short enough to flip each of its bits, and the end");
        // The last byte of the packed bits is filled up with some that mean nothing.
        let filled = whole.len() - 9;
        for at in (10..whole.len()).filter(|at| *at != filled) {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                assert_ne!(survey(&bytes).end, StreamEnd::Complete, "{at} {bit}");
            }
        }
    }

    #[test]
    fn gzip_headers_with_everything() {
        let mut encoder = flate2::GzBuilder::new()
            .filename("a name")
            .comment("a comment")
            .extra(vec![1, 2, 3])
            .write(Vec::new(), Compression::fast());
        encoder.write_all(b"text").unwrap();
        let stream = survey(&encoder.finish().unwrap());
        assert_eq!((stream.decoded_bytes, stream.end), (4, StreamEnd::Complete));
    }

    #[test]
    fn zstd_files() {
        let text = [vec![b'x'; 500_000], b"the end\n".to_vec()].concat();
        let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
        encoder.include_checksum(true).unwrap();
        encoder.write_all(&text).unwrap();
        let whole = encoder.finish().unwrap();
        let stream = survey(&whole);
        assert_eq!((stream.codec, stream.decoded_bytes), (Codec::Zstd, 500_008));
        assert_eq!((stream.end, stream.found), (StreamEnd::Complete, vec!["the end".to_owned()]));
        for cut in 6..whole.len() {
            assert!(matches!(survey(&whole[..cut]).end, StreamEnd::Cut { .. }), "{cut}");
        }
        let two = survey(&[whole.clone(), whole.clone()].concat());
        assert_eq!((two.decoded_bytes, two.end), (1_000_016, StreamEnd::Complete));
        assert!(is_corrupt(&survey(&[whole.clone(), b"junk".to_vec()].concat())));
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        assert!(is_corrupt(&survey(&flipped)));
        let nothing = survey(&zstd::stream::encode_all(&b""[..], 3).unwrap());
        assert_eq!((nothing.decoded_bytes, nothing.end), (0, StreamEnd::Complete));
    }

    #[test]
    fn packings_we_cannot_read_are_never_complete() {
        for first in [&b"BZh91AY"[..], b"\xfd7zXZ\0\0", b"\x04\x22\x4d\x18\x64\x40"] {
            let stream = survey(first);
            assert_eq!(stream.codec, Codec::Other);
            assert!(is_corrupt(&stream));
        }
    }
}
