//! Configuration of Prometheus and Alertmanager: what is scraped, who evaluates, who is told.

use crate::{found::Repository, place::Place, yaml};

/// Reads the configuration of Prometheus.
pub(crate) fn read(file: &str, text: &str, into: &mut Repository) -> Option<()> {
    for document in &yaml::documents(text)? {
        let note = |words: &str, found: Vec<(String, usize)>, into: &mut Repository| {
            let line = found.first().map_or(0, |it| it.1);
            let names: Vec<&str> = found.iter().map(|it| it.0.as_str()).collect();
            if !names.is_empty() {
                let note = format!("{words}: {}", names.join(", "));
                into.notes.push((note, Place::new(file, line)));
            }
        };
        let texts = |nodes: &[yaml::Node]| -> Vec<(String, usize)> {
            nodes.iter().filter_map(|it| Some((it.text()?.to_owned(), it.line))).collect()
        };
        let targets = |node: &yaml::Node| -> Vec<(String, usize)> {
            let groups = node.items_at(&["static_configs"]).iter();
            groups.flat_map(|it| texts(it.items_at(&["targets"]))).collect()
        };
        let mut scraped = Vec::new();
        for job in document.items_at(&["scrape_configs"]) {
            let name = job.text_at(&["job_name"]).unwrap_or("job");
            let list = targets(job);
            let names: Vec<&str> = list.iter().map(|it| it.0.as_str()).collect();
            let shown = if names.is_empty() {
                name.to_owned()
            } else {
                format!("{name} ({})", names.join(", "))
            };
            scraped.push((shown, job.line));
        }
        let alerting = document.items_at(&["alerting", "alertmanagers"]).iter();
        note("Prometheus scrapes", scraped, into);
        note("Prometheus reads rules from", texts(document.items_at(&["rule_files"])), into);
        note("Prometheus tells the Alertmanager at", alerting.flat_map(targets).collect(), into);
    }
    Some(())
}

/// Reads the configuration of Alertmanager: names and kinds of receivers, no address or key.
pub(crate) fn alertmanager(file: &str, text: &str, into: &mut Repository) -> Option<()> {
    for document in &yaml::documents(text)? {
        for receiver in document.items_at(&["receivers"]) {
            let name = receiver.text_at(&["name"]).unwrap_or("receiver");
            let kinds: Vec<&str> = receiver
                .entries()
                .iter()
                .filter_map(|entry| entry.key.strip_suffix("_configs"))
                .collect();
            let kinds = if kinds.is_empty() { String::from("nobody") } else { kinds.join(", ") };
            let note = format!("Alertmanager's receiver {name} tells by {kinds}");
            into.notes.push((note, Place::new(file, receiver.line)));
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_who_scrapes_and_who_is_told() {
        let mut all = Repository::default();
        let text = "rule_files:\n  - rules/*.yml\nalerting:\n  alertmanagers:\n    - static_configs:\n        \
                    - targets: [alertmanager:9093]\nscrape_configs:\n  - job_name: shop\n    static_configs:\n      \
                    - targets: ['app:3000']\n";
        read("prometheus.yml", text, &mut all).unwrap();
        let text = "receivers:\n  - name: oncall\n    slack_configs:\n      - api_url: https://hooks.slack.com/hunter2\n";
        alertmanager("alertmanager.yml", text, &mut all).unwrap();
        let notes: Vec<String> =
            all.notes.iter().map(|it| format!("{} ({})", it.0, it.1)).collect();
        assert_eq!(
            notes,
            [
                "Prometheus scrapes: shop (app:3000) (prometheus.yml:8)",
                "Prometheus reads rules from: rules/*.yml (prometheus.yml:2)",
                "Prometheus tells the Alertmanager at: alertmanager:9093 (prometheus.yml:6)",
                "Alertmanager's receiver oncall tells by slack (alertmanager.yml:2)",
            ]
        );
    }
}
