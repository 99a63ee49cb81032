//! Which line of a document is which line of another version of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Name, Side};

/// Lines of one section beyond which nobody looks for the reworded ones.
const NEIGHBOURS_MAX: usize = 400;

/// How alike two texts must be to be one line in other words, in hundredths.
const ALIKE: usize = 50;

type Pair = (Option<usize>, Option<usize>, Option<Change>);

/// Every line of both documents once, in the order of the newer; what is gone stands where it
/// stood.
pub(super) fn pairs(old: &Side<'_>, new: &Side<'_>) -> Vec<Pair> {
    let (then, now) = (numbered(old), numbered(new));
    let mut was: BTreeMap<usize, (usize, Option<Change>)> = BTreeMap::new();
    let mut left: BTreeMap<&Name, usize> = then.iter().map(|(line, name)| (name, *line)).collect();
    for (line, name) in &now {
        if let Some(before) = left.remove(name) {
            was.insert(*line, (before, None));
        }
    }
    let mut gone: BTreeMap<usize, &Name> = left.into_iter().map(|(name, it)| (it, name)).collect();
    let fresh: BTreeMap<usize, &Name> = now
        .iter()
        .filter(|(line, _)| !was.contains_key(line))
        .map(|(it, name)| (*it, name))
        .collect();
    elsewhere(&mut was, &mut gone, &fresh);
    reworded(&mut was, &mut gone, &fresh);
    in_order(&now, &was, &gone)
}

/// The names of the lines of a run, from its plan where its document does not tell.
fn numbered(side: &Side<'_>) -> BTreeMap<usize, Name> {
    let lines = side.dossier.view.lines.iter();
    lines
        .map(|line| {
            let number = line.plan.line;
            let name = side.names.get(&number).cloned().unwrap_or_else(|| Name {
                section: line.plan.section.clone(),
                under: String::new(),
                text: line.plan.text.clone(),
                // No two lines are one by mistake.
                nth: number,
            });
            (number, name)
        })
        .collect()
}

/// The same words below another heading, where no other line has them.
fn elsewhere(
    was: &mut BTreeMap<usize, (usize, Option<Change>)>,
    gone: &mut BTreeMap<usize, &Name>,
    fresh: &BTreeMap<usize, &Name>,
) {
    let single = |all: &BTreeMap<usize, &Name>| {
        let mut by = BTreeMap::<String, Vec<usize>>::new();
        for (line, name) in all {
            by.entry(name.text.clone()).or_default().push(*line);
        }
        by
    };
    let (before, after) = (single(gone), single(fresh));
    for (text, lines) in after {
        if let ([now], Some([then])) = (lines.as_slice(), before.get(&text).map(Vec::as_slice)) {
            was.insert(*now, (*then, Some(Change::Moved)));
            gone.remove(then);
        }
    }
}

/// Lines of one section whose words are alike, the most alike first.
fn reworded(
    was: &mut BTreeMap<usize, (usize, Option<Change>)>,
    gone: &mut BTreeMap<usize, &Name>,
    fresh: &BTreeMap<usize, &Name>,
) {
    let mut sections = BTreeMap::<&[String], (Vec<usize>, Vec<usize>)>::new();
    for (line, name) in gone.iter() {
        sections.entry(name.section.as_slice()).or_default().0.push(*line);
    }
    for (line, name) in fresh.iter().filter(|(line, _)| !was.contains_key(line)) {
        sections.entry(name.section.as_slice()).or_default().1.push(*line);
    }
    for (then, now) in sections.into_values() {
        if NEIGHBOURS_MAX < then.len() || NEIGHBOURS_MAX < now.len() {
            continue;
        }
        let words = |name: Option<&&Name>| words(name.map_or("", |it| it.text.as_str()));
        let old: Vec<_> = then.iter().map(|line| (*line, words(gone.get(line)))).collect();
        let mut all = Vec::new();
        for line in &now {
            let new = words(fresh.get(line));
            let pairs = old.iter().map(|(was, old)| (alike(old, &new), *was, *line));
            all.extend(pairs.filter(|(alike, ..)| ALIKE <= *alike));
        }
        all.sort_by_key(|(alike, was, line)| (std::cmp::Reverse(*alike), *was, *line));
        for (_, before, line) in all {
            if gone.contains_key(&before) && !was.contains_key(&line) {
                was.insert(line, (before, Some(Change::Reworded)));
                gone.remove(&before);
            }
        }
    }
}

fn words(text: &str) -> BTreeSet<String> {
    let words = text.to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty());
    words.map(str::to_owned).collect()
}

/// Twice the words in common by the words of both, in hundredths.
fn alike(one: &BTreeSet<String>, two: &BTreeSet<String>) -> usize {
    let both = one.len() + two.len();
    (200 * one.intersection(two).count()).checked_div(both).unwrap_or(0)
}

fn in_order(
    now: &BTreeMap<usize, Name>,
    was: &BTreeMap<usize, (usize, Option<Change>)>,
    gone: &BTreeMap<usize, &Name>,
) -> Vec<Pair> {
    let mut gone: Vec<usize> = gone.keys().copied().rev().collect();
    let mut pairs = Vec::with_capacity(now.len() + gone.len());
    for line in now.keys() {
        let Some((before, how)) = was.get(line) else {
            pairs.push((None, Some(*line), Some(Change::Added)));
            continue;
        };
        while gone.last().is_some_and(|it| it < before) {
            pairs.push((gone.pop(), None, Some(Change::Removed)));
        }
        pairs.push((Some(*before), Some(*line), *how));
    }
    pairs.extend(gone.into_iter().rev().map(|it| (Some(it), None, Some(Change::Removed))));
    pairs
}
