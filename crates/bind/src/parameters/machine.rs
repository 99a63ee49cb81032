//! Parameters of claims about machines and networks.

use std::collections::BTreeSet;

use super::{Source, find_word, names_in, span, tool::tool};
use crate::{
    nouns,
    values::{Value, What},
};

/// Words that say that nothing listens at a port yet, and that something does.
const FREE: &[&str] = &[
    "available",
    "free",
    "not in use",
    "unused",
    "not used",
    "livre",
    "libre",
    "disponible",
    "disponível",
    "frei",
    "空闲",
    "未被占用",
    "未占用",
    "свободен",
    "空いて",
    "사용 가능",
];
const TAKEN: &[&str] = &["listening", "in use", "bound", "listens", "监听", "リッスン"];
pub(super) fn host(id: &str, it: &mut Source<'_>) {
    match id {
        "host.cpu-cores" => {
            // "8+ cores" reads like a version.
            let near = it.scan.values.iter().find(|value| {
                let behind = it.text.get(value.end..).unwrap_or_default().to_lowercase();
                let behind = behind.trim_start_matches(['+', ' ']);
                let unit = ["core", "vcpu", "cpu", "v-cpu", "核", "コア"];
                matches!(value.what, What::Number | What::Version)
                    && unit.iter().any(|word| behind.starts_with(word))
            });
            let near = near.map(|it| format!("{}{}", it.bound.unwrap_or_default(), it.text));
            it.put("cores", What::Number);
            if let Some(near) = near {
                it.set("cores", near);
            }
        }
        "host.memory" => it.put("memory", What::Size),
        "host.disk-space" => {
            it.put("free", What::Size);
            it.list("paths", What::Path);
        }
        "host.swap" => {
            it.put("ratio", What::Number);
            // "2x RAM" is a share of the memory.
            let lower = it.text.to_lowercase().replace([' ', '\u{d7}'], "");
            let ratio =
                it.params.get("ratio").map(|it| it.trim_start_matches(['>', '=']).to_owned());
            if let Some(ratio) = ratio.filter(|it| lower.contains(&format!("{it}xram"))) {
                it.set("ratio", format!(">={ratio}xRAM"));
            }
        }
        "host.os-version" => systems(it),
        "host.tool-version" | "build.toolchain" => tool(it),
        "host.firewall" | "net.port-allowlist" => {
            it.list("allow", What::Port);
            it.fill("allow", opened(it.fence.unwrap_or_default()).join(","));
        }
        "net.port-open" | "net.port-restricted" | "net.local-listener" => port(id, it),
        "host.ssh-hardening" => it.named("require", "ssh-rules", ","),
        "dns.records" => records(it),
        "host.service-running" => {
            let coded = span::words(it.text).find(|word| !word.contains(['/', '=', '(']));
            it.set("name", coded.unwrap_or_default());
            if !it.is_set("name") {
                it.first_named("name", "daemons");
            }
        }
        _ => {}
    }
}

/// Ports that a fence opens: `ufw allow 443/tcp`, `--add-port=443/tcp`.
fn opened(fence: &str) -> Vec<String> {
    let (mut ports, mut known) = (Vec::new(), BTreeSet::new());
    for row in fence.lines().filter(|row| !row.trim_start().starts_with('#')) {
        let mut words = row.split_whitespace().skip_while(|it| !["allow", "limit"].contains(it));
        let ruled = words.nth(1).filter(|_| row.contains("ufw "));
        let added = row.split_once("--add-port=").and_then(|(_, it)| it.split_whitespace().next());
        let Some(rule) = ruled.or(added) else { continue };
        let number = rule.split('/').next().unwrap_or_default();
        let named = [("ssh", "22"), ("openssh", "22"), ("http", "80"), ("https", "443")];
        let lower = number.to_lowercase();
        let number = named.iter().find(|(name, _)| *name == lower).map_or(number, |(_, it)| it);
        if number.parse::<u16>().is_ok_and(|port| known.insert(port)) {
            ports.push(number.to_owned());
        }
    }
    ports
}

fn port(id: &str, it: &mut Source<'_>) {
    it.put("port", What::Port);
    if id == "net.port-open" {
        it.named("proto", "protocols", ",");
        return;
    }
    let mut services = names_in(it.text, "services");
    // "Grafana restricted to admin addresses": who may come, not what listens.
    if 1 < services.len() {
        services.retain(|name| *name != "admin");
    }
    it.set("service", services.join(","));
    if id == "net.local-listener" {
        let lower = it.text.to_lowercase();
        let any = |words: &[&str]| words.iter().any(|word| find_word(&lower, word).is_some());
        if any(FREE) {
            it.set("state", "free");
        } else if any(TAKEN) {
            it.set("state", "bound");
        }
    }
}

/// An address of four numbers in a row.
fn address(row: &str) -> Option<&str> {
    let is_address = |word: &&str| {
        word.split('.').count() == 4 && word.split('.').all(|part| part.parse::<u8>().is_ok())
    };
    row.split([' ', '`', '(', ')', ',', ':', '|', '*']).map(span::bare).find(is_address)
}

