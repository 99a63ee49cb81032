//! Parameters of a claim about one alert: what it watches, from where on, and for how long.

use super::{Source, of_condition, span};
use crate::{nouns::table, scan::Scan, values::What};

/// Words of the longest signal.
const SIGNAL_MAX: usize = 5;
/// What counts as a bound.
const NUMBERS: &[What] = &[What::Number, What::Percent, What::Duration, What::Size, What::Code];

pub(super) fn alert(it: &mut Source<'_>) {
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
    // "Response time > 3 seconds P95" watches that quantile.
    let quantiles = span::quantiles(it.text);
    if let ([quantile], Some("latency")) =
        (quantiles.as_slice(), it.params.get("signal").map(String::as_str))
    {
        let signal = format!("latency-{quantile}");
        it.params.insert("signal".to_owned(), signal);
    }
}

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
    let framed = |word: &&str| table("alert-frames").iter().any(|(it, _)| it == word);
    if !bounded {
        let listed = it.above.iter().take(2).any(|text| {
            text.to_lowercase()
                .split_whitespace()
                .map(span::bare)
                .any(|word| word.starts_with("alert"))
        });
        let spoken = words
            .clone()
            .any(|word| framed(&word) || table("alert-verbs").iter().any(|(it, _)| *it == word));
        if !listed || spoken {
            return None;
        }
    }
    let kept: Vec<&str> = words.filter(|word| !framed(word)).collect();
    let spelled = |it: &&str| it.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let good = (1..=SIGNAL_MAX).contains(&kept.len()) && kept.iter().all(spelled);
    good.then(|| kept.join("-"))
}

#[cfg(test)]
mod tests {
    use holdpoint_document::parse;

    use crate::parameters::labelled::{claimed, one};

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
        is("Response time above 3 seconds P95", "signal", "latency-p95");
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
}
