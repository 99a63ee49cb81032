//! Where the system is reached: names of ingresses, proxies, infrastructure and checklists.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    facts::Fact,
    found::{By, Declared, Repository, Service},
    names::{bare, is_beside, public_host, target_of},
    paper::Paper,
    place::Place,
};

pub(super) fn facts(all: &Repository, papers: &[Paper<'_>], into: &mut Vec<Fact>) {
    let spoken: Vec<Declared> = papers.iter().flat_map(Paper::hosts).collect();
    let mentioned: BTreeSet<&str> = spoken.iter().map(|it| it.host.as_str()).collect();
    let tls = all.resources.iter().any(|it| it.kind == "tls");
    let mut groups: BTreeMap<(&str, &str), Vec<&Declared>> = BTreeMap::new();
    for site in all.sites.iter().chain(&spoken).filter(|it| public_host(&it.host)) {
        let mut target = target_of(&site.host);
        if target == "web" {
            target = target_of(&site.service);
        }
        groups.entry((site.environment, target)).or_default().push(site);
    }
    for ((environment, target), sites) in groups {
        into.extend(fact(environment, target, &sites, &mentioned, tls));
    }
    published(all, into);
}

/// What is known of one host.
struct Candidate<'a> {
    host: &'a str,
    by: By,
    tls: Option<bool>,
    spoken: bool,
    at: &'a Place,
}

impl Candidate<'_> {
    fn rank(&self) -> (bool, bool, By, bool) {
        (!is_beside(self.host), self.by != By::Mention, self.by, self.spoken)
    }

    fn url(&self, tls: bool) -> String {
        let secure = self.tls.unwrap_or(tls || self.by < By::Infrastructure);
        format!("{}://{}", if secure { "https" } else { "http" }, self.host)
    }
}

fn fact(
    environment: &str,
    target: &str,
    sites: &[&Declared],
    mentioned: &BTreeSet<&str>,
    tls: bool,
) -> Option<Fact> {
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for site in sites {
        let spoken = mentioned.contains(site.host.as_str());
        match candidates.iter_mut().find(|it| it.host == site.host) {
            Some(known) => {
                // A name that is answered with and without TLS is meant with.
                let tls = match (known.by, site.by) {
                    (By::Mention, _) => site.tls,
                    (_, By::Mention) => known.tls,
                    _ if known.tls == Some(true) || site.tls == Some(true) => Some(true),
                    _ => known.tls.or(site.tls),
                };
                let same = known.by == site.by && site.tls == Some(true);
                if known.by < site.by || (same && known.tls != Some(true)) {
                    (known.by, known.at) = (site.by, &site.at);
                }
                known.tls = tls;
            }
            None => candidates.push(Candidate {
                host: &site.host,
                by: site.by,
                tls: site.tls,
                spoken,
                at: &site.at,
            }),
        }
    }
    // The first of equals stays first.
    candidates.sort_by_key(|it| std::cmp::Reverse(it.rank()));
    let (first, rest) = candidates.split_first()?;
    let rivals: Vec<&Candidate<'_>> = rest
        .iter()
        .filter(|it| it.by != By::Mention && bare(it.host) != bare(first.host))
        .filter(|it| !is_beside(it.host))
        .collect();
    let alone = rivals.iter().all(|rival| first.spoken && !rival.spoken);
    let remark = if target == "web" && is_beside(first.host) {
        "by its name it serves something beside the system"
    } else if first.by == By::Mention {
        "the checklist only mentions it"
    } else if !alone {
        "several hosts are declared, and the checklist does not say which is meant"
    } else if first.tls.is_none() && !tls && first.by == By::Infrastructure {
        "nothing says whether it is reached with TLS"
    } else {
        ""
    };
    let before = if environment.is_empty() { String::new() } else { format!("env.{environment}.") };
    let listed = rest.iter().filter(|it| it.by != By::Mention);
    Some(Fact {
        path: format!("{before}target.{target}.url"),
        value: first.url(tls),
        origin: first.at.clone(),
        sure: remark.is_empty(),
        remark: remark.to_owned(),
        others: listed.map(|it| (it.url(tls), it.at.clone())).collect(),
    })
}

