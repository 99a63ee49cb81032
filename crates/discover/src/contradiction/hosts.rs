//! Hosts of the text that no ingress, proxy or name of the DNS knows.

use std::collections::BTreeSet;

use crate::{
    contradiction::Contradiction,
    found::{By, Repository},
    names::{bare, bare_hosts, environment_of_host, public_host, registered, sites},
    paper::Paper,
};

pub(super) fn find(
    paper: &Paper<'_>,
    rows: &[(usize, String)],
    all: &Repository,
    into: &mut Vec<Contradiction>,
) {
    let known: Vec<_> = all.sites.iter().filter(|it| public_host(&it.host)).collect();
    if known.is_empty() {
        return;
    }
    let domains: BTreeSet<String> = known.iter().map(|it| registered(&it.host)).collect();
    let served = |host: &str| {
        let pattern = |it: &str| it.strip_prefix("*.").is_some_and(|end| host.ends_with(end));
        all.sites.iter().any(|it| bare(&it.host) == bare(host) || pattern(&it.host))
    };
    let labelled: BTreeSet<(usize, String)> = paper
        .hosts()
        .into_iter()
        .filter(|it| it.by == By::Label)
        .map(|it| (it.at.line, it.host))
        .collect();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (number, row) in rows {
        let named = sites(row).into_iter().map(|it| it.host).chain(bare_hosts(row));
        for host in named.collect::<BTreeSet<_>>() {
            let environment = environment_of_host(&host);
            let ours =
                domains.contains(&registered(&host)) || labelled.contains(&(*number, host.clone()));
            // Mail to somebody of the domain names no site.
            let mail = row.contains(&["@", host.as_str()].concat());
            let declared = known.iter().any(|it| it.environment == environment);
            if !public_host(&host) || !ours || mail || !declared || served(&host) {
                continue;
            }
            // The registered name itself stands for the company as well.
            if domains.contains(&host) && !labelled.contains(&(*number, host.clone())) {
                continue;
            }
            if seen.insert(host.clone()) {
                let same: Vec<_> =
                    known.iter().filter(|it| it.environment == environment).collect();
                let mut names: Vec<&str> = same.iter().map(|it| it.host.as_str()).collect();
                names.sort_unstable();
                names.dedup();
                into.push(Contradiction {
                    line: paper.at(*number),
                    text: format!("names {host}; what is served there is {}", names.join(", ")),
                    files: same.iter().map(|it| it.at.clone()).collect(),
                });
            }
        }
    }
}
