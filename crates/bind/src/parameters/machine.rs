//! Parameters of claims about machines and networks.

use super::{Source, find_word};
use crate::{nouns, values::What};

pub(super) fn host(id: &str, it: &mut Source<'_>) {
    match id {
        "host.cpu-cores" => it.put("cores", What::Number),
        "host.memory" => it.put("memory", What::Size),
        "host.disk-space" => it.put("free", What::Size),
        "host.swap" => it.put("ratio", What::Number),
        "host.os-version" => systems(it),
        "host.tool-version" => {
            it.named("tool", "tools", "|");
            if it.params.get("tool").is_some_and(|tool| tool.contains("docker-compose")) {
                it.set("tool", "docker-compose");
            }
            it.put("version", What::Version);
            if !it.params.contains_key("version") {
                it.put("version", What::Number);
            }
        }
        "host.firewall" | "net.port-allowlist" => it.list("allow", What::Port),
        "net.port-open" | "net.port-restricted" | "net.local-listener" => {
            it.put("port", What::Port);
            it.named("service", "services", ",");
            if id == "net.port-open" {
                it.params.remove("service");
                it.named("proto", "protocols", ",");
            }
        }
        "dns.records" => it.list("name", What::Host),
        _ => {}
    }
}

/// Systems with their versions: any of them.
fn systems(it: &mut Source<'_>) {
    let lower = it.text.to_lowercase();
    let mut found = Vec::new();
    for (name, _) in nouns::table("systems") {
        let Some(at) = find_word(&lower, name) else {
            continue;
        };
        let version =
            it.scan.values.iter().find(|value| {
                at < value.start && matches!(value.what, What::Version | What::Number)
            });
        let shown = version.map(|value| format!("{}{}", value.bound.unwrap_or("="), value.text));
        found.push(format!("{name}{}", shown.unwrap_or_default()));
    }
    it.set("any-of", found.join(","));
}
