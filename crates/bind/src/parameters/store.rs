//! Parameters of claims about databases, copies, containers and clouds.

use std::collections::BTreeSet;

use super::{Source, names_in, span};
use crate::values::What;

pub(super) fn store(id: &str, it: &mut Source<'_>) {
    match id {
        "redis.hit-ratio" => it.put("ratio", What::Percent),
        "db.connections" => it.put("usage", What::Percent),
        "db.slow-queries" => it.put("mean", What::Duration),
        "backup.retention" => {
            it.put("policy", What::Duration);
            let texts = it.below.iter().find_map(|text| span::first(text, &[What::Duration]));
            it.fill("policy", texts.map(|value| value.text).unwrap_or_default());
        }
        "backup.schedule"
        | "backup.fresh"
        | "backup.run"
        | "backup.integrity"
        | "db.reachable"
        | "db.indexes"
        | "db.pool-sizing"
        | "db.access-restricted"
        | "db.tls"
        | "db.integrity"
        | "aws.rds"
        | "aws.elasticache"
        | "db.credentials"
        | "db.performance" => {
            it.named("engine", "engines", ",");
            if id == "db.tls" {
                let spelled = it.text.split_once("sslmode=").map(|(_, rest)| rest);
                let mode = spelled
                    .and_then(|rest| rest.split(['`', ' ', ')', '&']).next())
                    .or_else(|| span::word_after(it.text, &["sslmode"]));
                it.set("min-mode", mode.unwrap_or_default());
            }
            if id == "db.pool-sizing" {
                it.put("pool", What::Number);
            }
            if id == "db.integrity" {
                it.set("tables", tables(it).unwrap_or_default());
            }
            if id == "backup.fresh" {
                it.put("max-age", What::Duration);
            }
            if id == "backup.schedule" {
                it.named("kinds", "schedulers", "|");
                let texts = [it.text].into_iter().chain(it.below.iter().copied());
                let found = texts.into_iter().find_map(span::interval);
                let fence = || it.fence?.lines().find_map(crontab);
                it.set("interval", found.or_else(fence).unwrap_or_default());
            }
        }
        "docker.restart-policy" => it.named("policy", "restarts", ","),
        "postgres.extension" => it.named("name", "extensions", ","),
        "docker.resource-limits" => it.named("resource", "limits", ","),
        "kubernetes.probes" => it.named("kinds", "probes", ","),
        "build.image" | "build.image-tag" | "build.image-push" => image(id, it),
        "backup.offsite" => it.named("target", "targets", ","),
        "storage.encryption-at-rest" => {
            it.named("scope", "data", ",");
            if !it.is_set("scope") {
                let above = it.above.first().map(|text| names_in(text, "data").join(","));
                it.set("scope", above.unwrap_or_default());
            }
        }
        "redis.eviction-policy" => policy(it),
        "redis.maxmemory" => it.put("maxmemory", What::Size),
        "docker.container-hardening" => it.named("rules", "container-rules", ","),
        "docker.image-optimized" => it.put("size", What::Size),
        "kubernetes.hpa" | "aws.autoscaling" => it.put("min", What::Number),
        "kubernetes.scale" => it.put("replicas", What::Number),
        "compose.services-running" => it.put("file", What::Path),
        "observability.error-tracking" => {
            it.named("provider", "trackers", "|");
            if !it.is_set("provider") {
                it.first_named("provider", "trackers");
            }
        }
        "observability.apm" => it.named("backend", "trackers", ","),
        _ => {}
    }
}

/// How many tables there are to be, or which a fence counts: `SELECT COUNT(*) FROM orders`.
fn tables(it: &Source<'_>) -> Option<String> {
    let lower = it.text.to_lowercase();
    // "50+ tables" reads like a version.
    let numbers = it.all(What::Number).chain(it.all(What::Version));
    let counted = numbers.into_iter().find(|value| {
        let behind = lower.get(value.end..).unwrap_or_default().trim_start_matches(['+', ' ']);
        ["table", "tabela", "tabla", "tabelle", "张表", "テーブル", "테이블", "таблиц"]
            .iter()
            .any(|noun| behind.starts_with(noun))
    });
    if let Some(count) = counted {
        return Some(format!("{}{}", count.bound.unwrap_or_default(), count.text));
    }
    let (mut names, mut known) = (Vec::new(), BTreeSet::new());
    let words: Vec<&str> = it.fence?.split_whitespace().collect();
    for pair in words.windows(2) {
        let [from, name] = pair else { continue };
        let name = name.trim_matches([';', '"', '`', ')', '(', '\'', ',']);
        if from.eq_ignore_ascii_case("from") && !name.is_empty() && known.insert(name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| names.join(","))
}

/// The tag of an image, and where it is put.
fn image(id: &str, it: &mut Source<'_>) {
    it.put("tag", What::Version);
    // A tag is the name of an image as it is spelled: `v2.7.0` is another than `2.7.0`.
    if let Some(version) = it.params.get("tag").cloned()
        && let Some(spelled) = span::words(it.text).find(|word| *word == format!("v{version}"))
    {
        it.set("tag", spelled);
    }
    let named = span::words(it.text).find(|word| {
        let parts = word.split_once(':').filter(|_| !word.contains("://"));
        parts.is_some_and(|(name, tag)| !name.is_empty() && !tag.is_empty())
    });
    if let Some(named) = named {
        it.set("tag", named);
    }
    if id == "build.image-push" {
        it.named("registry", "registries", ",");
    }
}

/// The interval of a row of a table of jobs.
fn crontab(row: &str) -> Option<String> {
    let words: Vec<&str> = row.trim().trim_start_matches("- cron:").split_whitespace().collect();
    let fields = words.get(..5)?.join(" ");
    span::cron(fields.trim_matches(['"', '\'', ' ']))
}

/// The name of a policy.
fn policy(it: &mut Source<'_>) {
    const NAMES: &[&str] = &[
        "noeviction",
        "allkeys-lru",
        "allkeys-lfu",
        "allkeys-random",
        "volatile-lru",
        "volatile-lfu",
        "volatile-random",
        "volatile-ttl",
    ];
    let lower = it.text.to_lowercase();
    let found = NAMES.iter().find(|name| lower.contains(**name));
    it.set("policy", found.copied().unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use crate::parameters::labelled::one;

    #[test]
    fn stores_state_values() {
        assert_eq!(one("backup.schedule", "Copies\n  - Run nightly", "interval"), "24h");
        assert_eq!(one("backup.retention", "Copies kept\n  - for 30 days", "policy"), "30d");
        assert_eq!(one("redis.eviction-policy", "Policy: allkeys-lru", "policy"), "allkeys-lru");
        assert_eq!(one("build.image-tag", "Image tagged `shop:previous`", "tag"), "shop:previous");
        assert_eq!(one("build.image-push", "Pushed to ECR", "registry"), "ecr");
        assert_eq!(one("build.image-push", "Push `v2.7.0` to the registry", "tag"), "v2.7.0");
        assert_eq!(one("db.integrity", "50+ tables checked", "tables"), ">=50");
        let counts =
            "Rows counted\n  ```sql\n  SELECT COUNT(*) FROM orders;\n  select 1 from users;\n  ```";
        assert_eq!(one("db.integrity", counts, "tables"), "orders,users");
        assert_eq!(one("db.migrate", "`tideflow db migrate`", "cmd"), "tideflow db migrate");
        assert_eq!(one("db.reachable", "Connected to MongoDB Atlas", "engine"), "mongodb");
    }
}
