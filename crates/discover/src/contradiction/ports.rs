//! A port that the text gives to a service, and the ones that the service has.

use crate::{
    contradiction::{Contradiction, words},
    found::Repository,
    paper::Paper,
};

/// Words for a port, in the languages of checklists.
const PORT: &[&str] = &["port", "ports", "puerto", "porta", "端口", "ポート", "포트"];

pub(super) fn find(
    paper: &Paper<'_>,
    rows: &[(usize, String)],
    all: &Repository,
    into: &mut Vec<Contradiction>,
) {
    for (number, row) in rows {
        let words = words(row);
        let speaks = words.iter().any(|(_, word)| PORT.contains(&word.as_str()));
        if !speaks {
            continue;
        }
        for (at, word) in &words {
            let Some(port) = word.parse::<u16>().ok().filter(|_| 2 <= word.len()) else { continue };
            // The service that stands nearest to the number.
            let named = words.iter().filter(|(_, word)| is_service(word, all));
            let Some((_, service)) = named.min_by_key(|(place, _)| place.abs_diff(*at)) else {
                continue;
            };
            let own = all.listeners.iter().filter(|it| has(&it.service, service));
            let own: Vec<_> = own.collect();
            if own.iter().any(|it| it.port == port) {
                continue;
            }
            let mut ports: Vec<String> = own.iter().map(|it| it.port.to_string()).collect();
            ports.dedup();
            into.push(Contradiction {
                line: paper.at(*number),
                text: format!(
                    "says that {service} has port {port}; it is {} there",
                    ports.join(", ")
                ),
                files: own.iter().map(|it| it.at.clone()).collect(),
            });
        }
    }
}

fn is_service(word: &str, all: &Repository) -> bool {
    // "Image" is what a Dockerfile's ports belong to, and an ordinary word.
    word.chars().any(char::is_alphabetic)
        && 2 < word.len()
        && all.listeners.iter().any(|it| it.service != "image" && has(&it.service, word))
}

/// Whether a service's name has this word.
fn has(service: &str, word: &str) -> bool {
    let word = if word == "postgresql" { "postgres" } else { word };
    service.to_lowercase().split(['-', '_', '.']).any(|part| part == word)
}
