//! Parameters of claims about what a service answers.

use super::{Source, find_word};
use crate::{nouns, values::What};

pub(super) fn web(id: &str, it: &mut Source<'_>) {
    match id {
        "http.security-headers" => {
            let lower = it.text.to_lowercase();
            let mut headers = nouns::table("headers").iter();
            if let Some((header, _)) =
                headers.find(|(name, _)| find_word(&lower, &name.to_lowercase()).is_some())
            {
                it.set("header", *header);
                let value =
                    it.text.split_once(": ").map(|(_, value)| value.trim().trim_matches('`'));
                it.set("value", value.filter(|value| !value.contains(' ')).unwrap_or_default());
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
            it.put("latency", What::Duration);
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
