//! The data file of learned weights: how it lies in bytes, and what it has for features.

use super::features::Feature;

static DATA: &[u8] = include_bytes!("../../data/learned.bin");
const MAGIC: &[u8; 4] = b"HPW1";

/// Weights of every feature for every id, as they lie in the data file.
///
/// The file: the magic word; number of ids and of features (u32 each, little-endian like all
/// numbers); digest of what was learned from (u64); length of the ids (u32) and the ids, each ended by
/// a line feed; per feature its name (u32, ascending); per feature the end of its entries (u32); entries of an id (u16) and a
/// weight (i8).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weights<'a> {
    ids: usize,
    names: &'a [u8],
    ends: &'a [u8],
    entries: &'a [u8],
    pub(super) texts: &'a str,
}

impl Weights<'static> {
    /// The weights that this program was built with.
    pub(crate) fn own() -> Option<Self> {
        Self::read(DATA)
    }
}

impl<'a> Weights<'a> {
    /// The weights of a data file.
    pub(crate) fn read(data: &'a [u8]) -> Option<Self> {
        let head = data.strip_prefix(MAGIC)?;
        let ids = number(head, 0)?;
        let features = number(head, 1)?;
        let rest = head.get(16..)?;
        let text_length = number(rest, 0)?;
        let rest = rest.get(4..)?;
        let texts = std::str::from_utf8(rest.get(..text_length)?).ok()?;
        let rest = rest.get(text_length..)?;
        let names = rest.get(..features * 4)?;
        let ends = rest.get(features * 4..features * 8)?;
        let entries = rest.get(features * 8..)?;
        Some(Self { ids, names, ends, entries, texts })
    }

    /// What was learned from, as a digest.
    pub(crate) fn source() -> u64 {
        let bytes = DATA.get(12..20).and_then(|it| <[u8; 8]>::try_from(it).ok());
        bytes.map_or(0, u64::from_le_bytes)
    }

    pub(crate) fn id(&self, at: usize) -> &'a str {
        self.texts.lines().nth(at).unwrap_or_default()
    }

    /// The entries of a feature: positions of ids, and weights.
    pub(crate) fn of(&self, name: u32) -> impl Iterator<Item = (usize, i32)> + use<'a> {
        let at = self.find(name);
        let range = at.and_then(|at| {
            let from = if at == 0 { 0 } else { number(self.ends, at - 1)? };
            self.entries.get(from * 3..number(self.ends, at)? * 3)
        });
        range.unwrap_or_default().chunks_exact(3).filter_map(|entry| match entry {
            [low, high, weight] => {
                let at = usize::from(u16::from_le_bytes([*low, *high]));
                Some((at, i32::from(i8::from_le_bytes([*weight]))))
            }
            _ => None,
        })
    }

    fn find(&self, name: u32) -> Option<usize> {
        let (names, _) = self.names.as_chunks::<4>();
        names.binary_search_by_key(&name, |it| u32::from_le_bytes(*it)).ok()
    }

    /// What each id has for it, in twelfths of a unit of log-odds.
    pub(crate) fn scores(&self, features: &[Feature]) -> Vec<i32> {
        let mut sums = vec![0; self.ids];
        for feature in features {
            self.add(*feature, 1, &mut sums);
        }
        sums
    }

    /// Adds what a feature says to the sums, so many times.
    pub(super) fn add(&self, feature: Feature, times: i32, sums: &mut [i32]) {
        for (at, weight) in self.of(feature.name) {
            if let Some(sum) = sums.get_mut(at) {
                *sum += weight * feature.times * times;
            }
        }
    }
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at * 4..at * 4 + 4)?;
    usize::try_from(u32::from_le_bytes(four.try_into().ok()?)).ok()
}
