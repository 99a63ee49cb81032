//! Learns to say what a line claims, from all examples and from the written checklists that are
//! not measured, and packs what was learned into the data file of the reader.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use holdpoint_bind::learning::{self, Features};
use holdpoint_document::parse;

use crate::{
    documents,
    examples::{self, Example},
    net::{HIDDEN, Net, Sample},
    numbers::{Order, real},
};

/// Passes over all examples.
const PASSES: u64 = 16;
/// Examples between two steps.
const BATCH: usize = 512;
/// Length of the largest step, and over how many steps it grows to that.
const RATE: f32 = 0.005;
const WARM: u64 = 100;
/// The last steps are this part of the largest.
const RATE_MIN: f32 = 0.02;
/// Where chance begins. Of five that were tried the figures lie within one or two in a hundred; this
/// one was among the best on public documents that nothing was learned from.
const SEED: u64 = 2;
/// Of how many examples a feature must be part.
const COUNT_MIN: u32 = 8;
/// What the first id of an example with several is worth; the others share the rest.
const FIRST: f32 = 0.65;

/// What was learned: ids, feature names, and the network over them.
struct Learned {
    ids: Vec<String>,
    names: BTreeMap<u32, usize>,
    net: Net,
}

/// A line as the reader of documents sees it, and the ids that are right, the best first.
struct Line {
    features: Features,
    ids: Vec<String>,
    /// How often it counts.
    times: usize,
}

/// The data file.
pub(crate) fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bind/data/learned.bin")
}

/// Learns from all lines and writes the data file.
pub(crate) fn write() -> Result<(), String> {
    let lines = lines()?;
    let learned = learn(&lines);
    let bytes = packed(&learned, digest()?)?;
    fs::write(path(), &bytes).map_err(|error| error.to_string())?;
    println!(
        "{} lines, {} ids, {} features, {} bytes",
        lines.len(),
        learned.ids.len(),
        learned.names.len(),
        bytes.len()
    );
    Ok(())
}

/// Whether the data file was learned from the lines as they are now.
pub(crate) fn is_fresh() -> Result<bool, String> {
    Ok(learning::source() == digest()?)
}

/// Digest of all that was learned from.
fn digest() -> Result<u64, String> {
    let mut sum = examples::digest()?;
    for it in documents::learned()? {
        sum = examples::more(sum, it.text.as_bytes());
        for label in &it.labels {
            sum = examples::more(sum, label.ids.join(",").as_bytes());
        }
    }
    Ok(sum)
}

/// Every line that is learned from: the examples, then those of checklists.
fn lines() -> Result<Vec<Line>, String> {
    let example = |it: Example| Line { features: it.features(), times: it.times, ids: it.ids };
    let mut all: Vec<Line> = examples::all()?.into_iter().map(example).collect();
    for it in documents::learned()? {
        let document = parse(it.text.as_bytes());
        let mut features = learning::samples(&document);
        for label in it.labels {
            let at = document.lines.iter().position(|line| line.number == label.number);
            let Some(features) = at.and_then(|at| features.get_mut(at)) else { continue };
            let mut ids = label.ids;
            if ids.is_empty() && label.expect == "none" {
                ids.push("none".to_owned());
            }
            all.push(Line { features: std::mem::take(features), ids, times: 1 });
        }
    }
    all.retain(|it| !it.ids.is_empty() && !it.features.is_empty());
    Ok(all)
}

fn learn(all: &[Line]) -> Learned {
    let mut ids: Vec<String> = all.iter().flat_map(|it| it.ids.clone()).collect();
    ids.sort();
    ids.dedup();
    let names = names(all);
    let samples: Vec<Sample> = all.iter().map(|it| sample(it, &names, &ids)).collect();
    let mut chance = Order::new(SEED);
    let mut net = Net::new(names.len(), ids.len(), &mut chance);
    let each = all.iter().enumerate();
    let mut order: Vec<usize> = each.flat_map(|(at, it)| vec![at; it.times]).collect();
    let steps = PASSES * u64::try_from(order.len().div_ceil(BATCH)).unwrap_or(1);
    let mut step = 0;
    for pass in 0..PASSES {
        chance.shuffle(&mut order);
        let rate = || {
            step += 1;
            rate(step, steps)
        };
        let loss = net.pass(&samples, &order, BATCH, rate, &mut chance);
        eprintln!("pass {} of {PASSES}: loss {loss:.3}", pass + 1);
    }
    Learned { ids, names, net }
}

