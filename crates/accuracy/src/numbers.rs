//! Small arithmetic of learning: chances from scores, and an order that is shuffled alike each time.

/// A count as the nearest real number.
pub(crate) fn real(count: u64) -> f32 {
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "the nearest will do")]
    let real = count as f32;
    real
}

/// Turns scores into chances.
pub(crate) fn softmax(scores: &mut [f32]) {
    let top = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for it in scores.iter_mut() {
        *it = (*it - top).exp();
        sum += *it;
    }
    scores.iter_mut().for_each(|it| *it /= sum);
}

/// Numbers without pattern, the same for the same run (xorshift64).
pub(crate) struct Order(u64);

impl Order {
    pub(crate) fn new(run: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ (run << 20))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn shuffle(&mut self, list: &mut [usize]) {
        for at in (1..list.len()).rev() {
            let bound = u64::try_from(at).unwrap_or(0) + 1;
            let other = usize::try_from(self.next() % bound).unwrap_or(0);
            list.swap(at, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_add_up_and_keep_their_order() {
        let mut scores = [1.0, 3.0, 2.0];
        softmax(&mut scores);
        assert!((scores.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(scores[0] < scores[2] && scores[2] < scores[1]);
    }

    #[test]
    fn the_same_run_shuffles_alike() {
        let shuffled = |run| {
            let mut list: Vec<usize> = (0..50).collect();
            Order::new(run).shuffle(&mut list);
            list
        };
        assert_eq!(shuffled(1), shuffled(1));
        assert_ne!(shuffled(1), shuffled(2));
        let mut sorted = shuffled(3);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
    }
}
