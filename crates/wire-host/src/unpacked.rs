//! What is kept of a stream while it is unpacked: its length, its first bytes and its last.

/// Bytes in which markers are looked for.
const END_BYTES: usize = 64 * 1024;
/// First bytes that are told.
const MAGIC_BYTES: usize = 16;
/// Bytes that are unpacked of one stream; behind them it is taken for a bomb. 1 TiB.
const BYTES_MAX: u64 = 1 << 40;

/// The stream is longer than anyone unpacks.
#[derive(Debug)]
pub(crate) struct TooMuch;

#[derive(Default)]
pub(crate) struct Unpacked {
    pub(crate) bytes: u64,
    pub(crate) magic: Vec<u8>,
    end: Vec<u8>,
}

impl Unpacked {
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), TooMuch> {
        let room = MAGIC_BYTES.saturating_sub(self.magic.len());
        self.magic.extend(bytes.iter().take(room));
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let surplus = bytes.len().saturating_sub(END_BYTES);
        self.end.extend_from_slice(bytes.get(surplus..).unwrap_or_default());
        if 4 * END_BYTES < self.end.len() {
            self.shorten();
        }
        if self.bytes <= BYTES_MAX { Ok(()) } else { Err(TooMuch) }
    }

    fn shorten(&mut self) {
        let surplus = self.end.len().saturating_sub(END_BYTES);
        self.end.drain(..surplus);
    }

    /// Which of the markers stand in the last bytes.
    pub(crate) fn found(&mut self, markers: &[String]) -> Vec<String> {
        self.shorten();
        let stands = |marker: &String| {
            !marker.is_empty()
                && self.end.windows(marker.len()).any(|window| window == marker.as_bytes())
        };
        markers.iter().filter(|marker| stands(marker)).cloned().collect()
    }
}
