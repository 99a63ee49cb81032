//! Parameters of claims about measurements, logs and stores.

use super::{Source, command::flag, names_in, of_condition, span};
use crate::{kind::Subject, scan::Scan, values::What};

pub(super) fn signal(id: &str, it: &mut Source<'_>, subject: &Subject<'_>) {
    match id {
        "alert.rule" => {
            it.params.extend(of_condition(it.text, it.scan));
            if !it.is_set("threshold") {
                let told = it.below.iter().map(|text| of_condition(text, &Scan::of(text)));
                let told = told.into_iter().find(|found| found.contains_key("threshold"));
                it.params.extend(told.unwrap_or_default());
            }
            if let Some(lasting) = it.params.remove("for") {
                it.set("max-for", lasting.trim_start_matches(['<', '>', '=']));
            }
        }
        "metrics.series" => {
            let names = metrics(it.text);
            it.set("names", names.join(","));
            let signals = names_in(it.text, "signals");
            if 1 < signals.len() {
                it.set("set", signals.join(","));
            }
            it.set("signal", signals.first().copied().unwrap_or_default());
            it.set("quantiles", quantiles(it.text).join(","));
        }
        "alert.none-firing" => it.named("severities", "grades", ","),
        "log.aggregation" => it.named("backend", "log-stores", "|"),
        "metrics.endpoint" => {
            let path = it.all(What::Path).find(|value| value.text.starts_with('/'));
            let path = path.map(|value| value.text.clone());
            it.set("path", path.unwrap_or_default());
            it.fill("path", span::fenced_path(it.fence).unwrap_or_default());
        }
        "log.no-errors" => {
            it.put("source", What::Path);
            let rows = crate::line_form::spans(it.text).chain(it.fence.unwrap_or_default().lines());
            let unit = rows.filter(|row| row.contains("journalctl"));
            let unit = unit.filter_map(|row| flag(row, &["-u", "--unit"])).next();
            it.fill("source", unit.unwrap_or_default());
        }
        "log.rotation" => it.put("max-size", What::Size),
        "prometheus.targets-up" => it.put("url", What::Url),
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
            it.put("duration", What::Duration);
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

/// Quantiles that a text lists, "P50, P95, P99".
fn quantiles(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let found = words.map(str::to_lowercase).filter(|word| {
        let number = word.strip_prefix('p').and_then(|it| it.parse::<f64>().ok());
        number.is_some_and(|it| (1.0..100.0).contains(&it))
    });
    found.collect()
}

/// Names of series in marks of code: `http_requests_total`.
fn metrics(text: &str) -> Vec<&str> {
    let is_metric = |word: &&str| {
        let signs = |b: u8| matches!(b, b'_' | b':' | b'*');
        word.contains('_')
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || signs(b))
    };
    span::words(text).filter(is_metric).collect()
}
