//! Dockerfiles: the image that is built on, the ports, the health check.

use std::collections::BTreeSet;

use crate::{
    found::{Image, Listener, Repository},
    names::environment_of_path,
    place::Place,
};

/// Reads a Dockerfile.
pub(crate) fn read(file: &str, text: &str, into: &mut Repository) {
    let environment = environment_of_path(file);
    let mut stages: BTreeSet<String> = BTreeSet::new();
    for (at, line) in text.lines().enumerate() {
        let place = Place::new(file, at + 1);
        let mut words = line.split_whitespace();
        match words.next().unwrap_or_default().to_ascii_uppercase().as_str() {
            "FROM" => {
                let mut words = words.filter(|word| !word.starts_with("--"));
                let base = words.next().unwrap_or_default();
                if !stages.contains(&base.to_ascii_lowercase()) && !base.contains('$') {
                    into.images.push(Image::read(base, environment, place));
                }
                stages.extend(words.nth(1).map(str::to_ascii_lowercase));
            }
            "EXPOSE" => {
                let numbers = words.filter_map(|word| word.split('/').next()?.parse().ok());
                for port in numbers {
                    let at = Place::new(file, at + 1);
                    into.listeners.push(Listener { service: String::from("image"), port, at });
                }
            }
            "HEALTHCHECK" => {
                let rest: Vec<&str> = words.collect();
                let note = format!("the image checks its health: {}", rest.join(" "));
                into.notes.push((note, place));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_bases_and_ports() {
        let text = "FROM --platform=x node:20-alpine AS build\nRUN x\nFROM build\nEXPOSE 3000 9/udp\n\
                    HEALTHCHECK CMD curl -f http://localhost:3000/health\n";
        let mut all = Repository::default();
        read("Dockerfile", text, &mut all);
        assert_eq!(all.images.len(), 1);
        assert_eq!(
            (all.images[0].name.as_str(), all.images[0].tag.as_str()),
            ("node", "20-alpine")
        );
        assert_eq!(all.listeners.iter().map(|it| it.port).collect::<Vec<_>>(), [3000, 9]);
        assert_eq!(all.notes[0].1.line, 5);
    }
}
