//! Versions: of the release, and of what it runs on.

use crate::{
    contradiction::{Contradiction, words},
    found::Repository,
    names::version,
    paper::Paper,
};

/// Names of images, and the words that checklists have for them.
const RUNTIMES: &[(&str, &[&str])] = &[
    ("node", &["node", "node.js", "nodejs"]),
    ("python", &["python"]),
    ("postgres", &["postgres", "postgresql"]),
    ("redis", &["redis"]),
    ("mysql", &["mysql"]),
    ("mariadb", &["mariadb"]),
    ("nginx", &["nginx"]),
    ("golang", &["golang"]),
    ("ruby", &["ruby"]),
    ("php", &["php"]),
];

pub(super) fn find(
    paper: &Paper<'_>,
    rows: &[(usize, String)],
    all: &Repository,
    into: &mut Vec<Contradiction>,
) {
    release(paper, all, into);
    let images: Vec<_> = all.images.iter().filter(|it| it.environment.is_empty()).collect();
    for (number, row) in rows {
        let words = words(row);
        for pair in words.windows(2) {
            let [(_, name), (at, wanted)] = pair else { continue };
            let Some((image, _)) = RUNTIMES.iter().find(|(_, all)| all.contains(&name.as_str()))
            else {
                continue;
            };
            let wanted = wanted.trim_start_matches('v').trim_end_matches(".x");
            let Some(asked) = numbers(wanted).filter(|it| it.first() < Some(&100)) else {
                continue;
            };
            let behind = row.get(at + wanted.len()..).unwrap_or_default();
            let least = behind.starts_with(['+', 'x']) && !behind.starts_with("x ")
                || behind.trim_start().starts_with("or ")
                || row.get(..*at).is_some_and(|it| it.trim_end().ends_with(['≥', '>', '=']));
            let own: Vec<_> = images
                .iter()
                .filter(|it| it.name == *image)
                .filter_map(|it| Some((it, numbers(it.tag.split('-').next()?)?)))
                .collect();
            let holds = |found: &Vec<u32>| {
                let found: Vec<u32> = found.iter().copied().take(asked.len()).collect();
                if least {
                    asked.get(..found.len()).is_some_and(|it| it <= found.as_slice())
                } else {
                    asked.get(..found.len()) == Some(found.as_slice())
                }
            };
            if own.is_empty() || own.iter().any(|(_, found)| holds(found)) {
                continue;
            }
            let mut tags: Vec<String> =
                own.iter().map(|(it, _)| format!("{} {}", it.name, it.tag)).collect();
            tags.dedup();
            let sign = if least { " or later" } else { "" };
            into.push(Contradiction {
                line: paper.at(*number),
                text: format!("says {name} {wanted}{sign}; it runs on {}", tags.join(", ")),
                files: own.iter().map(|(it, _)| it.at.clone()).collect(),
            });
        }
    }
}

fn numbers(text: &str) -> Option<Vec<u32>> {
    let numbers: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
    numbers.filter(|it| !it.is_empty())
}

/// The version in the title or under a label, and that of the packages.
fn release(paper: &Paper<'_>, all: &Repository, into: &mut Vec<Contradiction>) {
    let Some((said, line)) = paper.version() else { return };
    let own = all.manifests.iter().filter(|it| !it.file.contains('/'));
    let own: Vec<_> = own.filter_map(|it| it.version.as_ref()).collect();
    if own.is_empty() || own.iter().any(|(it, _)| version(it).as_ref() == Some(&said)) {
        return;
    }
    let versions: Vec<&str> = own.iter().map(|it| it.0.as_str()).collect();
    into.push(Contradiction {
        line: paper.at(line),
        text: format!("is for version {said}; the package is {}", versions.join(", ")),
        files: own.iter().map(|it| it.1.clone()).collect(),
    });
}
