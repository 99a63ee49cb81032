//! Caddyfiles: the addresses of their sites.

use crate::{
    found::{By, Declared, Repository},
    names::{environment_of_host, environment_of_path},
    place::Place,
};

/// Reads a Caddyfile. Addresses of sites stand at the beginning of a line, before the brace that
/// opens the site; Caddy speaks TLS unless the address says `http://` or another port.
pub(crate) fn read(file: &str, text: &str, into: &mut Repository) {
    let mut depth = 0_usize;
    for (at, line) in text.lines().enumerate() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.starts_with('#') {
            continue;
        }
        if depth == 0 && !line.starts_with('{') {
            let head = line.strip_suffix('{').unwrap_or(line);
            for address in head.split([',', ' ']).map(str::trim).filter(|it| !it.is_empty()) {
                into.sites.extend(site(file, address, at + 1));
            }
        }
        // Placeholders such as `{$DOMAIN}` open and close on the line itself.
        let opened = line.matches('{').count();
        let closed = line.matches('}').count();
        depth = (depth + opened).saturating_sub(closed);
    }
}

fn site(file: &str, address: &str, line: usize) -> Option<Declared> {
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let rest = rest.split('/').next().unwrap_or(rest);
    let (host, port) = rest.split_once(':').unwrap_or((rest, ""));
    let host = host.to_ascii_lowercase();
    // Another port is another address than the one of the site.
    let usual = matches!(port, "" | "80" | "443");
    let environment = environment_of_path(file);
    let own = environment_of_host(&host);
    usual.then(|| Declared {
        tls: Some(scheme != "http" && port != "80"),
        service: String::new(),
        environment: if environment.is_empty() { own } else { environment },
        by: By::Proxy,
        at: Place::new(file, line),
        host,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::public_host;

    #[test]
    fn reads_the_addresses_of_sites() {
        let text = "{\n  email ops@beacon.test\n}\n# a.beacon.test\nshop.beacon.test, www.beacon.test {\n  \
                    reverse_proxy app:3000\n  handle /x {\n    respond x.beacon.test\n  }\n}\n\
                    http://plain.beacon.test {\n}\n{$DOMAIN} {\n}\n:8080 {\n}\n(snippet) {\n}\n";
        let mut all = Repository::default();
        read("Caddyfile", text, &mut all);
        let public = all.sites.iter().filter(|it| public_host(&it.host));
        let found: Vec<_> = public.map(|it| (it.host.as_str(), it.tls, it.at.line)).collect();
        assert_eq!(
            found,
            [
                ("shop.beacon.test", Some(true), 5),
                ("www.beacon.test", Some(true), 5),
                ("plain.beacon.test", Some(false), 11),
            ]
        );
    }
}
