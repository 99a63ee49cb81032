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
            expression(it);
            it.fill("signal", worded(it).unwrap_or_default());
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
            let users =
                it.scan.values.iter().find(|value| matches!(value.what, What::Number | What::Code));
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

/// Words of an alert that are no part of what it watches.
const FRAME: &[&str] = &[
    "alert",
    "alerts",
    "alarm",
    "alarms",
    "alerting",
    "trigger",
    "triggers",
    "on",
    "when",
    "if",
    "for",
    "the",
    "a",
    "an",
    "any",
    "limit",
    "threshold",
    "is",
    "are",
    "at",
    "of",
];
/// Words of a line that says more than what is watched.
const VERBS: &[&str] = &[
    "configured",
    "set",
    "enabled",
    "tested",
    "defined",
    "created",
    "active",
    "ready",
    "working",
    "documented",
    "routed",
    "sent",
    "fire",
    "fires",
    "add",
    "create",
    "configure",
    "enable",
    "verify",
    "check",
    "ensure",
    "test",
    "review",
    "with",
    "and",
    "or",
    "have",
    "has",
    "we",
    "you",
];
/// Words of the longest signal.
const SIGNAL_MAX: usize = 5;

/// An alert as its file spells it: `queue_size > 100`.
fn expression(it: &mut Source<'_>) {
    for span in crate::line_form::spans(it.text) {
        let Some(at) = span.find(['<', '>']) else { continue };
        let (signal, bound) = span.split_at(at);
        let name = signal.trim();
        let is_series = name.contains('_') && !name.starts_with(['<', '-']);
        let Some(value) = is_series.then(|| span::first(bound, NUMBERS)).flatten() else {
            continue;
        };
        it.set("signal", name);
        // What a sentence says beside it has a unit: "above 10 seconds".
        let said = it.all(What::Duration).map(|other| other.text.clone());
        let unit = said.into_iter().find(|text: &String| {
            text.trim_end_matches(char::is_alphabetic) == value.text && *text != value.text
        });
        it.set("threshold", unit.unwrap_or(value.text));
        it.set("op", value.bound.unwrap_or_default());
        return;
    }
}

/// What counts as a bound.
const NUMBERS: &[What] = &[What::Number, What::Percent, What::Duration, What::Size, What::Code];

/// The words in front of the bound of an alert: "Payment failure rate > 5 %"; or, below a heading
/// about alerts, all words of a short line that has no bound.
fn worded(it: &Source<'_>) -> Option<String> {
    const MARKS: &[&str] =
        &[">", "<", "\u{2265}", "\u{2264}", " exceeds", " above", " over", " below", " drops", ":"];
    let plain = span::outside(it.text).to_lowercase();
    let bounded = it.is_set("threshold");
    let end = MARKS.iter().filter_map(|mark| plain.find(mark)).min();
    let end = if bounded { end? } else { plain.len() };
    let words = plain.get(..end)?.split_whitespace().map(span::bare).filter(|it| !it.is_empty());
    let framed = |word: &&str| FRAME.contains(word);
    if !bounded {
        let listed = it.above.iter().take(2).any(|text| {
            text.to_lowercase()
                .split_whitespace()
                .map(span::bare)
                .any(|word| word.starts_with("alert"))
        });
        let spoken = words.clone().any(|word| framed(&word) || VERBS.contains(&word));
        if !listed || spoken {
            return None;
        }
    }
    let kept: Vec<&str> = words.filter(|word| !framed(word)).collect();
    let spelled = |it: &&str| it.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let good = (1..=SIGNAL_MAX).contains(&kept.len()) && kept.iter().all(spelled);
    good.then(|| kept.join("-"))
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
    const AT_ONCE: &[&str] = &[
        "concurrent",
        "parallel",
        "simultaneous",
        "at once",
        "users",
        "usuarios",
        "usuários",
        "同时",
        "并发",
        "同時",
        "동시",
    ];
    let lower = it.text.to_lowercase();
    let count = it.scan.values.iter().find(|value| {
        let behind = lower.get(value.end..).unwrap_or_default();
        let near: String = behind.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
        let ends = near.find([',', ';', '.']).unwrap_or(near.len());
        let near = near.get(..ends).unwrap_or_default();
        matches!(value.what, What::Number | What::Code)
            && AT_ONCE.iter().any(|word| near.contains(word))
    })?;
    Some(count.text.clone())
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

#[cfg(test)]
mod tests {
    use crate::parameters::labelled::{claimed, one};
    use holdpoint_document::parse;

    #[test]
    fn signals_of_alerts() {
        let is =
            |text, name, value: &str| assert_eq!(one("alert.rule", text, name), value, "{text}");
        is("Refund failure rate > 5%", "signal", "refund-failure-rate");
        is("Daily loss limit alert: > 10% of the fund", "signal", "daily-loss");
        is("`feed_queue_size > 100` for 10 minutes", "signal", "feed_queue_size");
        is("`feed_queue_size > 100` for 10 minutes", "threshold", "100");
        is("`feed_queue_size > 100` for 10 minutes", "max-for", "10m");
        is("`job_seconds{quantile=\"0.99\"} > 10` - jobs above 10 seconds", "threshold", "10s");
        is("Alerts go to the right people", "signal", "");
    }

    #[test]
    fn what_stands_below_alerts_is_watched() {
        let below = |heading: &str, text: &str| {
            let document = parse(format!("# X\n\n## {heading}\n\n- [ ] {text}\n").as_bytes());
            claimed(&document, 5, "alert.rule").remove("signal").unwrap_or_default()
        };
        assert_eq!(below("Alerts", "Price feed disconnection"), "price-feed-disconnection");
        assert_eq!(below("Alerts", "Alerts tested"), "");
        assert_eq!(below("Alerts", "On-call rotation configured"), "");
        assert_eq!(below("Monitoring", "Price feed disconnection"), "");
    }

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
