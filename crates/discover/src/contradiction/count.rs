//! How many of a workload the text asks for, and which path tells its health.

use std::collections::BTreeSet;

use crate::{
    contradiction::{Contradiction, words},
    found::Repository,
    paper::Paper,
};

const COUNTED: &[&str] = &["replica", "replicas", "pods", "instances", "tasks"];

pub(super) fn find(
    paper: &Paper<'_>,
    rows: &[(usize, String)],
    all: &Repository,
    into: &mut Vec<Contradiction>,
) {
    let workloads = || all.workloads.iter().filter(|it| it.environment.is_empty());
    let counts: Vec<_> = workloads().filter_map(|it| Some((it, it.replicas.as_ref()?))).collect();
    let probes: Vec<_> = workloads().flat_map(|it| &it.probes).collect();
    let paths: BTreeSet<&str> = probes.iter().map(|it| it.0.as_str()).collect();
    for (number, row) in rows {
        let words = words(row);
        for pair in words.windows(2) {
            let [(_, count), (_, what)] = pair else { continue };
            let Some(count) =
                count.parse::<u32>().ok().filter(|_| COUNTED.contains(&what.as_str()))
            else {
                continue;
            };
            let named = |name: &str| words.iter().any(|(_, word)| word == name);
            let meant: Vec<_> =
                counts.iter().filter(|(it, _)| named(&it.name.to_lowercase())).collect();
            let meant = if meant.is_empty() { counts.iter().collect() } else { meant };
            if meant.is_empty() || meant.iter().any(|(_, (found, _))| count <= *found) {
                continue;
            }
            let mut found: Vec<String> =
                meant.iter().map(|(it, (found, _))| format!("{} has {found}", it.name)).collect();
            found.dedup();
            into.push(Contradiction {
                line: paper.at(*number),
                text: format!("asks for {count} {what}; {}", found.join(", ")),
                files: meant.iter().map(|(_, (_, at))| at.clone()).collect(),
            });
        }
        for path in health_paths(row) {
            if !paths.is_empty() && !paths.contains(path.as_str()) {
                let all: Vec<&str> = paths.iter().copied().collect();
                into.push(Contradiction {
                    line: paper.at(*number),
                    text: format!(
                        "asks {path}; what is asked for its health is {}",
                        all.join(", ")
                    ),
                    files: probes.iter().map(|it| it.1.clone()).collect(),
                });
            }
        }
    }
}

/// Paths that tell a service's health.
fn health_paths(row: &str) -> BTreeSet<String> {
    let ends = |c: char| c.is_whitespace() || "`'\"()<>,;*|".contains(c);
    let mut paths = BTreeSet::new();
    for word in row.split(ends) {
        let word = match word.split_once("://") {
            Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default(),
            None => word,
        };
        let path =
            word.split(['?', '#']).next().unwrap_or_default().trim_end_matches(['.', ':', '/']);
        let last = path.rsplit('/').next().unwrap_or_default();
        let tells = ["health", "healthz", "healthcheck", "ready", "readyz", "livez", "live"];
        if path.starts_with('/') && tells.contains(&last) {
            paths.insert(path.to_owned());
        }
    }
    paths
}
