//! Unpacks gzip piece by piece, member by member, and knows how it ended.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::unpacked::{TooMuch, Unpacked};

/// Bytes of a member's header; names and comments in it have no end otherwise.
const HEADER_BYTES_MAX: usize = 1 << 20;
/// Bytes unpacked at once.
const PIECE_BYTES: usize = 64 * 1024;
/// Bytes of check sum and length behind a member.
const TRAILER_BYTES: usize = 8;

/// Where in the file we are.
enum Part {
    /// Behind a member, or before the first.
    Between,
    Header(Vec<u8>),
    Body(Box<Decompress>, Crc),
    Trailer(Vec<u8>, Crc),
    /// Zeros that fill up a block; `gzip` takes them silently too.
    Padding,
}

pub(crate) struct Gunzip {
    part: Part,
    members: u64,
    piece: Vec<u8>,
}

/// Why unpacking stopped.
pub(crate) enum Stop {
    /// The bytes are wrong after this many of the piece.
    Corrupt(usize, String),
    /// More comes out than is unpacked.
    TooMuch,
}

impl From<TooMuch> for Stop {
    fn from(TooMuch: TooMuch) -> Self {
        Self::TooMuch
    }
}

impl Gunzip {
    pub(crate) fn new() -> Self {
        Self { part: Part::Between, members: 0, piece: vec![0; PIECE_BYTES] }
    }

    /// Unpacks the next bytes of the file.
    pub(crate) fn feed(&mut self, bytes: &[u8], out: &mut Unpacked) -> Result<(), Stop> {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            at += match self.step(rest, out) {
                Ok(taken) => taken,
                Err(Stop::Corrupt(more, why)) => return Err(Stop::Corrupt(at + more, why)),
                Err(Stop::TooMuch) => return Err(Stop::TooMuch),
            };
        }
        Ok(())
    }

    /// Whether the file may end here.
    pub(crate) fn complete(&self) -> bool {
        match self.part {
            Part::Between => 0 < self.members,
            Part::Padding => true,
            Part::Header(_) | Part::Body(..) | Part::Trailer(..) => false,
        }
    }

    /// Takes some bytes, at least one.
    fn step(&mut self, bytes: &[u8], out: &mut Unpacked) -> Result<usize, Stop> {
        match &mut self.part {
            Part::Between => {
                self.part = match bytes.first() {
                    Some(0) if 0 < self.members => Part::Padding,
                    Some(0x1f) | None => Part::Header(Vec::new()),
                    Some(_) => return Err(behind(self.members)),
                };
                Ok(0)
            }
            Part::Padding => match bytes.iter().position(|byte| *byte != 0) {
                None => Ok(bytes.len()),
                Some(at) => Err(Stop::Corrupt(at, "other bytes behind the end".to_owned())),
            },
            Part::Header(header) => {
                let before = header.len();
                header.extend_from_slice(bytes);
                match header_length(header) {
                    Ok(Some(length)) => {
                        self.part = Part::Body(Box::new(Decompress::new(false)), Crc::new());
                        Ok(length - before)
                    }
                    Ok(None) if header.len() < HEADER_BYTES_MAX => Ok(bytes.len()),
                    Ok(None) => Err(Stop::Corrupt(0, "a header without an end".to_owned())),
                    Err(_) if 0 < self.members => Err(behind(self.members)),
                    Err(why) => Err(Stop::Corrupt(0, why.to_owned())),
                }
            }
            Part::Body(inflate, crc) => {
                let (taken, ended) = inflated(inflate, crc, bytes, &mut self.piece, out)?;
                if ended {
                    let crc = std::mem::replace(crc, Crc::new());
                    self.part = Part::Trailer(Vec::new(), crc);
                }
                Ok(taken)
            }
            Part::Trailer(trailer, crc) => {
                let missing = TRAILER_BYTES.saturating_sub(trailer.len()).min(bytes.len());
                trailer.extend_from_slice(bytes.get(..missing).unwrap_or_default());
                if TRAILER_BYTES <= trailer.len() {
                    let mut expected = crc.sum().to_le_bytes().to_vec();
                    expected.extend_from_slice(&crc.amount().to_le_bytes());
                    if *trailer != expected {
                        return Err(Stop::Corrupt(missing, "the check sum is wrong".to_owned()));
                    }
                    self.members += 1;
                    self.part = Part::Between;
                }
                Ok(missing)
            }
        }
    }
}

fn behind(members: u64) -> Stop {
    let why = if members == 0 { "no gzip header" } else { "other bytes behind the end" };
    Stop::Corrupt(0, why.to_owned())
}

/// Unpacks until the piece is used up or the member ends; says how much was taken.
fn inflated(
    inflate: &mut Decompress,
    crc: &mut Crc,
    bytes: &[u8],
    piece: &mut [u8],
    out: &mut Unpacked,
) -> Result<(usize, bool), Stop> {
    let mut taken = 0;
    loop {
        let rest = bytes.get(taken..).unwrap_or_default();
        let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
        let status = inflate
            .decompress(rest, piece, FlushDecompress::None)
            .map_err(|error| Stop::Corrupt(taken, error.to_string()))?;
        let moved = |now: u64, before: u64| usize::try_from(now - before).unwrap_or(usize::MAX);
        let read = moved(inflate.total_in(), before_in);
        let written = moved(inflate.total_out(), before_out);
        taken += read;
        let unpacked = piece.get(..written).unwrap_or_default();
        crc.update(unpacked);
        out.push(unpacked)?;
        if status == Status::StreamEnd {
            return Ok((taken, true));
        }
        if read == 0 && written == 0 {
            return if taken == 0 && !bytes.is_empty() {
                Err(Stop::Corrupt(0, "the decoder stands still".to_owned()))
            } else {
                Ok((taken, false))
            };
        }
    }
}

/// Bytes of a member's header; `None` while it is not all there.
fn header_length(header: &[u8]) -> Result<Option<usize>, &'static str> {
    let magic = [0x1f, 0x8b, 8];
    if header.iter().zip(magic).any(|(byte, expected)| *byte != expected) {
        return Err("no gzip header");
    }
    let Some(flags) = header.get(3) else { return Ok(None) };
    if flags & 0xe0 != 0 {
        return Err("unknown flags in the header");
    }
    let mut at = 10;
    if flags & 4 != 0 {
        let Some([low, high]) = header.get(at..at + 2) else { return Ok(None) };
        at += 2 + usize::from(u16::from_le_bytes([*low, *high]));
    }
    for text in [8, 16] {
        if flags & text != 0 {
            let Some(rest) = header.get(at..) else { return Ok(None) };
            let Some(end) = rest.iter().position(|byte| *byte == 0) else { return Ok(None) };
            at += end + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    Ok((at <= header.len()).then_some(at))
}
