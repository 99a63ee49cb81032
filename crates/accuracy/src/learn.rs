//! Learns weights of features for ids: multinomial logistic regression over all example lines.
//!
//! Several runs with different orders, each leaving out half of the features at random, are
//! averaged: that keeps one telling word from deciding alone. The order of everything is fixed, so
//! that the same examples give the same weights on the same machine.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use holdpoint_bind::learning::{self, Features};

use crate::{
    examples::{self, Example},
    numbers::{Order, real, softmax},
};

/// Runs that are averaged.
const RUNS: u64 = 4;
/// Passes of a run over all examples.
const PASSES: usize = 24;
const RATE: f32 = 0.25;
/// Pulls weights towards zero, per pass.
const DECAY: f32 = 0.95;
/// Share of an example's features that is left out, in thousandths.
const LEFT_OUT: u64 = 500;
/// Of how many examples a feature must be part.
const COUNT_MIN: usize = 2;
/// What the first id of an example with several is worth; the others share the rest.
const FIRST: f32 = 0.65;
/// Steps of a unit of log-odds in the data file, for a feature that counts once.
const STEPS: f32 = 6.0;
/// Smaller weights are left out: those that speak for an id, and those that speak against it.
const FOR_MIN: i8 = 2;
const AGAINST_MIN: i8 = 3;

/// What was learned: ids, feature names, and a row of weights per feature.
struct Learned {
    ids: Vec<String>,
    names: BTreeMap<u32, usize>,
    rows: Vec<f32>,
}

struct Sample {
    features: Vec<(usize, f32)>,
    wanted: Vec<(usize, f32)>,
}

/// The data file.
pub(crate) fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bind/data/learned.bin")
}

/// Learns from all examples and writes the data file.
pub(crate) fn write() -> Result<(), String> {
    let all = examples::all()?;
    let learned = learn(&all);
    let bytes = packed(&learned, examples::digest()?)?;
    fs::write(path(), &bytes).map_err(|error| error.to_string())?;
    println!(
        "{} examples, {} ids, {} features, {} bytes",
        all.len(),
        learned.ids.len(),
        learned.names.len(),
        bytes.len()
    );
    Ok(())
}

/// Whether the data file was learned from the examples as they are now.
pub(crate) fn is_fresh() -> Result<bool, String> {
    Ok(learning::source() == examples::digest()?)
}

fn learn(all: &[Example]) -> Learned {
    let taken: Vec<(Features, &[String])> =
        all.iter().map(|it| (it.features(), it.ids.as_slice())).collect();
    let mut ids: Vec<String> = all.iter().flat_map(|it| it.ids.clone()).collect();
    ids.sort();
    ids.dedup();
    let names = names(taken.iter().map(|(features, _)| features));
    let samples: Vec<Sample> =
        taken.iter().map(|(features, wanted)| sample(features, wanted, &names, &ids)).collect();
    let mut rows = vec![0.0; names.len() * ids.len()];
    for run in 0..RUNS {
        eprintln!("run {} of {RUNS}", run + 1);
        let one = fit(&samples, names.len(), ids.len(), run);
        rows.iter_mut().zip(one).for_each(|(sum, it)| *sum += it / real(RUNS));
    }
    Learned { ids, names, rows }
}

/// The features that are part of enough examples, numbered.
fn names<'a>(all: impl Iterator<Item = &'a Features>) -> BTreeMap<u32, usize> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for features in all {
        let mut names: Vec<u32> = features.iter().map(|it| it.0).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            *counts.entry(name).or_default() += 1;
        }
    }
    let kept = counts.into_iter().filter(|(_, count)| COUNT_MIN <= *count);
    kept.enumerate().map(|(at, (name, _))| (name, at)).collect()
}

