//! Pictures of numbers as inline SVG, each with its words beside it.

use std::fmt::Write as _;

use super::text::text;
use crate::exhibit::{Link, Point, Sort, Timeline};

const WIDTH: i64 = 560;
/// Points beyond which the rest is only counted.
const POINTS_MAX: usize = 240;

fn class(sort: Sort) -> &'static str {
    match sort {
        Sort::Answered => "s2",
        Sort::Moved => "s3",
        Sort::Declined => "s4",
        Sort::Broken => "s5",
        Sort::Blind => "s0",
    }
}

/// Moments: bars as high as they took long, or marks in one lane for each outcome.
pub(super) fn timeline(it: &Timeline) -> String {
    let words = it.words();
    let points = it.points.get(..POINTS_MAX).unwrap_or(&it.points);
    let picture = if points.iter().any(|point| point.took_ms.is_some()) {
        bars(points, &words)
    } else {
        lanes(points, it, &words)
    };
    let left = it.points.len() - points.len();
    let more =
        if left == 0 { String::new() } else { format!(" · … {left} more, in the record") };
    format!(
        "<figure class=\"plot\">{picture}<figcaption>{} · {}{more}</figcaption></figure>",
        text(&it.title),
        text(&words)
    )
}

/// Where a moment stands from left to right.
fn across(point: &Point, last: i64, from: i64) -> i64 {
    from + point.at_ms.clamp(0, last) * (WIDTH - from - 12) / last
}

fn span_of(points: &[Point]) -> i64 {
    points.iter().map(|point| point.at_ms).max().unwrap_or(0).max(1)
}

fn bars(points: &[Point], words: &str) -> String {
    let last = span_of(points);
    let slowest = points.iter().filter_map(|it| it.took_ms).max().unwrap_or(0);
    let whole = i64::from(slowest.max(1));
    let mut out = open(64, words);
    write!(out, "<path class=\"axis\" d=\"M64 52H{WIDTH}M64 8H{WIDTH}\"/>")
        .expect("strings take text");
    write!(
        out,
        "<text x=\"58\" y=\"12\" class=\"end\">{slowest} ms</text><text x=\"58\" y=\"55\" class=\"end\">0</text>"
    )
    .expect("strings take text");
    for point in points {
        let x = across(point, last, 68);
        let height = (i64::from(point.took_ms.unwrap_or(0)) * 44 / whole).max(2);
        let y = 52 - height;
        let class = class(point.sort);
        write!(out, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"6\" height=\"{height}\"><title>{} ms: {}</title></rect>",
            point.took_ms.unwrap_or(0), text(&point.outcome))
            .expect("strings take text");
    }
    close(out, last, 62)
}

fn lanes(points: &[Point], it: &Timeline, words: &str) -> String {
    let last = span_of(points);
    let names: Vec<&str> = it.tally.iter().take(5).map(|(outcome, _)| outcome.as_str()).collect();
    let rows = i64::try_from(names.len()).unwrap_or(5).max(1);
    let mut out = open(rows * 18 + 16, words);
    for (nth, name) in names.iter().enumerate() {
        let y = i64::try_from(nth).unwrap_or(0) * 18 + 10;
        write!(
            out,
            "<path class=\"axis\" d=\"M96 {y}H{WIDTH}\"/><text x=\"88\" y=\"{}\" class=\"end\">{}</text>",
            y + 4,
            text(name)
        )
        .expect("strings take text");
        for point in points.iter().filter(|point| point.outcome == *name) {
            let x = across(point, last, 100);
            let class = class(point.sort);
            write!(
                out,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"3\" height=\"12\"/>",
                y - 6
            )
            .expect("strings take text");
        }
    }
    close(out, last, rows * 18 + 12)
}

fn open(height: i64, words: &str) -> String {
    format!("<svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {WIDTH} {height}\">", text(words))
}

fn close(mut out: String, last: i64, y: i64) -> String {
    write!(out, "<text x=\"{}\" y=\"{y}\" class=\"end\">{last} ms</text></svg>", WIDTH - 2)
        .expect("strings take text");
    out
}

/// How much of a certificate's time was over when it was looked at.
pub(super) fn validity(link: &Link) -> String {
    let days = link.days_left();
    let used = link.used();
    let class = if days < 0 { "s5" } else { "gone" };
    let filled = used * WIDTH / 1000;
    let words = format!("{} % of its time was over when it was looked at", used / 10);
    format!(
        "<svg class=\"bar\" role=\"img\" aria-label=\"{words}\" viewBox=\"0 0 {WIDTH} 8\" preserveAspectRatio=\"none\"><rect class=\"rest\" width=\"{WIDTH}\" height=\"8\"/><rect class=\"{class}\" width=\"{filled}\" height=\"8\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(n: i64, took: Option<u32>) -> Vec<Point> {
        let point = |at| Point {
            at_ms: at * 10,
            took_ms: took,
            outcome: String::from("2<0"),
            sort: Sort::Answered,
        };
        (0..n).map(point).collect()
    }

    #[test]
    fn pictures_say_in_words_what_they_show_and_never_grow_without_end() {
        for took in [None, Some(7)] {
            let it = Timeline {
                title: String::from("t"),
                points: points(5_000, took),
                tally: vec![(String::from("2<0"), 5_000)],
            };
            let html = timeline(&it);
            assert!(html.contains("5000 × 2&lt;0") && html.contains("4760 more"), "{html}");
            assert!(html.len() < 40_000, "{}", html.len());
        }
    }

    #[test]
    fn a_single_moment_is_no_division_by_nothing() {
        let it = Timeline { title: String::new(), points: points(1, Some(0)), tally: vec![] };
        assert!(timeline(&it).contains("<rect"));
    }
}
