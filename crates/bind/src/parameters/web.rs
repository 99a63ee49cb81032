//! Parameters of claims about what a service answers.

use super::Source;
use crate::{leftover::percentile, values::What};

pub(super) fn web(id: &str, it: &mut Source<'_>) {
    match id {
        "http.security-headers" => {
            it.named("required", "headers", ",");
            let named = it.params.remove("required").unwrap_or_default();
            if named.contains(',') {
                it.set("required", named);
            } else {
                it.set("header", named);
                let value =
                    it.text.split_once(": ").map(|(_, value)| value.trim().trim_matches('`'));
                let value = value.filter(|value| !value.contains(' ')).unwrap_or_default();
                if it.params.contains_key("header") {
                    it.set("value", value);
                }
            }
        }
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
        "http.rate-limit" => {
            it.put("limit", What::Number);
            it.put("window", What::Duration);
        }
        "http.compression" => it.named("algos", "algorithms", "|"),
        "http.jwt" => it.put("max-lifetime", What::Duration),
        "http.password-policy" => it.put("min", What::Number),
        "edge.protection" => {
            it.named("provider", "providers", "|");
            it.named("require", "protections", ",");
            if it.text.to_lowercase().contains("ddos") {
                it.set("require", "ddos");
            }
        }
        "tls.certificate-served" | "tls.certificate-ready" => {
            it.list("names", What::Host);
            if let Some(days) = it.bounded(What::Duration).filter(|value| value.ends_with('d')) {
                it.set("min-days", days.trim_start_matches(['<', '>', '=']).trim_end_matches('d'));
            }
        }
        "lb.active" => it.named("provider", "balancers", ","),
        "llm.key-valid" | "llm.completion" => {
            it.named("provider", "models", ",");
            if id == "llm.key-valid" {
                it.put("env", What::Variable);
                let guessed = it
                    .params
                    .get("env")
                    .and_then(|name| name.split('_').next())
                    .map(str::to_lowercase);
                if !it.params.contains_key("provider") {
                    it.set("provider", guessed.unwrap_or_default());
                }
            }
        }
        _ => {}
    }
}
