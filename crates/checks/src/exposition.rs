//! The text in which metrics are exposed to Prometheus, read strictly.

use std::collections::BTreeMap;

use crate::web;

/// Prefixes of metrics that a runtime or a client library adds by itself.
const RUNTIME: [&str; 8] =
    ["process_", "python_", "go_", "promhttp_", "jvm_", "nodejs_", "dotnet_", "scrape_"];

/// What was exposed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Exposition {
    /// Values by series: name and labels as written.
    series: BTreeMap<String, f64>,
    /// Declared types by family.
    types: BTreeMap<String, String>,
}

/// What became of the counters between two looks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Moved {
    /// This one went up, from one value to the other, and none went down.
    Up(String, f64, f64),
    /// This one went down.
    Down(String, f64, f64),
    /// This one went up, and just as much without any work.
    Idle(String),
    /// There are counters, and none moved.
    Still,
    /// There is no counter to watch.
    NoCounter,
}

impl Exposition {
    /// Reads a body, or names the first line that cannot be read. The last line of a truncated body
    /// is left out.
    pub(crate) fn read(body: &str, truncated: bool) -> Result<Self, String> {
        let mut exposition = Self::default();
        let whole = match body.rsplit_once('\n') {
            Some((whole, _)) if truncated => whole,
            Some(_) | None => body,
        };
        for line in whole.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(comment) = line.strip_prefix('#') {
                let mut words = comment.split_whitespace();
                if words.next() == Some("TYPE")
                    && let (Some(family), Some(kind)) = (words.next(), words.next())
                {
                    exposition.types.insert(family.to_owned(), kind.to_ascii_lowercase());
                }
                continue;
            }
            let (series, value) =
                sample(line).ok_or_else(|| format!("`{}` is no sample", web::short(line)))?;
            exposition.series.insert(series, value);
        }
        Ok(exposition)
    }

    /// Names of the application's own metrics, each once.
    pub(crate) fn own(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.series.keys().map(|it| name_of(it)).collect();
        names.dedup();
        names.retain(|name| !RUNTIME.iter().any(|prefix| name.starts_with(prefix)));
        names
    }

    /// Whether nothing at all is exposed.
    pub(crate) fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// The application's counters.
    fn counters(&self) -> impl Iterator<Item = (&String, f64)> {
        let own = self.own();
        self.series.iter().map(|(series, value)| (series, *value)).filter(move |(series, _)| {
            let name = name_of(series);
            own.contains(&name) && self.counts(name)
        })
    }

    fn counts(&self, name: &str) -> bool {
        let ends = ["_total", "_count", "_bucket"];
        let stem = ends.iter().find_map(|end| name.strip_suffix(end));
        let kind = self.types.get(name).or_else(|| self.types.get(stem?));
        match kind.map(String::as_str) {
            Some("counter") => !name.ends_with("_created"),
            Some("histogram" | "summary") => stem.is_some(),
            Some("gauge" | "info" | "stateset" | "gaugehistogram") => false,
            Some(_) | None => stem.is_some(),
        }
    }

    /// How the counters stand to those before some work, where `idle` was seen before that, without
    /// any work in between: a counter of the looks themselves proves nothing.
    pub(crate) fn since_work(&self, before: &Self, idle: &Self) -> Moved {
        if let down @ Moved::Down(..) = before.since(idle) {
            return down;
        }
        // What a scrape does not move was moved by work. Steps of different size are no proof:
        // somebody else may scrape just then.
        self.proved(before, |series, was, now| was < now && was == idle.value(series))
    }

    /// How the counters stand to those before work that one of them has to have counted so often:
    /// fewer may be scrapes, of whomever.
    pub(crate) fn since_counted(&self, before: &Self, least: f64) -> Moved {
        self.proved(before, |_, was, now| least <= now - was)
    }

    /// How the counters stand to those of an earlier look, where only one that fits proves work.
    fn proved(&self, before: &Self, fits: impl Fn(&str, f64, f64) -> bool) -> Moved {
        let moved = self.since(before);
        let Moved::Up(series, ..) = &moved else { return moved };
        // How long a look takes is chance, and so is the bucket it falls into.
        let mut proofs =
            self.counters().filter(|(series, _)| !name_of(series).ends_with("_bucket"));
        match proofs.find(|(series, now)| fits(series, before.value(series), *now)) {
            Some((series, now)) => Moved::Up(series.clone(), before.value(series), now),
            None => Moved::Idle(series.clone()),
        }
    }

    fn value(&self, series: &str) -> f64 {
        self.series.get(series).copied().unwrap_or(0.0)
    }

    /// How the counters stand to those of an earlier look.
    pub(crate) fn since(&self, before: &Self) -> Moved {
        let mut moved = Moved::NoCounter;
        for (series, now) in self.counters() {
            let was = before.value(series);
            if now < was {
                return Moved::Down(series.clone(), was, now);
            }
            if was < now && !matches!(moved, Moved::Up(..)) {
                moved = Moved::Up(series.clone(), was, now);
            } else if moved == Moved::NoCounter {
                moved = Moved::Still;
            }
        }
        moved
    }
}

