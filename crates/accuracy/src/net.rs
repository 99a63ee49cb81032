//! A network of one hidden layer over sparse features, and how it learns: small batches, Adam,
//! half of the features and half of the hidden units left out at random.
//!
//! Leaving out keeps one telling word from deciding alone (Srivastava et al., "Dropout", 2014);
//! Adam is by Kingma and Ba (2015). Everything runs in one order, so that the same samples give the
//! same network on the same machine.

use std::ops::Range;

use crate::numbers::{Order, real, softmax};

/// Units between what is seen and what is said.
pub(crate) const HIDDEN: usize = 256;
/// How much of the last steps is remembered, of their mean and of their size.
const MEAN: f32 = 0.9;
const SQUARE: f32 = 0.99;
/// Keeps a step finite.
const TINY: f32 = 1e-8;
/// Size of the first, random weights of features.
const FIRST: f32 = 0.008;
/// What is left counts twice where half is left out.
const KEPT: f32 = 2.0;
/// How much faster than the rest the weights of features move: each of them is seen seldom.
const SELDOM: f32 = 0.8;
/// Numbers that are added side by side.
const LANES: usize = 16;

/// Features of a line, each with its weight, and the ids wanted, each with its share of one.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) features: Vec<(usize, f32)>,
    pub(crate) wanted: Vec<(usize, f32)>,
}

/// Weights, with the mean and the size of their last steps.
#[derive(Clone, Debug)]
struct Layer {
    values: Vec<f32>,
    mean: Vec<f32>,
    square: Vec<f32>,
}

/// The network.
#[derive(Clone, Debug)]
pub(crate) struct Net {
    ids: usize,
    rows: Layer,
    bias: Layer,
    heads: Layer,
    base: Layer,
    /// What is left of the first steps' weight in the mean and in the size.
    left: [f32; 2],
}

impl Layer {
    fn new(values: Vec<f32>) -> Self {
        let zero = vec![0.0; values.len()];
        Self { values, mean: zero.clone(), square: zero }
    }

    fn part(&self, range: Range<usize>) -> &[f32] {
        self.values.get(range).unwrap_or_default()
    }

    /// One step of Adam for a part of the weights.
    fn step(&mut self, range: Range<usize>, slope: &[f32], rate: f32, left: [f32; 2]) {
        let (Some(values), Some(mean), Some(square)) = (
            self.values.get_mut(range.clone()),
            self.mean.get_mut(range.clone()),
            self.square.get_mut(range),
        ) else {
            return;
        };
        let rate = rate / (1.0 - left[0]);
        let whole = 1.0 / (1.0 - left[1]);
        for (((value, mean), square), slope) in values.iter_mut().zip(mean).zip(square).zip(slope) {
            *mean = MEAN * *mean + (1.0 - MEAN) * slope;
            *square = SQUARE * *square + (1.0 - SQUARE) * slope * slope;
            *value -= rate * *mean / ((*square * whole).sqrt() + TINY);
        }
    }
}

/// Slopes of a batch. Those of features stand in the order in which the features were met.
struct Slopes {
    rows: Vec<f32>,
    met: Vec<usize>,
    /// Where the slopes of a feature stand, counted from one; zero: not met.
    places: Vec<u32>,
    bias: Vec<f32>,
    heads: Vec<f32>,
    base: Vec<f32>,
}

impl Slopes {
    fn new(net: &Net) -> Self {
        let zero = |layer: &Layer| vec![0.0; layer.values.len()];
        Self {
            rows: Vec::new(),
            met: Vec::new(),
            places: vec![0; net.rows.values.len() / HIDDEN],
            bias: zero(&net.bias),
            heads: zero(&net.heads),
            base: zero(&net.base),
        }
    }

    fn clear(&mut self) {
        for feature in self.met.drain(..) {
            if let Some(place) = self.places.get_mut(feature) {
                *place = 0;
            }
        }
        self.rows.clear();
        for list in [&mut self.bias, &mut self.heads, &mut self.base] {
            list.fill(0.0);
        }
    }

