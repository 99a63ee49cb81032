//! Parameters of claims about machines and networks.

use std::collections::BTreeSet;

use super::{Source, find_word, find_words, names_in, span};
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
/// Words behind the name of a program.
const HELD: &[&str] =
    &["installed", "available", "cli", "instalado", "installiert", "インストール", "已安装"];

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
    let names: Vec<String> = it.all(What::Host).map(|value| value.text.clone()).collect();
    let lower = it.text.to_lowercase();
    let leads = ["->", "\u{2192}", " to ", " nach ", "指向"];
    if let [name, target] = names.as_slice()
        && leads.iter().any(|lead| lower.contains(lead))
    {
        it.set("name", name.as_str());
        it.set("expect", target.as_str());
    }
}

/// "CNAME `www`": a name without the domain that it stands below.
fn label(text: &str) -> Option<&str> {
    let mut words = text.split([' ', '`', '(', ')', ':']).filter(|word| !word.is_empty());
    words.find(|word| matches!(*word, "CNAME" | "TXT" | "AAAA" | "MX"))?;
    let word = span::bare(words.next()?);
    let coded = span::words(text).any(|it| it == word) || text.contains(&format!("CNAME {word}`"));
    let plain = word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    (coded && plain && !word.is_empty()).then_some(word)
}

/// A program and its version. What is said in brackets is another one.
fn tool(it: &mut Source<'_>) {
    let plain = span::outside(it.text);
    let mut tools = names_in(&plain, "tools");
    if tools.is_empty() {
        tools = names_in(it.text, "tools");
    }
    if tools.contains(&"docker-compose") {
        tools.retain(|tool| *tool != "docker-engine");
    }
    let lower = it.text.to_lowercase();
    if !find_words(&lower, "python").any(|at| has_three(&lower, at)) && !lower.contains("python3") {
        tools.iter_mut().filter(|tool| **tool == "python3").for_each(|tool| *tool = "python");
    }
    it.set("tool", tools.join("|"));
    if let Some(brought) = installed(it.text) {
        it.set("tool", brought);
    } else if tools.is_empty() {
        it.set("tool", in_front(it).unwrap_or_default());
    }
    it.put("version", What::Version);
    if !it.is_set("version") {
        it.put("version", What::Number);
    }
    // "2.x" is any version of that line.
    let words = it.text.split([' ', '(', ')', '`', '*', ',']);
    let open = words.map(|word| word.trim_start_matches(['v', 'V'])).find(|word| {
        let head = word.strip_suffix(".x").unwrap_or_default();
        !head.is_empty() && head.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    });
    if let Some(open) = open {
        it.set("version", open);
    }
}

/// Whether a version of the third line stands right behind.
fn has_three(text: &str, at: usize) -> bool {
    let rest = text.get(at + "python".len()..).unwrap_or_default();
    rest.trim_start_matches([' ', 'v', '(', '>', '=', '*', ':', '\u{2265}']).starts_with('3')
}

/// What `pip install X` and its like bring.
fn installed(text: &str) -> Option<String> {
    let command = crate::line_form::spans(text).find(|span| span.contains(" install "))?;
    let (_, rest) = command.split_once(" install ")?;
    let mut words = rest.split_whitespace().filter(|word| !word.starts_with('-'));
    let word = words.next().filter(|_| words.next().is_none())?;
    let end = word.find(['=', '>', '<', '[', '~']).unwrap_or(word.len());
    let end = word.get(1..).and_then(|it| it.find('@')).map_or(end, |at| end.min(at + 1));
    word.get(..end).map(str::to_owned)
}

/// The name in front of a version, or of "installed": "Bun 1.1+", "Hugo installed".
fn in_front(it: &Source<'_>) -> Option<String> {
    let mut values = it.scan.values.iter();
    let value = values.find(|it| matches!(it.what, What::Version | What::Number));
    let lower = it.text.to_lowercase();
    let held = || HELD.iter().filter_map(|word| lower.find(word)).min();
    let head = it.text.get(..value.map(|it| it.start).or_else(held)?)?;
    let head = head.trim_end_matches(['v', 'V', '>', '=', ' ', '\u{2265}']);
    let head = head.trim_matches(['*', '`', ' ', ':', '-', '(']);
    let words: Vec<String> =
        head.split_whitespace().map(|word| span::bare(word).to_lowercase()).collect();
    let named = |word: &String| word.is_ascii() && word.starts_with(|c: char| c.is_alphanumeric());
    ((1..=2).contains(&words.len()) && words.iter().all(named)).then(|| words.join("-"))
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
    found.sort_by_key(|(at, _)| *at);
    let texts: Vec<String> = found.into_iter().map(|(_, text)| text).collect();
    it.set("any-of", texts.join(","));
}

#[cfg(test)]
mod tests {
    use crate::parameters::labelled::one;

    #[test]
    fn tools_and_versions() {
        let tool = |text| one("host.tool-version", text, "tool");
        assert_eq!(tool("npm installed (comes with Node.js)"), "npm");
        assert_eq!(tool("boto3 installed (`pip install boto3`)"), "boto3");
        assert_eq!(tool("Python 3.9+ available"), "python3");
        assert_eq!(tool("Python or Bash environment ready"), "python|bash");
        assert_eq!(tool("MySQL 8.0+ or MariaDB 10.6+"), "mysql|mariadb");
        assert_eq!(tool("Docker Compose 2.0+ installed"), "docker-compose");
        assert_eq!(tool("Zola 0.19+"), "zola");
        let version = |text| one("host.tool-version", text, "version");
        assert_eq!(version("Composer 2.x"), "2.x");
        assert_eq!(version("Node 18+"), ">=18");
    }

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
        let state = |text| one("net.local-listener", text, "state");
        assert_eq!(state("Port 3000 is available"), "free");
        assert_eq!(state("Service listens on port 3000"), "bound");
        let leads = |text| one("dns.records", text, "expect");
        assert_eq!(leads("Domain `a.example.org` points to server IP"), "server-ip");
        assert_eq!(leads("A record to 192.0.2.7"), "192.0.2.7");
        assert_eq!(leads("`www.a.org` CNAME to `a.host.org`"), "a.host.org");
        assert_eq!(leads("CNAME `www` set to `edge.host.org`"), "edge.host.org");
        assert_eq!(one("dns.records", "CNAME `www` set to `edge.host.org`", "name"), "www");
        assert_eq!(one("host.service-running", "Nginx is running", "name"), "nginx");
        assert_eq!(one("host.service-running", "`shop-api` starts on boot", "enabled"), "true");
    }
}
