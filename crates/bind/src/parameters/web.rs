//! Parameters of claims about what a service answers.

use super::{
    Source, find_word,
    limits::{headers, origins, rate},
    span,
};
use crate::{denial, leftover::percentile, line_form, values::What};

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
        "http.smoke" | "http.journey" | "http.authentication" | "docs.links" => {
            it.put("url", What::Url);
            it.put("status", What::Code);
        }
        "http.injection" => it.named("class", "attacks", ","),
        "http.rate-limit" => rate(it),
        "http.cors" => origins(it),
        "http.compression" => it.named("algos", "algorithms", "|"),
        "http.jwt" => {
            it.put("max-lifetime", What::Duration);
            let words = it.text.split(|c: char| !c.is_ascii_alphanumeric());
            let algs: Vec<&str> = words.filter(|word| is_algorithm(word)).collect();
            // "RS256, never HS256": which of them is meant cannot be told.
            it.set("algs", if denial::forbids(it.text) { String::new() } else { algs.join(",") });
        }
        "http.debug-disabled" => switched_off(it),
        "http.redirects" => redirect(it),
        "http.cookies" => cookies(it),
        "email.dns" => {
            it.named("records", "mail-records", ",");
            mail(it);
        }
        "http.endpoints" => {
            it.put("url", What::Url);
            it.put("status", What::Code);
            it.list("set", What::Path);
        }
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

/// What a cookie has to carry.
fn cookies(it: &mut Source<'_>) {
    let lower = it.text.to_lowercase();
    for flag in ["httponly", "secure"] {
        let told = find_word(&lower, flag).is_some() || lower.contains(&format!("{flag}="));
        it.set(flag, if told { "true" } else { "" });
    }
    let modes = ["strict", "lax", "none"];
    let (_, rest) = lower.split_once("samesite").unwrap_or_default();
    let rest = rest.trim_start_matches(['=', ':', ' ', '`']);
    let mode = modes.iter().find(|mode| rest.starts_with(**mode));
    it.set("samesite", mode.copied().unwrap_or_default());
}

/// From where to where, and with which status.
fn redirect(it: &mut Source<'_>) {
    let code = it.all(What::Code).find(|value| value.text.starts_with("30"));
    it.set("status", code.map_or_else(String::new, |value| value.text.clone()));
    let kinds = [What::Host, What::Url, What::Path];
    let places: Vec<&str> = it
        .scan
        .values
        .iter()
        .filter(|value| kinds.contains(&value.what))
        .map(|value| value.text.as_str())
        .collect();
    if let [from, to] = places.as_slice() {
        it.set("from", *from);
        it.set("to", *to);
    }
}

/// The domain that mail comes from, and the name of a key: `mail._domainkey.shop.example`.
fn mail(it: &mut Source<'_>) {
    let Some(host) = it.all(What::Host).next().map(|value| value.text.clone()) else {
        let keyed = span::words(it.text).find(|word| word.contains("._domainkey"));
        let keyed = keyed.and_then(|word| word.split_once("._domainkey."));
        if let Some((selector, domain)) = keyed {
            it.set("selector", selector);
            it.set("domain", domain);
            return;
        }
        let policy = span::words(it.text).find_map(|word| word.strip_prefix("_dmarc."));
        it.set("domain", policy.unwrap_or_default());
        return;
    };
    it.set("domain", host);
}

/// What must be off, and the value that says so: `DEBUG = False`.
fn switched_off(it: &mut Source<'_>) {
    let spaced = line_form::spans(it.text).find_map(|span| span.split_once('='));
    let given = it.all(What::Assignment).find_map(|value| value.text.split_once('='));
    let Some((name, value)) = spaced.or(given) else {
        let name = it.all(What::Variable).next().map(|value| value.text.clone());
        it.set("vars", name.unwrap_or_default());
        return;
    };
    it.set("vars", name.trim());
    it.set("expect", value.trim().trim_matches(['"', '\'']));
}

/// Whether a word names how tokens are signed: `RS256`.
fn is_algorithm(word: &str) -> bool {
    let sort = ["RS", "ES", "HS", "PS"].iter().find_map(|it| word.strip_prefix(it));
    sort.is_some_and(|bits| ["256", "384", "512"].contains(&bits)) || word == "EdDSA"
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

    #[test]
    fn cookies_ways_mail_and_tokens() {
        let way = "301 from `old.shop.example` to `shop.example`";
        assert_eq!(one("http.redirects", way, "status"), "301");
        assert_eq!(one("http.redirects", way, "to"), "shop.example");
        let cookie = "Cookies are Secure and `SameSite=Lax`";
        assert_eq!(one("http.cookies", cookie, "samesite"), "lax");
        assert_eq!(one("http.cookies", cookie, "httponly"), "");
        let key = "DKIM at `k1._domainkey.shop.example`";
        assert_eq!(one("email.dns", key, "selector"), "k1");
        assert_eq!(one("http.jwt", "Signed with RS256 or ES256", "algs"), "RS256,ES256");
        assert_eq!(one("http.debug-disabled", "`DEBUG = False`", "expect"), "False");
        assert_eq!(one("email.dns", "SPF and DMARC are there", "records"), "SPF,DMARC");
    }
}