    fn of_feature(&mut self, feature: usize) -> Option<&mut [f32]> {
        let place = self.places.get_mut(feature)?;
        if *place == 0 {
            self.met.push(feature);
            *place = u32::try_from(self.met.len()).ok()?;
            self.rows.resize(self.met.len() * HIDDEN, 0.0);
        }
        let from = (usize::try_from(*place).ok()? - 1) * HIDDEN;
        self.rows.get_mut(from..from + HIDDEN)
    }
}

impl Net {
    pub(crate) fn new(features: usize, ids: usize, chance: &mut Order) -> Self {
        let rows = (0..features * HIDDEN).map(|_| FIRST * bell(chance)).collect();
        Self {
            ids,
            rows: Layer::new(rows),
            bias: Layer::new(vec![0.0; HIDDEN]),
            heads: Layer::new(vec![0.0; HIDDEN * ids]),
            base: Layer::new(vec![0.0; ids]),
            left: [1.0; 2],
        }
    }

    /// The weights of a feature, of the hidden units themselves, of a hidden unit for each id, and
    /// of the ids themselves.
    pub(crate) fn row(&self, feature: usize) -> &[f32] {
        self.rows.part(feature * HIDDEN..(feature + 1) * HIDDEN)
    }

    pub(crate) fn bias(&self) -> &[f32] {
        &self.bias.values
    }

    pub(crate) fn head(&self, unit: usize) -> &[f32] {
        self.heads.part(unit * self.ids..(unit + 1) * self.ids)
    }

    pub(crate) fn base(&self) -> &[f32] {
        &self.base.values
    }

    /// One pass over samples in an order, at a rate that is given for each batch. Returns the mean
    /// loss, in natural units of information.
    pub(crate) fn pass(
        &mut self,
        samples: &[Sample],
        order: &[usize],
        batch: usize,
        mut rate: impl FnMut() -> f32,
        chance: &mut Order,
    ) -> f32 {
        let mut slopes = Slopes::new(self);
        let (mut loss, mut count) = (0.0, 0.0);
        for part in order.chunks(batch) {
            let each = 1.0 / real(u64::try_from(part.len()).unwrap_or(u64::MAX));
            slopes.clear();
            for sample in part.iter().filter_map(|at| samples.get(*at)) {
                loss += f64::from(self.slope(sample, each, &mut slopes, chance));
                count += 1.0;
            }
            self.step(&slopes, rate());
        }
        #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "for reading")]
        let mean = (loss / count) as f32;
        mean
    }

    fn step(&mut self, slopes: &Slopes, rate: f32) {
        self.left = [self.left[0] * MEAN, self.left[1] * SQUARE];
        let left = self.left;
        for (feature, slope) in slopes.met.iter().zip(slopes.rows.chunks_exact(HIDDEN)) {
            self.rows.step(feature * HIDDEN..(feature + 1) * HIDDEN, slope, rate * SELDOM, left);
        }
        self.bias.step(0..slopes.bias.len(), &slopes.bias, rate / 6.0, left);
        self.heads.step(0..slopes.heads.len(), &slopes.heads, rate, left);
        self.base.step(0..slopes.base.len(), &slopes.base, rate, left);
    }

