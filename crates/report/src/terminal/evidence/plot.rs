//! Small plots in one row of a terminal.

use crate::{
    exhibit::{Point, Sort},
    style::Style,
};

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 8] = ['_', '.', ':', '-', '=', '+', '*', '#'];

/// The character of a value between nothing and the most.
fn level(value: u64, most: u64, style: Style) -> char {
    let levels = if style.ascii { &ASCII } else { &BLOCKS };
    let nth = (value.saturating_mul(7)).checked_div(most).unwrap_or(0).min(7);
    let nth = usize::try_from(nth).unwrap_or(7);
    levels.get(nth).copied().unwrap_or(' ')
}

/// How long each took, one column each or, where there are more, the longest of several. Where
/// nothing came back there is an `x`.
pub(super) fn times(points: &[Point], room: usize, style: Style) -> String {
    let most = points.iter().filter_map(|it| it.took_ms).max().unwrap_or(0);
    let each = points.len().div_ceil(room.max(1)).max(1);
    let column = |some: &[Point]| {
        if some.iter().any(|it| it.sort == Sort::Blind) {
            return 'x';
        }
        let longest = some.iter().filter_map(|it| it.took_ms).max().unwrap_or(0);
        level(u64::from(longest), u64::from(most), style)
    };
    points.chunks(each).map(column).collect()
}

/// When an outcome occurred: columns are equal lengths of time.
pub(super) fn density(points: &[Point], outcome: &str, room: usize, style: Style) -> String {
    let last = points.iter().map(|it| it.at_ms).max().unwrap_or(0).max(1);
    let room = room.min(points.len()).max(1);
    let columns = i64::try_from(room).unwrap_or(1);
    let mut counts = vec![0_u64; room];
    let mut most = vec![0_u64; room];
    for point in points {
        let nth = point.at_ms.max(0).saturating_mul(columns) / (last + 1);
        let nth = usize::try_from(nth).unwrap_or(0);
        for (of, all) in [(&mut counts, point.outcome == outcome), (&mut most, true)] {
            if let Some(count) = of.get_mut(nth).filter(|_| all) {
                *count += 1;
            }
        }
    }
    let most = most.into_iter().max().unwrap_or(0);
    let column = |count: u64| if count == 0 { ' ' } else { level(count, most, style) };
    let plot: String = counts.into_iter().map(column).collect();
    let edge = if style.ascii { '|' } else { '▕' };
    format!("{plot}{edge}")
}

/// The least, the middle one and the most.
pub(super) fn summary(took: &[u32], style: Style) -> String {
    let mut sorted = took.to_vec();
    sorted.sort_unstable();
    let gap = format!(" {} ", style.dot());
    let at = |nth: usize| sorted.get(nth).copied().unwrap_or(0);
    let (least, middle, most) = (at(0), at(sorted.len() / 2), at(sorted.len().saturating_sub(1)));
    [format!("min {least} ms"), format!("median {middle} ms"), format!("max {most} ms")].join(&gap)
}

/// How much of a whole is over, in thousandths.
pub(super) fn bar(used: i64, style: Style) -> String {
    let width = 30;
    let full = usize::try_from(used.clamp(0, 1000) * 30 / 1000).unwrap_or(0);
    let (full_sign, empty_sign) = if style.ascii { ("#", "-") } else { ("█", "░") };
    format!("{}{}  {} % over", full_sign.repeat(full), empty_sign.repeat(width - full), used / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Style = Style { color: false, ascii: false, width: 100 };

    fn point(at_ms: i64, took: u32, outcome: &str, sort: Sort) -> Point {
        Point { at_ms, took_ms: Some(took), outcome: outcome.to_owned(), sort }
    }

    #[test]
    fn a_slow_one_stands_out_and_a_blind_one_is_marked() {
        let all = [
            point(0, 1, "200", Sort::Answered),
            point(1, 70, "200", Sort::Answered),
            point(2, 0, "timed-out", Sort::Blind),
        ];
        assert_eq!(times(&all, 40, WIDE), "▁█x");
        assert_eq!(times(&all, 40, Style::PLAIN), "_#x");
        assert_eq!(times(&all, 2, WIDE), "█x");
        assert_eq!(times(&[], 40, WIDE), "");
        assert_eq!(summary(&[3, 1, 2], WIDE), "min 1 ms · median 2 ms · max 3 ms");
    }

    #[test]
    fn a_burst_shows_when_it_was_declined() {
        let of = |nth: i64, word: &str| point(nth * 10, 0, word, Sort::Answered);
        let all: Vec<Point> =
            (0..20).map(|nth| of(nth, if nth < 10 { "200" } else { "429" })).collect();
        assert_eq!(density(&all, "200", 4, Style::PLAIN), "##  |");
        assert_eq!(density(&all, "429", 4, Style::PLAIN), "  ##|");
        assert_eq!(density(&all[..1], "200", 4, WIDE), "█▕");
    }

    #[test]
    fn a_validity_is_a_bar() {
        assert_eq!(bar(500, Style::PLAIN), "###############---------------  50 % over");
        assert!(bar(0, WIDE).starts_with('░'));
        assert!(bar(1000, WIDE).starts_with(&"█".repeat(30)));
    }
}
