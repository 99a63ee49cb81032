//! Parameters of claims about measurements, logs and stores.

use super::{Source, of_condition};
use crate::{kind::Subject, values::What};

pub(super) fn signal(id: &str, it: &mut Source<'_>, subject: &Subject<'_>) {
    match id {
        "alert.rule" => {
            it.params.extend(of_condition(it.text, it.scan));
            if let Some(lasting) = it.params.remove("for") {
                it.set("max-for", lasting.trim_start_matches(['<', '>', '=']));
            }
        }
        "metrics.series" => {
            it.named("signal", "signals", ",");
            let one =
                it.params.get("signal").and_then(|all| all.split(',').next()).map(str::to_owned);
            it.set("signal", one.unwrap_or_default());
        }
        "alert.receivers" => it.named("type", "channels", "|"),
        "slo.error-rate" => it.put("rate", What::Percent),
        "slo.latency" | "load.latency" => {
            let lower = it.text.to_lowercase();
            let name = [("p99", "p99"), ("99th", "p99"), ("p50", "p50"), ("median", "p50")]
                .into_iter()
                .find(|(word, _)| lower.contains(word));
            it.put(name.map_or("p95", |(_, name)| name), What::Duration);
        }
        "load.concurrency" => {
            it.put("users", What::Number);
            let users =
                it.scan.values.iter().find(|value| matches!(value.what, What::Number | What::Code));
            it.set("users", users.map(|value| value.text.clone()).unwrap_or_default());
            it.put("error-rate", What::Percent);
        }
        "resource.utilization" | "resource.stability" => {
            it.named("resource", "resources", ",");
            it.put("usage", What::Percent);
        }
        "log.retention" | "prometheus.retention" => it.put("retention", What::Duration),
        "log.level" => it.named("max", "levels", ","),
        "log.event" => it.named("event", "events", ","),
        "slo.golden-signals" => it.put("window", What::Duration),
        "grafana.dashboards" if subject.line.parent.is_some() && !it.has("dashboard") => {
            let title = it.text.to_owned();
            it.set("title", title);
        }
        _ => {}
    }
}

pub(super) fn store(id: &str, it: &mut Source<'_>) {
    match id {
        "redis.hit-ratio" => it.put("ratio", What::Percent),
        "db.connections" => it.put("usage", What::Percent),
        "db.slow-queries" => it.put("mean", What::Duration),
        "backup.retention" => it.put("policy", What::Duration),
        "backup.schedule" | "backup.fresh" | "backup.run" | "backup.integrity" | "db.reachable"
        | "db.indexes" | "db.pool-sizing" => {
            it.named("engine", "engines", ",");
            if id == "backup.fresh" {
                it.put("max-age", What::Duration);
            }
            if id == "backup.schedule" {
                it.named("kinds", "schedulers", "|");
                it.named("interval", "intervals", ",");
            }
        }
        "postgres.extension" => it.named("name", "extensions", ","),
        "docker.resource-limits" => it.named("resource", "limits", ","),
        "kubernetes.probes" => it.named("kinds", "probes", ","),
        "build.image" | "build.image-tag" | "build.image-push" => it.put("tag", What::Version),
        _ => {}
    }
}