/// Names and what they lead to.
fn records(it: &mut Source<'_>) {
    it.list("name", What::Host);
    // The domain itself, as files of zones and forms of providers write it.
    if !it.is_set("name") && span::words(it.text).any(|word| word == "@") {
        it.set("name", "@");
    }
    let rows = [it.text].into_iter().chain(it.below.iter().copied());
    let mut rows = rows.chain(it.fence.unwrap_or_default().lines());
    match rows.find_map(address) {
        Some(address) => it.set("expect", address),
        None => it.first_named("expect", "places"),
    }
    if let Some(label) = label(it.text) {
        let host = it.all(What::Host).next().map(|value| value.text.clone());
        it.set("name", label);
        it.fill("expect", host.unwrap_or_default());
        return;
    }
    // "CNAME to x.host.example": the last name is what the other leads to.
    let names: Vec<&Value> = it.all(What::Host).collect();
    let leads = ["->", "\u{2192}", " to ", " nach ", "指向"];
    if let [name, target] = names.as_slice()
        && let Some(between) = it.text.get(name.end..target.start)
        && leads.iter().any(|lead| between.contains(lead))
    {
        it.set("name", name.text.as_str());
        it.set("expect", target.text.as_str());
    }
}

/// "CNAME `www`": a name without the domain that it stands below.
fn label(text: &str) -> Option<&str> {
    let mut words = text.split([' ', '`', '(', ')', ':']).filter(|word| !word.is_empty());
    words.find(|word| matches!(*word, "A" | "CNAME" | "TXT" | "AAAA" | "MX"))?;
    let mut rest = words.skip_while(|word| matches!(*word, "record" | "records" | "for"));
    let word = span::bare(rest.next()?);
    let coded = span::words(text).any(|it| it == word) || text.contains(&format!("CNAME {word}`"));
    let plain = word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    (coded && plain && !word.is_empty()).then_some(word)
}

/// Systems with their versions: any of them.
fn systems(it: &mut Source<'_>) {
    let lower = it.text.to_lowercase();
    let mut found = Vec::new();
    for (name, _) in nouns::table("systems") {
        let Some(at) = find_word(&lower, name) else {
            continue;
        };
        let numbered =
            |value: &&Value| at < value.start && matches!(value.what, What::Version | What::Number);
        let mut versions = it.scan.values.iter().filter(numbered);
        if *name == "windows" {
            // Its versions are names: "Windows 10/11".
            let rest = lower.get(at + name.len()..).unwrap_or_default().trim_start();
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '/').unwrap_or(rest.len());
            let named = rest.get(..end).unwrap_or_default().split('/').filter(|it| !it.is_empty());
            found.extend(named.map(|version| (at, format!("windows {version}"))));
            continue;
        }
        let shown = versions.next().map(|value| {
            let behind = lower.get(value.end..).unwrap_or_default();
            let lasting = behind.trim_start_matches(['+', ' ', '(']).starts_with("lts");
            let mark = if lasting { "(lts)" } else { "" };
            format!("{}{}{mark}", value.bound.unwrap_or("="), value.text)
        });
        found.push((at, format!("{name}{}", shown.unwrap_or_default())));
    }
    // "Linux (Ubuntu 22.04)": the distribution says more.
    let distributions = [
        "ubuntu", "debian", "centos", "alpine", "fedora", "rocky", "rhel", "suse", "alma", "amazon",
    ];
    let is_distribution = |text: &str| distributions.iter().any(|it| text.starts_with(it));
    if found.iter().any(|(_, text)| is_distribution(text)) {
        found.retain(|(_, text)| !text.starts_with("linux"));
    }
    found.sort_by_key(|(at, _)| *at);
    let texts: Vec<String> = found.into_iter().map(|(_, text)| text).collect();
    it.set("any-of", texts.join(","));
}

#[cfg(test)]
mod tests {
    use crate::parameters::labelled::one;

    #[test]
    fn ports_are_opened_in_fences() {
        let fence = "Firewall\n  ```bash\n  ufw allow OpenSSH\n  ufw allow 443/tcp\n  # ufw allow 99\n  ufw deny 25\n  ```";
        assert_eq!(one("host.firewall", fence, "allow"), "22,443");
        let zone = "Firewall\n  ```bash\n  firewall-cmd --permanent --add-port=8443/tcp\n  ```";
        assert_eq!(one("host.firewall", zone, "allow"), "8443");
    }

    #[test]
    fn systems_ports_and_names() {
        let system = |text| one("host.os-version", text, "any-of");
        assert_eq!(system("Ubuntu 22.04 LTS or newer"), "ubuntu>=22.04(lts)");
        assert_eq!(system("Windows 10/11"), "windows 10,windows 11");
        assert_eq!(system("Linux (Ubuntu 22.04)"), "ubuntu=22.04");
        assert_eq!(system("macOS or Linux"), "macos,linux");
        let state = |text| one("net.local-listener", text, "state");
        assert_eq!(state("Port 3000 is available"), "free");
        assert_eq!(state("Service listens on port 3000"), "bound");
        let leads = |text| one("dns.records", text, "expect");
        assert_eq!(leads("Domain `a.example.org` points to server IP"), "server-ip");
        assert_eq!(leads("A record to 192.0.2.7"), "192.0.2.7");
        assert_eq!(leads("`www.a.org` CNAME to `a.host.org`"), "a.host.org");
        assert_eq!(one("dns.records", "A record for `www` to the server", "name"), "www");
        let both = "`a.example.org` and `b.example.org` → redirect server";
        assert_eq!(one("dns.records", both, "name"), "a.example.org,b.example.org");
        assert_eq!(leads("CNAME `www` set to `edge.host.org`"), "edge.host.org");
        assert_eq!(one("dns.records", "CNAME `www` set to `edge.host.org`", "name"), "www");
        assert_eq!(one("host.service-running", "Nginx is running", "name"), "nginx");
        assert_eq!(one("host.service-running", "`shop-api` starts on boot", "enabled"), "true");
    }
}
