//! Fits how sure the weights may be of themselves, to labelled lines of documents that nothing was
//! learned from: a logistic regression over the few pieces of evidence that `holdpoint_bind` weighs.

use std::{collections::BTreeMap, fs, path::Path};

use holdpoint_bind::learning::{self, PIECES, sure};
use holdpoint_document::parse;

use crate::figures;

/// Steps of the descent, and how far each goes.
const STEPS: u32 = 20_000;
const RATE: f64 = 0.5;
/// Pulls counts toward nothing, in terms of one line.
const RIDGE: f64 = 1.0;

/// Evidence of the likeliest entry of a line, and whether that entry is right.
type Row = ([f64; PIECES], bool);

/// Prints what each piece of evidence counts, and how often lines are right from each limit on.
pub(crate) fn print(sets: &[&str]) -> Result<(), String> {
    let mut rows = Vec::new();
    for set in sets.chunks(2) {
        let [folder, labels] = set else { return Err("a folder and its labels".to_owned()) };
        read(folder, labels, &mut rows)?;
    }
    if rows.is_empty() {
        return Err("no labelled line with a likely entry".to_owned());
    }
    let counts = fit(&rows);
    let shown: Vec<String> = counts.iter().map(|it| format!("{it:.3}")).collect();
    println!("{} lines: [{}]", rows.len(), shown.join(", "));
    for percent in [50, 60, 70, 80, 84, 90, 95] {
        let least = f64::from(percent) / 100.0;
        let from: Vec<&Row> = rows.iter().filter(|it| least <= sure(&it.0, &counts)).collect();
        let right = from.iter().filter(|it| it.1).count();
        println!("from {least:.2} on: {right} of {} right", from.len());
    }
    Ok(())
}

fn read(folder: &str, labels: &str, rows: &mut Vec<Row>) -> Result<(), String> {
    let labels = figures::labels(Path::new(labels))?;
    for own in labels.chunk_by(|a, b| a.document == b.document) {
        let name = own.first().map_or("", |it| it.document.as_str());
        let path = Path::new(folder).join(format!("{name}.md"));
        let bytes = fs::read(&path).map_err(|it| format!("{}: {it}", path.display()))?;
        let document = parse(&bytes);
        let lines = document.lines.iter().map(|it| it.number);
        let evidence = learning::evidence(&document);
        let evidence: BTreeMap<usize, _> = lines.zip(evidence).collect();
        for label in own {
            let Some(Some((id, pieces))) = evidence.get(&label.number) else { continue };
            if !learning::is_narrow(id) && !learning::is_for_nobody(id) {
                rows.push((*pieces, label.ids.iter().any(|it| it == id)));
            }
        }
    }
    Ok(())
}

fn fit(rows: &[Row]) -> [f64; PIECES + 1] {
    let all = f64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX));
    let mut scale = [0.0_f64; PIECES];
    for (pieces, _) in rows {
        scale.iter_mut().zip(pieces).for_each(|(sum, it)| *sum += it * it / all);
    }
    let scale = scale.map(|it| it.sqrt().max(1e-6));
    let mut counts = [0.0_f64; PIECES + 1];
    for _ in 0..STEPS {
        let mut slopes = [0.0_f64; PIECES + 1];
        for (pieces, right) in rows {
            let error = sure(pieces, &counts) - if *right { 1.0 } else { 0.0 };
            let with_constant = pieces.iter().copied().chain([1.0]);
            slopes.iter_mut().zip(with_constant).for_each(|(sum, it)| *sum += error * it / all);
        }
        for (at, (count, slope)) in counts.iter_mut().zip(slopes).enumerate() {
            let own = scale.get(at).copied();
            let pull = own.map_or(0.0, |own| RIDGE * *count * own * own / all);
            *count -= RATE * (slope + pull) / own.map_or(1.0, |own| own * own);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_right_from_wrong_counts_and_what_does_not_counts_little() {
        let row = |at: u32| {
            let right = !at.is_multiple_of(4);
            let telling = if right { 1.0 } else { -1.0 };
            ([telling, f64::from(at % 3), 0.0, f64::from(at % 2), 0.0], right)
        };
        let rows: Vec<Row> = (0..240).map(row).collect();
        let counts = fit(&rows);
        assert!(1.0 < counts[0] && counts[1].abs() < 0.5, "{counts:?}");
        assert!(0.9 < sure(&rows[1].0, &counts) && sure(&rows[0].0, &counts) < 0.3, "{counts:?}");
    }
}
