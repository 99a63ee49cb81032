//! Times the parser on ordinary and on hostile text of doubling size.
#![expect(clippy::print_stdout, reason = "an example prints what it measures")]

use std::time::{Duration, Instant};

use holdpoint_document::{digest_input, parse};

#[path = "../tests/it/hostile.rs"]
mod hostile;

fn main() {
    let bytes = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(1 << 20);
    let only = std::env::args().nth(2);
    println!(
        "{:24} {:>9} {:>9} {:>6} {:>12} {:>9}",
        "case", "1x ms", "4x ms", "ratio", "lines/s", "digest"
    );
    for (name, make) in hostile::CASES {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let small = time(&make(bytes));
        let large = time(&make(bytes * 4));
        let rate = large.physical * 1000 / large.parse.as_millis().max(1);
        println!(
            "{name:24} {:>9} {:>9} {:>6.1} {rate:>12} {:>9}",
            small.parse.as_millis(),
            large.parse.as_millis(),
            large.parse.as_secs_f64() / small.parse.as_secs_f64(),
            large.digest.as_millis(),
        );
    }
}

struct Took {
    parse: Duration,
    digest: Duration,
    physical: u128,
}

fn time(text: &str) -> Took {
    let began = Instant::now();
    let document = parse(text.as_bytes());
    let parse = began.elapsed();
    let began = Instant::now();
    drop(digest_input(&document));
    let digest = began.elapsed();
    Took { parse, digest, physical: u128::try_from(document.physical_lines).unwrap_or_default() }
}
