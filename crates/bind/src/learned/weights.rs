//! The data file of learned weights: how it lies in bytes, and what it has for features.
//!
//! A network of one hidden layer. All that is added up are whole numbers, so that every machine
//! comes to the same sums.

use super::features::Feature;

static DATA: &[u8] = include_bytes!("../../data/learned.bin");
const MAGIC: &[u8; 4] = b"HPW2";
/// A hidden unit is open to this at most; a sum of all of them then fits 32 bits.
const OPEN_MAX: i32 = 16_383;

/// Weights of features for hidden units, and of those for ids, as they lie in the data file.
///
/// The file: the magic word; number of ids, of features and of hidden units (u32 each,
/// little-endian like all numbers); digest of what was learned from (u64); length of the ids (u32)
/// and the ids, each ended by a line feed; the name of each feature (u32, ascending); per feature a
/// weight for each unit (i8); of each unit what it has by itself (i32); of each id the scale of its
/// weights (f32) and what it has by itself (f32), and its weight for each unit (i8).
#[derive(Clone, Debug)]
pub(crate) struct Weights<'a> {
    units: usize,
    names: &'a [u8],
    rows: &'a [u8],
    bias: Vec<i32>,
    scales: Vec<f64>,
    base: Vec<f64>,
    heads: Vec<i16>,
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
        let mut rest = data.strip_prefix(MAGIC)?;
        let [ids, features, units] = [(); 3].map(|()| count(&mut rest));
        let (ids, features, units) = (ids?, features?, units?);
        take(&mut rest, 8)?;
        let length = count(&mut rest)?;
        let texts = std::str::from_utf8(take(&mut rest, length)?).ok()?;
        let names = take(&mut rest, features * 4)?;
        let rows = take(&mut rest, features * units)?;
        let bias = take(&mut rest, units * 4)?.as_chunks().0.iter();
        let scales = take(&mut rest, ids * 4)?.as_chunks().0.iter();
        let base = take(&mut rest, ids * 4)?.as_chunks().0.iter();
        let heads = rest.get(..ids * units)?.iter();
        Some(Self {
            units,
            names,
            rows,
            bias: bias.map(|it| i32::from_le_bytes(*it)).collect(),
            scales: scales.map(|it| f64::from(f32::from_le_bytes(*it))).collect(),
            base: base.map(|it| f64::from(f32::from_le_bytes(*it))).collect(),
            heads: heads.map(|it| i16::from(it.cast_signed())).collect(),
            texts,
        })
    }

    /// What was learned from, as a digest.
    pub(crate) fn source() -> u64 {
        let bytes = DATA.get(16..24).and_then(|it| <[u8; 8]>::try_from(it).ok());
        bytes.map_or(0, u64::from_le_bytes)
    }

    /// The weights of a feature for each unit; none if it is not known.
    pub(super) fn row(&self, name: u32) -> Option<&'a [u8]> {
        let (names, _) = self.names.as_chunks::<4>();
        let at = names.binary_search_by_key(&name, |it| u32::from_le_bytes(*it)).ok()?;
        self.rows.get(at * self.units..(at + 1) * self.units)
    }

    /// How far each unit is open for features.
    pub(super) fn units(&self, features: impl Iterator<Item = (&'a [u8], i32)>) -> Vec<i32> {
        let mut sums = self.bias.clone();
        for (row, times) in features {
            add(row, times, &mut sums);
        }
        sums
    }

    /// What each id has where the units are open that far, in natural units of log-odds.
    pub(super) fn scores(&self, units: &[i32]) -> Vec<f64> {
        let open: Vec<i16> = units.iter().map(|it| open(*it)).collect();
        let heads = self.heads.chunks_exact(self.units);
        let of = |head: &[i16]| -> i32 {
            head.iter().zip(&open).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
        };
        let ids = heads.zip(&self.scales).zip(&self.base);
        ids.map(|((head, scale), base)| f64::from(of(head)) * scale + base).collect()
    }

    /// What opening a unit a little further does for an id against its rival.
    pub(super) fn pull(&self, units: &[i32], own: usize, rival: usize) -> Vec<f64> {
        let head = |at: usize| {
            let scale = self.scales.get(at).copied().unwrap_or_default();
            let head = self.heads.get(at * self.units..(at + 1) * self.units).unwrap_or_default();
            head.iter().map(move |it| f64::from(*it) * scale)
        };
        let both = head(own).zip(head(rival)).zip(units);
        both.map(|((own, rival), it)| if 0 < open(*it) { own - rival } else { 0.0 }).collect()
    }

    /// What each id has for features, in natural units of log-odds.
    pub(crate) fn of_features(&self, features: &[Feature]) -> Vec<f64> {
        let known = features.iter().filter_map(|it| Some((self.row(it.name)?, it.times)));
        self.scores(&self.units(known))
    }

    pub(crate) fn id(&self, at: usize) -> &'a str {
        self.texts.lines().nth(at).unwrap_or_default()
    }
}

/// Adds the weights of a feature, so many times.
pub(super) fn add(row: &[u8], times: i32, sums: &mut [i32]) {
    for (sum, it) in sums.iter_mut().zip(row) {
        *sum += i32::from(it.cast_signed()) * times;
    }
}

/// What a feature does to units that pull so much each.
pub(super) fn worth(row: &[u8], times: i32, pull: &[f64]) -> f64 {
    let sum: f64 = row.iter().zip(pull).map(|(it, pull)| f64::from(it.cast_signed()) * pull).sum();
    sum * f64::from(times)
}

fn open(sum: i32) -> i16 {
    i16::try_from(sum.clamp(0, OPEN_MAX)).unwrap_or_default()
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    rest.split_off(..length)
}

fn count(rest: &mut &[u8]) -> Option<usize> {
    let four = take(rest, 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(four)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_file_is_whole_and_a_cut_one_is_none() {
        let weights = Weights::own().unwrap();
        let ids: Vec<&str> = weights.texts.lines().collect();
        assert!(ids.is_sorted() && 300 < ids.len(), "they are searched by halves");
        assert_eq!(weights.heads.len(), ids.len() * weights.units);
        assert!(weights.names.as_chunks::<4>().0.is_sorted_by_key(|it| u32::from_le_bytes(*it)));
        for end in [0, 3, 20, 30, 5_000, DATA.len() / 2, DATA.len() - 1] {
            assert!(Weights::read(&DATA[..end]).is_none(), "{end}");
        }
    }

    #[test]
    fn what_opens_a_unit_is_what_pulls() {
        let weights = Weights::own().unwrap();
        let name = u32::from_le_bytes(weights.names.as_chunks().0[1_000]);
        let row = weights.row(name).unwrap();
        let units = weights.units([(row, 2)].into_iter());
        let before = weights.scores(&units);
        let pull = weights.pull(&units, 5, 9);
        let mut less = units.clone();
        add(row, -1, &mut less);
        let same = less.iter().zip(&units).all(|(a, b)| (0 < *a) == (0 < *b));
        let after = weights.scores(&less);
        let moved = (before[5] - before[9]) - (after[5] - after[9]);
        assert!(!same || (moved - worth(row, 1, &pull)).abs() < 1e-9);
        assert!(worth(row, 1, &pull).is_finite() && weights.row(name ^ 1).is_none());
    }
}
