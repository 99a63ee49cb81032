//! Parameters of claims about measurements, logs and stores.

use super::{Source, command::flag, names_in, span};
use crate::{kind::Subject, nouns::table, values::What};

pub(super) fn signal(id: &str, it: &mut Source<'_>, subject: &Subject<'_>) {
    match id {
        "metrics.series" => {
            let names = metrics(it.text);
            it.set("names", names.join(","));
            let signals = names_in(it.text, "signals");
            if 1 < signals.len() {
                it.set("set", signals.join(","));
            }
            it.set("signal", signals.first().copied().unwrap_or_default());
            it.set("quantiles", span::quantiles(it.text).join(","));
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
            it.fill("source", whose_logs(it.text).unwrap_or_default());
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
            if id == "load.latency" {
                it.set("users", crowd(it).unwrap_or_default());
            }
        }
        "load.concurrency" => {
            it.put("users", What::Number);
            let users = it
                .scan
                .values
                .iter()
                .find(|value| matches!(value.what, What::Number | What::Code | What::Version));
            it.set("users", users.map(|value| value.text.clone()).unwrap_or_default());
            it.put("error-rate", What::Percent);
            it.put("duration", What::Duration);
        }
        "resource.utilization" | "resource.stability" => {
            it.named("resource", "resources", ",");
            // "Resource usage: CPU and memory" are those two.
            if let Some(some) = it.params.get("resource").and_then(|all| all.strip_prefix("all,")) {
                it.set("resource", some.to_owned());
            }
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

/// Whose logs a text speaks of: "the Vercel logs".
fn whose_logs(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let end = super::find_words(&lower, "logs").chain(super::find_words(&lower, "log")).min()?;
    let head = lower.get(..end)?;
    let near: Vec<&str> = head.rsplit(' ').filter(|it| !it.is_empty()).take(3).collect();
    let near: Vec<&str> = near.into_iter().rev().collect();
    names_in(&near.join(" "), "vendors").last().copied()
}

/// How many ask at the same time: "350 shoppers in parallel".
fn crowd(it: &Source<'_>) -> Option<String> {
    let lower = it.text.to_lowercase();
    let count = it.scan.values.iter().find(|value| {
        let behind = lower.get(value.end..).unwrap_or_default();
        let near: String = behind.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
        let ends = near.find([',', ';', '.']).unwrap_or(near.len());
        let near = near.get(..ends).unwrap_or_default();
        matches!(value.what, What::Number | What::Code)
            && table("at-once").iter().any(|(word, _)| near.contains(word))
    })?;
    Some(count.text.clone())
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

#[cfg(test)]
mod tests {
    use crate::parameters::labelled::one;

    #[test]
    fn logs_have_an_owner_and_loads_a_size() {
        assert_eq!(one("log.no-errors", "Check the Vercel logs for errors", "source"), "vercel");
        assert_eq!(one("log.no-errors", "Vercel is up and the logs are clean", "source"), "");
        let users = |text| one("load.latency", text, "users");
        assert_eq!(users("350 shoppers in parallel, p95 below 1.2 s"), "350");
        assert_eq!(users("p95 below 1200 ms with 2 nodes"), "");
        let both = "Resource usage: CPU and memory below 80%";
        assert_eq!(one("resource.utilization", both, "resource"), "cpu,memory");
    }
}
