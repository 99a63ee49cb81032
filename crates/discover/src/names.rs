//! Hosts, environments and versions as they are written in files.

use holdpoint_model::scope::{Site, placeholder_host};

/// Words for an environment in paths, names of files and hosts, and the environment they mean;
/// production is the one that everything is about unless something else is said.
const ENVIRONMENTS: &[(&str, &str)] = &[
    ("prod", ""),
    ("production", ""),
    ("live", ""),
    ("staging", "staging"),
    ("stage", "staging"),
    ("stg", "staging"),
    ("preprod", "preprod"),
    ("uat", "uat"),
    ("qa", "qa"),
    ("test", "test"),
    ("testing", "test"),
    ("dev", "dev"),
    ("development", "dev"),
    ("local", "local"),
    ("sandbox", "sandbox"),
    ("preview", "preview"),
    ("demo", "demo"),
];

/// The environment that a word names: nothing for production, `None` when it names none.
fn environment_of(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    ENVIRONMENTS.iter().find(|(name, _)| *name == word).map(|(_, it)| *it)
}

/// The environment that a file is for, by the words of its path; empty for production and for
/// files that are for all.
pub(crate) fn environment_of_path(path: &str) -> &'static str {
    let words = path.split(['/', '.', '-', '_']);
    words.filter_map(environment_of).find(|it| !it.is_empty()).unwrap_or_default()
}

/// The environment that a host is for, by its labels but the last two.
pub(crate) fn environment_of_host(host: &str) -> &'static str {
    let labels: Vec<&str> = host.split('.').collect();
    let front = labels.get(..labels.len().saturating_sub(2)).unwrap_or_default();
    let words = front.iter().flat_map(|label| label.split('-'));
    words.filter_map(environment_of).find(|it| !it.is_empty()).unwrap_or_default()
}

/// Services that have a target of their own.
const SERVICES: &[&str] = &["prometheus", "alertmanager", "grafana", "opensearch", "redis"];

/// The name of the target that a host or a service is: one of a known service, or `web`.
pub(crate) fn target_of(words: &str) -> &'static str {
    let words = words.to_ascii_lowercase();
    let all = words.split(['.', '-', '_', '/']);
    all.filter_map(|word| SERVICES.iter().copied().find(|it| *it == word)).next().unwrap_or("web")
}

/// A host that can be looked at from anywhere: no placeholder, no pattern, no name or address that
/// means something only on one machine or in one cluster.
pub(crate) fn public_host(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let inner =
        [".local", ".localhost", ".internal", ".svc", ".lan", ".home", ".invalid", ".onion"];
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    host.contains('.')
        && host.chars().all(letters)
        && host.split('.').all(|label| !label.is_empty())
        && host
            .rsplit('.')
            .next()
            .is_some_and(|last| last.len() > 1 && last.chars().all(|c| c.is_ascii_alphabetic()))
        && !inner.iter().any(|end| host.ends_with(end))
        && !host.contains(".svc.")
        && !placeholder_host(&host)
}

/// First labels of hosts that serve something beside the system itself.
const BESIDE: &[&str] = &[
    "cdn",
    "static",
    "assets",
    "media",
    "img",
    "images",
    "docs",
    "status",
    "mail",
    "smtp",
    "ftp",
    "git",
    "ci",
    "registry",
    "s3",
    "minio",
    "storage",
    "vpn",
    "bastion",
    "jenkins",
    "sentry",
    "kibana",
    "jaeger",
    "monitoring",
    "traefik",
    "db",
    "pgadmin",
    "adminer",
];

/// Whether a host is none that a claim about the system means.
pub(crate) fn is_beside(host: &str) -> bool {
    let labels = host.split('.').count();
    2 < labels && host.split('.').next().is_some_and(|first| BESIDE.contains(&first))
}

/// The part of a host that somebody registered, as far as one can tell without a list.
pub(crate) fn registered(host: &str) -> String {
    let labels: Vec<&str> = host.split('.').collect();
    let second = labels.len().checked_sub(2).and_then(|at| labels.get(at)).copied();
    let short = labels.last().is_some_and(|last| last.len() == 2);
    let shared = matches!(second, Some("co" | "com" | "net" | "org" | "ac" | "gov" | "or" | "ne"));
    let count = if short && shared { 3 } else { 2 };
    labels.get(labels.len().saturating_sub(count)..).unwrap_or_default().join(".")
}