fn name_of(series: &str) -> &str {
    series.split('{').next().unwrap_or(series)
}

/// One sample: the series as written, and its value. A time and an exemplar may follow.
fn sample(line: &str) -> Option<(String, f64)> {
    let named = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let end = line.find(|c: char| !named(c)).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let labels = if rest.starts_with('{') { closing(rest)? } else { 0 };
    let (labels, rest) = rest.split_at(labels);
    if !rest.starts_with([' ', '\t']) {
        return None;
    }
    let mut words = rest.split_whitespace();
    let value = words.next()?.parse().ok()?;
    match words.next() {
        None | Some("#") => {}
        Some(time) => drop(time.parse::<f64>().ok()?),
    }
    Some((format!("{name}{labels}"), value))
}

/// Bytes of the braces with the labels in them, when those are well formed.
fn closing(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '}' if !quoted => {
                let inner = text.get(1..at)?.trim();
                let good = inner.is_empty() || inner.contains("=\"");
                return good.then_some(at + 1);
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Exposition {
        Exposition::read(body, false).unwrap()
    }

    #[test]
    fn reads_samples_and_nothing_else() {
        let text = "# HELP a_total x\n# TYPE a_total counter\na_total{path=\"/a}b\\\"\"} 3 1700000000\n\
                    b 1e3\nc{} +Inf\nd_bucket{le=\"1\"} 2 # {id=\"x\"} 0.5\n# EOF\n";
        assert_eq!(read(text).own(), ["a_total", "b", "c", "d_bucket"]);
        for wrong in
            ["<html>", "a", "a b", "1a 2", "a{x} 1", "a{x=\"1\" 1", "{\"a\": 1}", "a 1 soon"]
        {
            assert!(Exposition::read(wrong, false).is_err(), "{wrong}");
        }
        let cut = Exposition::read("a 1\nb{x=\"", true).unwrap();
        assert_eq!(cut.own(), ["a"]);
    }

    #[test]
    fn tells_the_application_from_its_runtime() {
        assert!(read("process_cpu_seconds_total 1\ngo_threads 3\npython_info 1").own().is_empty());
        assert_eq!(read("go_threads 3\norders_total 1").own(), ["orders_total"]);
    }

    #[test]
    fn counters_of_looks_prove_no_work() {
        let moved = |texts: [&str; 3]| {
            let [idle, before, after] = texts.map(read);
            after.since_work(&before, &idle)
        };
        assert!(matches!(moved(["a_total 1", "a_total 2", "a_total 3"]), Moved::Idle(_)));
        // Another scraper between the last two.
        assert!(matches!(moved(["a_total 1", "a_total 2", "a_total 4"]), Moved::Idle(_)));
        assert!(matches!(moved(["a_total 1", "a_total 1", "a_total 2"]), Moved::Up(..)));
        assert!(matches!(moved(["a_total 5", "a_total 1", "a_total 2"]), Moved::Down(..)));
        let both = ["s_total 1\nw_total 1", "s_total 2\nw_total 1", "s_total 3\nw_total 2"];
        assert!(matches!(moved(both), Moved::Up(series, ..) if series == "w_total"));
        let bucket = ["a_count 1\na_bucket 1", "a_count 2\na_bucket 1", "a_count 3\na_bucket 2"];
        assert!(matches!(moved(bucket), Moved::Idle(_)));
        assert_eq!(moved(["a_total 1", "a_total 1", "a_total 1"]), Moved::Still);
    }

    #[test]
    fn watches_counters_only() {
        let moved = |before: &str, after: &str| read(after).since(&read(before));
        assert!(matches!(moved("a_total 1", "a_total 2"), Moved::Up(..)));
        assert!(matches!(moved("a_total 1", "a_total 1\nb_total 1"), Moved::Up(..)));
        assert_eq!(moved("a_total 1", "a_total 1"), Moved::Still);
        assert!(matches!(moved("a_total 9\nb_total 1", "a_total 3\nb_total 2"), Moved::Down(..)));
        assert_eq!(moved("g 1", "g 2"), Moved::NoCounter);
        assert_eq!(moved("process_x_total 1", "process_x_total 2"), Moved::NoCounter);
        let typed = "# TYPE n counter\nn 1";
        assert!(matches!(moved("n 0", typed), Moved::Up(..)));
        assert_eq!(moved("x_total 1", "# TYPE x_total gauge\nx_total 2"), Moved::NoCounter);
        let histogram = "# TYPE t histogram\nt_count 2\nt_sum 1";
        assert!(matches!(moved("t_count 1\nt_sum 1", histogram), Moved::Up(..)));
    }
}