/// Names of services that others come to first.
const FRONTS: &[&str] =
    &["nginx", "proxy", "caddy", "traefik", "web", "frontend", "app", "api", "gateway"];

/// What a compose file publishes is reached on the machine where it runs; whether that is this
/// machine, and whether it is the one that the checklist is about, nobody said.
fn published(all: &Repository, into: &mut Vec<Fact>) {
    let mut targets: BTreeMap<&str, Vec<(usize, &Service)>> = BTreeMap::new();
    for service in all.services.iter().filter(|it| it.environment.is_empty()) {
        let target = target_of(&service.name);
        let words: Vec<&str> = service.name.split(['-', '_']).collect();
        let front = FRONTS.iter().position(|name| words.contains(name));
        let rank = if target == "web" { front } else { Some(0) };
        if let Some(rank) = rank.filter(|_| target != "redis") {
            targets.entry(target).or_default().push((rank, service));
        }
    }
    for (target, mut services) in targets {
        services.sort_by_key(|(rank, _)| *rank);
        let ports = services.iter().flat_map(|(_, service)| {
            service.published.iter().map(|(port, at)| (service.name.as_str(), *port, at))
        });
        let mut ports = ports.collect::<Vec<_>>().into_iter();
        let Some((service, port, at)) = ports.next() else { continue };
        let url = |port: u16| match port {
            80 => String::from("http://localhost"),
            443 => String::from("https://localhost"),
            _ => format!("http://localhost:{port}"),
        };
        into.push(Fact {
            path: format!("target.{target}.url"),
            value: url(port),
            origin: at.clone(),
            sure: false,
            remark: format!("{service} is published there on the machine where compose runs"),
            others: ports.map(|(_, port, at)| (url(port), at.clone())).collect(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(host: &str, by: By, tls: Option<bool>, line: usize) -> Declared {
        Declared {
            host: host.to_owned(),
            tls,
            service: String::new(),
            environment: "",
            by,
            at: Place::new("f", line),
        }
    }

    fn found(sites: &[Declared], spoken: &[&str]) -> (String, usize, bool) {
        let sites: Vec<&Declared> = sites.iter().collect();
        let spoken: BTreeSet<&str> = spoken.iter().copied().collect();
        let fact = fact("", "web", &sites, &spoken, false).unwrap();
        (fact.value, fact.origin.line, fact.sure)
    }

    #[test]
    fn the_better_founded_host_wins_and_a_rival_makes_it_unsure() {
        let url = |host: &str| format!("https://{host}");
        let mention = site("a.test", By::Mention, Some(true), 1);
        let label = site("a.test", By::Label, None, 2);
        let proxy = site("a.test", By::Proxy, Some(false), 3);
        let secure = site("a.test", By::Proxy, Some(true), 4);
        let other = site("b.test", By::Ingress, Some(true), 5);
        assert_eq!(found(std::slice::from_ref(&mention), &["a.test"]), (url("a.test"), 1, false));
        assert_eq!(found(&[mention.clone(), label], &["a.test"]), (url("a.test"), 2, true));
        assert_eq!(found(&[proxy.clone(), mention], &[]), ("http://a.test".to_owned(), 3, true));
        assert_eq!(found(&[proxy, secure.clone()], &[]), (url("a.test"), 4, true));
        assert_eq!(found(&[secure.clone(), other.clone()], &[]), (url("b.test"), 5, false));
        assert_eq!(found(&[secure.clone(), other.clone()], &["b.test"]), (url("b.test"), 5, true));
        assert_eq!(found(&[secure.clone(), other], &["a.test"]), (url("b.test"), 5, false));
        let www = site("www.a.test", By::Proxy, Some(true), 6);
        assert!(found(&[secure.clone(), www], &[]).2);
        let cdn = site("cdn.a.test", By::Ingress, Some(true), 7);
        assert_eq!(found(&[cdn.clone(), secure], &[]), (url("a.test"), 4, true));
        assert!(!found(&[cdn], &[]).2);
        // A name of the DNS says nothing about TLS.
        let dns = site("a.test", By::Infrastructure, None, 8);
        assert_eq!(found(&[dns], &[]), ("http://a.test".to_owned(), 8, false));
    }
}