/// A host without the `www.` that stands for the same site.
pub(crate) fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// The addresses in a text, each with its host.
pub(crate) fn sites(text: &str) -> Vec<Site> {
    let mut sites = Vec::new();
    for scheme in ["https://", "http://"] {
        for (at, _) in text.match_indices(scheme) {
            let rest = text.get(at..).unwrap_or_default();
            let stops = |c: char| c.is_whitespace() || "<>\"'`)]},;|\\*（）「」，。".contains(c);
            let end = rest.find(stops).unwrap_or(rest.len());
            // `https://<host>` is read as far as the mark, which leaves nothing.
            let url = rest.get(..end).unwrap_or_default().trim_end_matches(['.', ':', '!', '?']);
            sites.extend(Site::read(url).filter(|site| !site.host.contains(['$', '{'])));
        }
    }
    sites
}

/// Words of a text that look like names of hosts.
pub(crate) fn bare_hosts(text: &str) -> Vec<String> {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    let words = text.split(ends).map(|word| word.trim_matches(['.', '-']).to_ascii_lowercase());
    words.filter(|word| public_host(word)).collect()
}

/// A version of at least two numbers, without the `v` before it.
pub(crate) fn version(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches(['v', 'V', '=', '^', '~']);
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+')))
        .unwrap_or(text.len());
    let version = text.get(..end)?.trim_end_matches(['.', '-', '+']);
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    let good = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (2 <= numbers.len() && numbers.iter().all(good)).then(|| version.to_owned())
}

/// The first version in a text.
pub(crate) fn version_in(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || "`*()[],:_|/".contains(c));
    words
        .filter(|word| {
            word.trim_start_matches(['v', 'V']).starts_with(|c: char| c.is_ascii_digit())
        })
        .find_map(version)
}

/// Whether a word is the name of an environment variable: two parts at least, all upper case.
pub(crate) fn is_variable(word: &str) -> bool {
    let good = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.contains('_')
        && !word.ends_with('_')
        && word.chars().all(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_hosts_that_anyone_can_reach() {
        for host in ["shop.acme.dev", "a.co.uk", "xn--bcher-kva.ch"] {
            assert!(public_host(host), "{host}");
        }
        for host in [
            "localhost",
            "shop",
            "*.acme.dev",
            "db.internal",
            "api.default.svc.cluster.local",
            "10.0.0.1",
            "example.com",
            "<host>",
            "yourdomain.com",
            "a..b",
            "${HOST}.dev",
            "_",
        ] {
            assert!(!public_host(host), "{host}");
        }
    }

    #[test]
    fn tells_environments() {
        assert_eq!(environment_of_path("k8s/overlays/staging/ingress.yaml"), "staging");
        assert_eq!(environment_of_path("k8s/overlays/production/ingress.yaml"), "");
        assert_eq!(environment_of_path("docker-compose.dev.yml"), "dev");
        assert_eq!(environment_of_host("staging.shop.dev"), "staging");
        assert_eq!(environment_of_host("shop.dev"), "");
        assert_eq!(environment_of_host("api-uat.shop.dev"), "uat");
        assert_eq!((target_of("grafana.acme.dev"), target_of("shop")), ("grafana", "web"));
    }

    #[test]
    fn finds_hosts_and_versions_in_prose() {
        let hosts = |text: &str| sites(text).into_iter().map(|it| it.host).collect::<Vec<_>>();
        assert_eq!(hosts("see (https://A.test/x), `http://b.test`."), ["a.test", "b.test"]);
        assert!(hosts("https://<host>/ https://${H}/").is_empty());
        assert_eq!(
            bare_hosts("`api.acme.dev` resolves, README.md too"),
            ["api.acme.dev", "readme.md"]
        );
        assert_eq!(version_in("Release v1.4.0 (x)").as_deref(), Some("1.4.0"));
        assert_eq!(version_in("on 2026-11-21 at 10"), None);
        assert_eq!(version("1.2.0-rc.1").as_deref(), Some("1.2.0-rc.1"));
        assert!(is_variable("DATABASE_URL") && !is_variable("HTTP") && !is_variable("A_"));
        assert_eq!(
            (registered("a.b.acme.dev"), registered("x.acme.co.uk")),
            ("acme.dev".into(), "acme.co.uk".into())
        );
    }
}