/// Grows at first, then falls in a line.
fn rate(step: u64, steps: u64) -> f32 {
    let [step, steps, warm] = [step, steps, WARM].map(real);
    RATE * (step / warm).min(1.0) * (1.0 - step / steps).max(RATE_MIN)
}

/// The features that are part of enough lines, numbered.
fn names(all: &[Line]) -> BTreeMap<u32, usize> {
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    for line in all {
        let mut names: Vec<u32> = line.features.iter().map(|it| it.0).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            *counts.entry(name).or_default() += 1;
        }
    }
    let kept = counts.into_iter().filter(|(_, count)| COUNT_MIN <= *count);
    kept.enumerate().map(|(at, (name, _))| (name, at)).collect()
}

fn sample(line: &Line, names: &BTreeMap<u32, usize>, ids: &[String]) -> Sample {
    let mut sums: BTreeMap<usize, f32> = BTreeMap::new();
    for (name, times) in &line.features {
        if let Some(at) = names.get(name) {
            *sums.entry(*at).or_default() += real(u64::from(times.unsigned_abs())) / 2.0;
        }
    }
    let at = |id: &String| ids.binary_search(id).ok();
    let mut wanted: Vec<(usize, f32)> =
        line.ids.iter().filter_map(at).map(|at| (at, 1.0)).collect();
    let others = wanted.len().saturating_sub(1);
    if 0 < others {
        let share = (1.0 - FIRST) / real(u64::try_from(others).unwrap_or(u64::MAX));
        for (rank, it) in wanted.iter_mut().enumerate() {
            it.1 = if rank == 0 { FIRST } else { share };
        }
    }
    Sample { features: sums.into_iter().collect(), wanted }
}

/// The bytes of the data file, as `holdpoint_bind` reads them.
///
/// A unit may be measured in any measure: what comes in is divided by it, what goes out multiplied.
/// So all weights of features become whole numbers, each unit with the measure in which its largest
/// one is 127; and the weights of each id too, with a scale that the file names.
fn packed(learned: &Learned, digest: u64) -> Result<Vec<u8>, String> {
    let whole = |number: usize| u32::try_from(number).map_err(|error| error.to_string());
    let Learned { ids, names, net } = learned;
    let mut measures = [f32::MIN_POSITIVE; HIDDEN];
    for at in names.values() {
        for (measure, it) in measures.iter_mut().zip(net.row(*at)) {
            // Features count in halves there, and in whole numbers here.
            *measure = measure.max(it.abs() / 2.0 / 127.0);
        }
    }
    let mut texts = ids.join("\n");
    texts.push('\n');
    let mut bytes = b"HPW2".to_vec();
    for number in [ids.len(), names.len(), HIDDEN] {
        bytes.extend(whole(number)?.to_le_bytes());
    }
    bytes.extend(digest.to_le_bytes());
    bytes.extend(whole(texts.len())?.to_le_bytes());
    bytes.extend(texts.bytes());
    bytes.extend(names.keys().flat_map(|it| it.to_le_bytes()));
    for at in names.values() {
        let row = net.row(*at).iter().zip(&measures);
        bytes.extend(row.flat_map(|(it, measure)| step(it / 2.0 / measure).to_le_bytes()));
    }
    for (it, measure) in net.bias().iter().zip(&measures) {
        #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "clamped")]
        let steps = (it / measure).round().clamp(-1e9, 1e9) as i32;
        bytes.extend(steps.to_le_bytes());
    }
    let (mut scales, mut heads) = (Vec::new(), Vec::new());
    for id in 0..ids.len() {
        let units = measures.iter().enumerate();
        let head: Vec<f32> = units
            .map(|(unit, measure)| net.head(unit).get(id).map_or(0.0, |it| it * measure))
            .collect();
        let largest = head.iter().fold(f32::MIN_POSITIVE, |sum, it| sum.max(it.abs()));
        let scale = largest / 127.0;
        scales.extend(scale.to_le_bytes());
        heads.extend(head.iter().flat_map(|it| step(it / scale).to_le_bytes()));
    }
    bytes.extend(scales);
    bytes.extend(net.base().iter().flat_map(|it| it.to_le_bytes()));
    bytes.extend(heads);
    Ok(bytes)
}

fn step(weight: f32) -> i8 {
    #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "clamped")]
    let steps = weight.round().clamp(-127.0, 127.0) as i8;
    steps
}
