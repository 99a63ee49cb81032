//! Parameters of claims about what a service answers.

use super::{
    Source,
    limits::{headers, origins, rate},
    span,
};
use crate::{leftover::percentile, values::What};

pub(super) fn web(id: &str, it: &mut Source<'_>) {
    match id {
        "http.security-headers" => headers(it),
        "http.https-enforced" => {
            let lower = it.text.to_lowercase();
            if lower.contains("hsts") || lower.contains("strict-transport-security") {
                it.set("require", "redirect,hsts");
            }
        }
        "http.health" => {
            it.put("status", What::Code);
            let path = it
                .all(What::Path)
                .find(|value| value.text.starts_with('/'))
                .map(|value| value.text.clone());
            it.set("path", path.unwrap_or_default());
            it.put("url", What::Url);
            if !it.is_set("path") && !it.is_set("url") {
                it.set("path", span::fenced_path(it.fence).unwrap_or_default());
            }
            // "For 10 minutes" says how long to look, "every 30 s" how often.
            let lower = it.text.to_lowercase();
            let quick = it.all(What::Duration).find(|value| {
                let head = lower.get(..value.start).unwrap_or_default().trim_end();
                !["for", "every", "each"].iter().any(|word| head.ends_with(word))
            });
            if let Some(value) = quick {
                let name = percentile(it.text)
                    .map_or_else(|| "latency".to_owned(), |it| format!("latency:{it}"));
                it.set(&name, format!("{}{}", value.bound.unwrap_or_default(), value.text));
            }
        }
        "http.smoke" | "http.endpoints" | "http.journey" | "http.authentication" | "docs.links" => {
            it.put("url", What::Url);
            it.put("status", What::Code);
        }
        "http.injection" => it.named("class", "attacks", ","),
        "http.rate-limit" => rate(it),
        "http.cors" => origins(it),
        "http.compression" => it.named("algos", "algorithms", "|"),
        "http.jwt" => it.put("max-lifetime", What::Duration),
        "http.password-policy" => {
            let least = it.all(What::Number).next().map(|value| value.text.clone());
            it.set("min", least.unwrap_or_default());
        }
        "edge.protection" => {
            it.named("provider", "providers", "|");
            it.named("require", "protections", ",");
            if it.text.to_lowercase().contains("ddos") {
                it.set("require", "ddos");
            }
        }
        "tls.certificate-served" | "tls.certificate-ready" => {
            names(it);
            if let Some(days) = it.bounded(What::Duration).filter(|value| value.ends_with('d')) {
                it.set("min-days", days.trim_start_matches(['<', '>', '=']).trim_end_matches('d'));
            }
        }
        "lb.active" => it.named("provider", "balancers", ","),
        "llm.key-valid" | "llm.completion" => model(id, it),
        _ => {}
    }
}

/// Whose model is asked; the name of a key tells it too.
fn model(id: &str, it: &mut Source<'_>) {
    it.named("provider", "models", ",");
    if id == "llm.key-valid" {
        it.put("env", What::Variable);
        let guessed =
            it.params.get("env").and_then(|name| name.split('_').next()).map(str::to_lowercase);
        if !it.params.contains_key("provider") {
            it.set("provider", guessed.unwrap_or_default());
        }
    }
}

/// Names that a certificate is for. A word with a capital is a setting rather than a host.
fn names(it: &mut Source<'_>) {
    let hosts = it.all(What::Host).map(|value| value.text.as_str());
    let hosts: Vec<&str> =
        hosts.filter(|name| !name.contains(|c: char| c.is_uppercase())).collect();
    let open = span::words(it.text).find(|word| word.starts_with("*.") && word.contains('<'));
    it.set("names", open.map_or_else(|| hosts.join(","), str::to_owned));
    if !it.is_set("names") {
        it.set("names", asked_for(it.fence.unwrap_or_default()).join(","));
    }
    if !it.is_set("names") {
        let read = it.below.iter().filter_map(|text| span::first(text, &[What::Host]));
        let below: Vec<String> = read.map(|value| value.text).collect();
        if below.len() == it.below.len() {
            it.set("names", below.join(","));
        }
    }
}

/// The names that a certificate is asked for: `certbot … -d shop.example -d www.shop.example`.
fn asked_for(fence: &str) -> Vec<&str> {
    let rows = fence
        .lines()
        .filter(|row| ["certbot", "acme.sh", "lego"].iter().any(|it| row.contains(it)));
    let words: Vec<&str> = rows.flat_map(str::split_whitespace).collect();
    let asked = words.windows(2).filter_map(|pair| match pair {
        ["-d" | "--domain" | "--domains", name] => Some(name.trim_matches(['"', '\''])),
        _ => None,
    });
    asked.flat_map(|names| names.split(',')).filter(|it| it.contains('.')).collect()
}

#[cfg(test)]
mod tests {
    use crate::parameters::labelled::one;

    #[test]
    fn names_of_certificates() {
        let names = |text| one("tls.certificate-ready", text, "names");
        assert_eq!(names("Certificate for shop.example.org"), "shop.example.org");
        assert_eq!(
            names("Certificates:\n  - a.example.org\n  - `b.example.org`"),
            "a.example.org,b.example.org"
        );
        assert_eq!(names("Certificates:\n  - a.example.org\n  - all others"), "");
        let fence = "Certificates\n  ```bash\n  certbot certonly --nginx -d a.example.org -d b.example.org\n  dig -d c.example.org\n  ```";
        assert_eq!(names(fence), "a.example.org,b.example.org");
    }
}