fn sample(
    features: &Features,
    wanted: &[String],
    names: &BTreeMap<u32, usize>,
    ids: &[String],
) -> Sample {
    let mut sums: BTreeMap<usize, f32> = BTreeMap::new();
    for (name, times) in features {
        if let Some(at) = names.get(name) {
            *sums.entry(*at).or_default() += real(u64::from(times.unsigned_abs())) / 2.0;
        }
    }
    let at = |id: &String| ids.binary_search(id).ok();
    let mut wanted: Vec<(usize, f32)> = wanted.iter().filter_map(at).map(|at| (at, 1.0)).collect();
    let others = wanted.len().saturating_sub(1);
    if 0 < others {
        let share = (1.0 - FIRST) / real(u64::try_from(others).unwrap_or(u64::MAX));
        for (rank, it) in wanted.iter_mut().enumerate() {
            it.1 = if rank == 0 { FIRST } else { share };
        }
    }
    Sample { features: sums.into_iter().collect(), wanted }
}

/// One run of AdaGrad.
fn fit(samples: &[Sample], features: usize, ids: usize, run: u64) -> Vec<f32> {
    let mut rows = vec![0.0_f32; features * ids];
    let mut seen = vec![1e-3_f32; features * ids];
    let mut order: Vec<usize> = (0..samples.len()).collect();
    let mut chance = Order::new(run);
    let mut errors = vec![0.0_f32; ids];
    for _ in 0..PASSES {
        chance.shuffle(&mut order);
        for sample in order.iter().filter_map(|at| samples.get(*at)) {
            let all = sample.features.iter().copied();
            let kept: Vec<_> = all.filter(|_| LEFT_OUT <= chance.next() % 1000).collect();
            score(&kept, &rows, &mut errors);
            softmax(&mut errors);
            for (id, share) in &sample.wanted {
                if let Some(error) = errors.get_mut(*id) {
                    *error -= share;
                }
            }
            for (feature, times) in kept {
                let range = feature * ids..(feature + 1) * ids;
                if let (Some(row), Some(seen)) = (rows.get_mut(range.clone()), seen.get_mut(range))
                {
                    for ((weight, seen), error) in row.iter_mut().zip(seen).zip(&errors) {
                        let step = error * times;
                        *seen += step * step;
                        *weight -= RATE * step / seen.sqrt();
                    }
                }
            }
        }
        rows.iter_mut().for_each(|it| *it *= DECAY);
    }
    rows
}

fn score(features: &[(usize, f32)], rows: &[f32], sums: &mut [f32]) {
    let ids = sums.len();
    sums.fill(0.0);
    for (feature, times) in features {
        if let Some(row) = rows.get(feature * ids..(feature + 1) * ids) {
            sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight * times);
        }
    }
}

/// The bytes of the data file, as `holdpoint_bind` reads them.
fn packed(learned: &Learned, digest: u64) -> Result<Vec<u8>, String> {
    let whole = |number: usize| u32::try_from(number).map_err(|error| error.to_string());
    let ids = learned.ids.len();
    let (mut names, mut ends, mut entries, mut count) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for (name, at) in &learned.names {
        let row = learned.rows.get(at * ids..(at + 1) * ids).unwrap_or_default();
        let before = count;
        for (id, weight) in row.iter().enumerate() {
            let steps = in_steps(*weight);
            if FOR_MIN <= steps || steps <= -AGAINST_MIN {
                entries.extend(u16::try_from(id).map_err(|it| it.to_string())?.to_le_bytes());
                entries.extend(steps.to_le_bytes());
                count += 1;
            }
        }
        if before < count {
            names.extend(name.to_le_bytes());
            ends.extend(whole(count)?.to_le_bytes());
        }
    }
    let mut texts = learned.ids.join("\n");
    texts.push('\n');
    let mut bytes = b"HPW1".to_vec();
    bytes.extend(whole(ids)?.to_le_bytes());
    bytes.extend(whole(names.len() / 4)?.to_le_bytes());
    bytes.extend(digest.to_le_bytes());
    bytes.extend(whole(texts.len())?.to_le_bytes());
    bytes.extend(texts.bytes());
    bytes.extend(names);
    bytes.extend(ends);
    bytes.extend(entries);
    Ok(bytes)
}

fn in_steps(weight: f32) -> i8 {
    #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "clamped")]
    let steps = (weight * STEPS).round().clamp(-127.0, 127.0) as i8;
    steps
}