    /// Adds the slopes of a sample, and returns its loss.
    fn slope(&self, sample: &Sample, each: f32, slopes: &mut Slopes, chance: &mut Order) -> f32 {
        let mut coins = Coins::new();
        let kept: Vec<(usize, f32)> =
            sample.features.iter().copied().filter(|_| coins.next(chance)).collect();
        let mut hidden = self.bias.values.clone();
        for (feature, times) in &kept {
            let times = times * KEPT;
            hidden.iter_mut().zip(self.row(*feature)).for_each(|(sum, it)| *sum += it * times);
        }
        let mut scores = self.base.values.clone();
        for (unit, it) in hidden.iter_mut().enumerate() {
            let open = 0.0 < *it && coins.next(chance);
            *it = if open { *it * KEPT } else { 0.0 };
            if open {
                scores.iter_mut().zip(self.head(unit)).for_each(|(sum, head)| *sum += head * *it);
            }
        }
        softmax(&mut scores);
        let mut loss = 0.0;
        for (id, share) in &sample.wanted {
            if let Some(it) = scores.get_mut(*id) {
                loss -= share * it.max(TINY).ln();
                *it -= share;
            }
        }
        scores.iter_mut().for_each(|it| *it *= each);
        slopes.base.iter_mut().zip(&scores).for_each(|(sum, it)| *sum += it);
        let heads = slopes.heads.chunks_exact_mut(self.ids);
        for ((unit, it), heads) in hidden.iter_mut().enumerate().zip(heads) {
            if 0.0 < *it {
                heads.iter_mut().zip(&scores).for_each(|(sum, error)| *sum += error * *it);
                *it = dot(self.head(unit), &scores) * KEPT;
            }
        }
        slopes.bias.iter_mut().zip(&hidden).for_each(|(sum, it)| *sum += it);
        for (feature, times) in kept {
            let times = times * KEPT;
            if let Some(row) = slopes.of_feature(feature) {
                row.iter_mut().zip(&hidden).for_each(|(sum, it)| *sum += it * times);
            }
        }
        loss
    }
}

/// A sum of products, in lanes: one after the other it would take several times as long.
fn dot(left: &[f32], right: &[f32]) -> f32 {
    let (left, left_rest) = left.as_chunks::<LANES>();
    let (right, right_rest) = right.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (left, right) in left.iter().zip(right) {
        for ((sum, a), b) in sums.iter_mut().zip(left).zip(right) {
            *sum += a * b;
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// Coins that are thrown, 64 for each number.
struct Coins(u64, u32);

impl Coins {
    fn new() -> Self {
        Self(0, 0)
    }

    fn next(&mut self, chance: &mut Order) -> bool {
        if self.1 == 0 {
            *self = Self(chance.next(), 64);
        }
        let is = self.0 & 1 == 1;
        *self = Self(self.0 >> 1, self.1 - 1);
        is
    }
}

/// A number near zero, in a bell with a width of one: the sum of twelve even ones (Irwin-Hall).
fn bell(chance: &mut Order) -> f32 {
    let one = |chance: &mut Order| real(chance.next() % 65_536) / 65_536.0;
    (0..12).map(|_| one(chance)).sum::<f32>() - 6.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two words of which either alone means the first, and both together or none the second.
    fn learned() -> (Net, Vec<f32>) {
        let lines = [(vec![0], 0), (vec![1], 0), (vec![0, 1], 1), (vec![], 1)];
        let sample = |(words, id): (Vec<usize>, usize)| Sample {
            features: words.into_iter().chain([2]).map(|it| (it, 1.0)).collect(),
            wanted: vec![(id, 1.0)],
        };
        let samples: Vec<Sample> = lines.map(sample).into_iter().collect();
        let mut chance = Order::new(1);
        let mut net = Net::new(3, 2, &mut chance);
        let order: Vec<usize> = (0..64).map(|at| at % 4).collect();
        let losses =
            (0..60).map(|_| net.pass(&samples, &order, 16, || 0.02, &mut chance)).collect();
        (net, losses)
    }

    /// What the network says where nothing is left out.
    fn said(net: &Net, words: &[usize]) -> usize {
        let mut hidden = net.bias().to_vec();
        for word in words {
            hidden.iter_mut().zip(net.row(*word)).for_each(|(sum, it)| *sum += it);
        }
        let mut scores = net.base().to_vec();
        for (unit, it) in hidden.into_iter().enumerate() {
            scores
                .iter_mut()
                .zip(net.head(unit))
                .for_each(|(sum, head)| *sum += head * it.max(0.0));
        }
        usize::from(scores[0] < scores[1])
    }

    #[test]
    fn it_learns_what_no_sum_of_weights_can_say() {
        let (net, losses) = learned();
        let all = [vec![0, 2], vec![1, 2], vec![0, 1, 2], vec![2]];
        assert_eq!(all.map(|words| said(&net, &words)), [0, 0, 1, 1]);
        assert!(losses[59] < losses[0], "{losses:?}");
        assert_eq!(losses, learned().1, "the same samples give the same network");
    }
}
