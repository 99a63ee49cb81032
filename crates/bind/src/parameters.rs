//! Turns the values of a text into the parameters of an entry of the catalog.

use std::collections::BTreeMap;

use crate::{
    candidate::Reading,
    kind::Subject,
    nouns,
    scan::{CONCEPTS, Scan},
    values::{Value, What, values},
    words::Class,
};

/// Parameters by name, as a user would type them.
pub(crate) type Params = BTreeMap<String, String>;

/// A text whose values are looked for.
struct Source<'a> {
    text: &'a str,
    scan: &'a Scan,
    params: Params,
}

impl<'a> Source<'a> {
    fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.params.insert(name.to_owned(), value);
        }
    }

    fn all(&self, what: What) -> impl Iterator<Item = &'a Value> {
        self.scan.values.iter().filter(move |value| value.what == what)
    }

    /// The first value of a kind, with its bound.
    fn bounded(&self, what: What) -> Option<String> {
        self.all(what).next().map(|it| format!("{}{}", it.bound.unwrap_or_default(), it.text))
    }

    fn put(&mut self, name: &str, what: What) {
        if let Some(value) = self.bounded(what) {
            self.set(name, value);
        }
    }

    fn list(&mut self, name: &str, what: What) {
        let texts: Vec<&str> = self.all(what).map(|it| it.text.as_str()).collect();
        self.set(name, texts.join(","));
    }

    fn has(&self, class: &str) -> bool {
        self.scan.set.has(class_of(class))
    }

    /// The names that stand for the words of the text, of a list of words and names.
    fn named(&mut self, name: &str, table: &[(&str, &str)], joined: &str) {
        let lower = self.text.to_lowercase();
        let mut found: Vec<(usize, &str)> = Vec::new();
        for (word, meant) in table {
            if let Some(at) = find_word(&lower, word)
                && !found.iter().any(|(_, known)| known == meant)
            {
                found.push((at, meant));
            }
        }
        found.sort_unstable();
        let names: Vec<&str> = found.into_iter().map(|(_, meant)| meant).collect();
        self.set(name, names.join(joined));
    }
}

fn class_of(name: &str) -> Class {
    CONCEPTS.class(name)
}

/// Where a word stands in a lower-case text: not inside of another word.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let edge = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).and_then(|it| it.chars().next_back());
        let behind = text.get(at + word.len()..).and_then(|it| it.chars().next());
        !word.is_ascii() || edge(before) && edge(behind)
    })
}

/// The parameters of a claim.
pub(crate) fn of(id: &str, it: &Subject<'_>, reading: &Reading<'_>) -> Params {
    let mut source = Source { text: reading.text, scan: reading.scan, params: Params::new() };
    let (family, _) = id.split_once('.').unwrap_or((id, ""));
    match family {
        "host" | "net" | "dns" => host(id, &mut source),
        "env" | "secrets" | "file" | "git" | "config" => secret(id, &mut source, reading),
        "docs" | "test" | "code" | "scan" | "release" | "attest" | "incident" | "comms"
        | "recovery" => paper(id, &mut source),
        "http" | "tls" | "cdn" | "edge" | "lb" | "deps" | "llm" | "email" => web(id, &mut source),
        "slo" | "load" | "resource" | "alert" | "metrics" | "log" | "prometheus" | "grafana" => {
            signal(id, &mut source, it)
        }
        _ => store(id, &mut source),
    }
    source.params
}

fn host(id: &str, it: &mut Source<'_>) {
    match id {
        "host.cpu-cores" => it.put("cores", What::Number),
        "host.memory" => it.put("memory", What::Size),
        "host.disk-space" => it.put("free", What::Size),
        "host.swap" => it.put("ratio", What::Number),
        "host.os-version" => systems(it),
        "host.tool-version" => {
            it.named("tool", nouns::TOOLS, "|");
            if it.params.get("tool").is_some_and(|tool| tool.contains("docker-compose")) {
                it.set("tool", "docker-compose");
            }
            it.put("version", What::Version);
            if !it.params.contains_key("version") {
                it.put("version", What::Number);
            }
        }
        "host.firewall" | "net.port-allowlist" => it.list("allow", What::Port),
        "net.port-open" | "net.port-restricted" | "net.local-listener" => {
            it.put("port", What::Port);
            it.named("service", nouns::SERVICES, ",");
            if id == "net.port-open" {
                it.params.remove("service");
                it.named("proto", &[("https", "tls"), ("http", "http")], ",");
            }
        }
        "dns.records" => it.list("name", What::Host),
        _ => {}
    }
}

/// Systems with their versions: any of them.
fn systems(it: &mut Source<'_>) {
    let lower = it.text.to_lowercase();
    let mut found = Vec::new();
    for name in nouns::SYSTEMS {
        let Some(at) = find_word(&lower, name) else {
            continue;
        };
        let version =
            it.scan.values.iter().find(|value| {
                at < value.start && matches!(value.what, What::Version | What::Number)
            });
        let shown = version.map(|value| format!("{}{}", value.bound.unwrap_or("="), value.text));
        found.push(format!("{name}{}", shown.unwrap_or_default()));
    }
    it.set("any-of", found.join(","));
}

fn secret(id: &str, it: &mut Source<'_>, reading: &Reading<'_>) {
    match id {
        "env.required" | "env.secret-strength" => variables(id, it, reading),
        "env.file-present" | "git.ignored" | "file.permissions" => {
            it.put("path", What::Path);
            if id == "file.permissions" {
                if it.has("executable") {
                    it.set("mode", "+x");
                }
                let mode = it.scan.values.iter().find(|value| {
                    value.text.len() == 3 && value.text.bytes().all(|b| matches!(b, b'0'..=b'7'))
                });
                let mode = mode.map(|value| value.text.clone());
                it.set("mode", mode.or_else(|| it.params.get("mode").cloned()).unwrap_or_default());
            }
            if id == "env.file-present" {
                let paths: Vec<String> =
                    it.all(What::Path).map(|value| value.text.clone()).collect();
                if let [template, path] = paths.as_slice() {
                    it.set("template", template.as_str());
                    it.set("path", path.as_str());
                }
            }
        }
        "config.valid" => it.put("path", What::Path),
        "secrets.confined" => it.named("store", nouns::STORES, "|"),
        "secrets.rotation" => it.put("max-age", What::Duration),
        "git.merged" => {
            it.named("branch", &[("main", "main"), ("master", "master"), ("主分支", "main")], ",")
        }
        "git.tag" => {
            let tag = it.all(What::Version).next().map(|value| (value.start, value.text.clone()));
            if let Some((start, text)) = tag {
                let marked = it.text.get(..start).is_some_and(|head| head.ends_with(['v', 'V']));
                it.set("name", if marked { format!("v{text}") } else { text });
            }
        }
        _ => {}
    }
}

fn variables(id: &str, it: &mut Source<'_>, reading: &Reading<'_>) {
    let assigned = it.all(What::Assignment).next().map(|value| value.text.clone());
    if let Some((name, value)) = assigned.as_deref().and_then(|text| text.split_once('=')) {
        it.set("name", name);
        if id == "env.required" && !value.contains(['<', '[', '{']) {
            it.set("equals", value.trim_matches(['"', '\'']));
        }
    } else {
        let names: Vec<String> = it.all(What::Variable).map(|value| value.text.clone()).collect();
        it.set(if names.len() == 1 { "name" } else { "names" }, names.join(","));
    }
    let lower = it.text.to_lowercase();
    if let Some(default) = lower.find("default: ").and_then(|at| it.text.get(at + 9..)) {
        let end = default.find([')', ',', ';']).unwrap_or(default.len());
        it.set("default", default.get(..end).unwrap_or_default().trim_matches(['`', ' ']));
    }
    let above = reading
        .above
        .iter()
        .any(|above| find_word(&above.text.to_lowercase(), "optional").is_some());
    if above || find_word(&lower, "optional").is_some() {
        it.set("optional", "true");
    }
    if id == "env.secret-strength" {
        lengths(it);
        if find_word(&lower, "unique").is_some() {
            it.set("unique", "true");
        }
    }
    if !it.params.contains_key("name") && !it.params.contains_key("names") {
        it.put("path", What::Path);
    }
}

/// "32+ characters", "32 bytes", "32-chars-min".
fn lengths(it: &mut Source<'_>) {
    let text = it.text.to_lowercase();
    for value in &it.scan.values {
        let behind =
            text.get(value.end..).unwrap_or_default().trim_start_matches(['+', ' ', '-', '_']);
        let count = value.text.clone();
        if ["char", "letter", "文字", "字符", "자"].iter().any(|word| behind.starts_with(word))
        {
            it.params.insert("min-chars".to_owned(), count);
        } else if behind.starts_with("byte") {
            it.params.insert("bytes".to_owned(), count);
        }
    }
}

fn paper(id: &str, it: &mut Source<'_>) {
    match id {
        "docs.present" | "docs.updated" | "docs.changelog" | "docs.api-in-sync"
        | "release.notes" => {
            it.put("path", What::Document);
            if id == "docs.present" && !it.params.contains_key("path") {
                it.put("path", What::Path);
            }
            if id == "docs.updated"
                && let Some(path) = it.params.get("path").cloned()
            {
                it.set("paths", path);
            }
            if matches!(id, "docs.present" | "docs.updated") {
                it.named("topic", nouns::TOPICS, ",");
                let first =
                    it.params.get("topic").and_then(|all| all.split(',').next()).map(str::to_owned);
                it.set("topic", first.unwrap_or_default());
            }
            if matches!(id, "docs.changelog" | "release.notes") {
                it.put("version", What::Version);
            }
        }
        "docs.bilingual" => it.named("langs", nouns::LANGUAGES, ","),
        "test.suite" => {
            it.named("suites", nouns::SUITES, ",");
            coverage(it);
        }
        "test.coverage" => coverage(it),
        "code.lint" => it.named(
            "kinds",
            &[
                ("lint", "lint"),
                ("linting", "lint"),
                ("format", "format"),
                ("formatting", "format"),
            ],
            ",",
        ),
        "scan.dependencies" | "scan.sast" | "scan.dast" => it.named("tool", nouns::SCANNERS, "|"),
        "scan.summary" | "scan.image" => {
            it.named(
                "fail-on",
                &[
                    ("critical", "critical"),
                    ("high", "high"),
                    ("严重", "critical"),
                    ("高危", "high"),
                ],
                ",",
            );
            it.named("tools", nouns::SCANNERS, "|");
        }
        "recovery.objective" => it.named(
            "name",
            &[
                ("rto", "RTO"),
                ("recovery time objective", "RTO"),
                ("recovery time objectives", "RTO"),
                ("rpo", "RPO"),
                ("recovery point objective", "RPO"),
            ],
            ",",
        ),
        "incident.postmortem" => {
            let due = it.all(What::Duration).next().map(|value| value.text.clone());
            it.set("due", due.unwrap_or_default());
        }
        "comms.notify" => it.named("audience", nouns::AUDIENCES, ","),
        _ => {}
    }
}

/// A share that is asked for; one in brackets with a tick is what was measured once.
fn coverage(it: &mut Source<'_>) {
    let asked =
        it.scan.values.iter().find(|value| value.what == What::Percent && value.bound.is_some());
    let asked = asked.map(|value| format!("{}{}", value.bound.unwrap_or_default(), value.text));
    it.set("coverage", asked.unwrap_or_default());
}

fn web(id: &str, it: &mut Source<'_>) {
    match id {
        "http.security-headers" => {
            let header = nouns::HEADERS
                .iter()
                .find(|name| find_word(&it.text.to_lowercase(), &name.to_lowercase()).is_some());
            if let Some(header) = header {
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
        "http.injection" => it.named(
            "class",
            &[
                ("sql", "sqli"),
                ("sqli", "sqli"),
                ("xss", "xss"),
                ("cross-site scripting", "xss"),
                ("cross-site-scripting", "xss"),
            ],
            ",",
        ),
        "http.rate-limit" => {
            it.put("limit", What::Number);
            it.put("window", What::Duration);
        }
        "http.compression" => {
            it.named("algos", &[("gzip", "gzip"), ("brotli", "br"), ("br", "br")], "|")
        }
        "http.jwt" => it.put("max-lifetime", What::Duration),
        "http.password-policy" => it.put("min", What::Number),
        "edge.protection" => {
            it.named("provider", &[("cloudflare", "cloudflare"), ("aws waf", "aws-waf")], "|");
            it.named("require", &[("ddos", "ddos"), ("waf", "waf-rules")], ",");
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
        "lb.active" => it.named("provider", &[("alb", "alb"), ("nginx", "nginx")], ","),
        "llm.key-valid" | "llm.completion" => {
            it.named("provider", nouns::MODELS, ",");
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

fn signal(id: &str, it: &mut Source<'_>, subject: &Subject<'_>) {
    match id {
        "alert.rule" => {
            it.params.extend(of_condition(it.text, it.scan));
            it.params.remove("for");
        }
        "metrics.series" => {
            it.named("signal", nouns::SIGNALS, ",");
            let one =
                it.params.get("signal").and_then(|all| all.split(',').next()).map(str::to_owned);
            it.set("signal", one.unwrap_or_default());
        }
        "alert.receivers" => it.named("type", nouns::CHANNELS, "|"),
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
        }
        "resource.utilization" | "resource.stability" => {
            it.named("resource", nouns::RESOURCES, ",");
            it.put("usage", What::Percent);
        }
        "log.retention" | "prometheus.retention" => it.put("retention", What::Duration),
        "log.level" => it.named(
            "max",
            &[("info", "INFO"), ("warning", "WARNING"), ("warn", "WARN"), ("error", "ERROR")],
            ",",
        ),
        "log.event" => it.named(
            "event",
            &[
                ("audit", "audit"),
                ("access log", "access"),
                ("access logs", "access"),
                ("authentication attempts", "auth-failure"),
                ("failed login", "auth-failure"),
                ("rate limiting", "rate-limited"),
                ("application logs", "application"),
            ],
            ",",
        ),
        "slo.golden-signals" => it.put("window", What::Duration),
        "grafana.dashboards" if subject.line.parent.is_some() && !it.has("dashboard") => {
            let title = it.text.to_owned();
            it.set("title", title);
        }
        _ => {}
    }
}

fn store(id: &str, it: &mut Source<'_>) {
    match id {
        "redis.hit-ratio" => it.put("ratio", What::Percent),
        "db.connections" => it.put("usage", What::Percent),
        "db.slow-queries" => it.put("mean", What::Duration),
        "backup.retention" => it.put("policy", What::Duration),
        "backup.schedule" | "backup.fresh" | "backup.run" | "backup.integrity" | "db.reachable"
        | "db.indexes" | "db.pool-sizing" => {
            it.named("engine", nouns::ENGINES, ",");
            if id == "backup.schedule" {
                it.named("kinds", &[("cron", "cron"), ("systemd", "systemd")], "|");
                it.named(
                    "interval",
                    &[
                        ("hourly", "1h"),
                        ("daily", "24h"),
                        ("nightly", "24h"),
                        ("weekly", "7d"),
                        ("每日", "24h"),
                        ("毎日", "24h"),
                        ("매일", "24h"),
                    ],
                    ",",
                );
            }
        }
        "postgres.extension" => {
            it.named("name", &[("pgvector", "vector"), ("postgis", "postgis")], ",")
        }
        "docker.resource-limits" => {
            it.named("resource", &[("memory", "memory"), ("ram", "memory"), ("cpu", "cpu")], ",")
        }
        "kubernetes.probes" => it.named(
            "kinds",
            &[("readiness", "readiness"), ("liveness", "liveness"), ("startup", "startup")],
            ",",
        ),
        "build.image" | "build.image-tag" | "build.image-push" => it.put("tag", What::Version),
        _ => {}
    }
}

/// What a condition watches: a signal, a bound, and for how long.
fn of_condition(text: &str, scan: &Scan) -> Params {
    let mut it = Source { text, scan, params: Params::new() };
    it.named("signal", nouns::SIGNALS, ",");
    let first = it.params.get("signal").and_then(|all| all.split(',').next()).map(str::to_owned);
    it.set("signal", first.unwrap_or_default());
    let lower = text.to_lowercase();
    let lasting = |value: &&Value| {
        let head =
            lower.get(..value.start).unwrap_or_default().trim_end_matches([' ', '>', '<', '=']);
        value.what == What::Duration && head.ends_with("for")
    };
    let threshold = scan.values.iter().find(|value| {
        matches!(value.what, What::Percent | What::Duration | What::Number | What::Size)
            && !lasting(value)
    });
    if let Some(value) = threshold {
        it.set("threshold", value.text.clone());
        it.set("op", value.bound.unwrap_or_default());
    }
    if let Some(value) = scan.values.iter().find(lasting) {
        it.set("for", format!("{}{}", value.bound.unwrap_or_default(), value.text));
    }
    it.params
}

/// The parameters of a trigger of a rollback.
pub(crate) fn of_trigger(it: &Subject<'_>) -> Params {
    let text = &it.line.repaired;
    of_condition(text, &Scan::of(text))
}

/// The parameters that a command states.
pub(crate) fn of_command(id: &str, text: &str) -> Params {
    let mut params = Params::new();
    let all = values(text);
    let url = all.iter().find(|value| value.what == What::Url).map(|value| value.text.clone());
    let flag = |names: &[&str]| {
        let mut words = text.split_whitespace();
        words.find(|word| names.contains(word)).and_then(|_| words.next()).map(str::to_owned)
    };
    match id {
        "http.health"
        | "http.smoke"
        | "metrics.endpoint"
        | "deploy.running-version"
        | "http.security-headers" => {
            params.extend(url.map(|url| ("url".to_owned(), url)));
        }
        "host.tool-version" => {
            let program = text.split_whitespace().next().unwrap_or_default();
            let tool = if program == "docker" { "docker-engine" } else { program };
            params.insert("tool".to_owned(), tool.to_owned());
        }
        "deploy.apply" => params.extend(flag(&["-f"]).map(|it| ("file".to_owned(), it))),
        "kubernetes.pods-ready" => {
            params.extend(flag(&["-n", "--namespace"]).map(|it| ("namespace".to_owned(), it)))
        }
        "terraform.plan" => {
            let file = text.split_whitespace().find_map(|word| word.strip_prefix("-var-file="));
            params.extend(file.map(|it| ("var-file".to_owned(), it.to_owned())));
        }
        "build.image" => params.extend(flag(&["-t", "--tag"]).map(|it| ("tag".to_owned(), it))),
        "build.image-push" | "build.image-tag" if text.starts_with("docker ") => {
            let tag = text.split_whitespace().last().map(str::to_owned);
            params.extend(tag.map(|it| ("tag".to_owned(), it)));
        }
        "net.local-listener" => {
            let port =
                all.iter().find(|value| value.what == What::Port).map(|value| value.text.clone());
            params.extend(port.map(|it| ("port".to_owned(), it)));
        }
        _ => {}
    }
    params
}

/// The parameters of `NAME=value` in a file of variables. A value in angle brackets, or one that
/// shows an example, says what is wanted rather than what it is.
pub(crate) fn of_assignment(name: &str, value: &str, secret: bool) -> Params {
    let mut params = Params::from([("name".to_owned(), name.to_owned())]);
    let mut set = |name: &str, value: &str| params.insert(name.to_owned(), value.to_owned());
    let lower = value.to_lowercase();
    let placeholder = value.starts_with('<')
        || lower.contains("example.")
        || lower.contains("user:pass")
        || lower.contains("your");
    if placeholder {
        set("placeholder", value);
    } else if !secret
        && (name.starts_with("DEBUG")
            || name.ends_with("ENV")
            || name.ends_with("ENVIRONMENT")
            || name.ends_with("DEBUG"))
    {
        set("equals", value);
    }
    if secret {
        let scan = Scan::of(value.trim_matches(['<', '>']));
        let number =
            scan.values.iter().find(|it| it.what == What::Number).map(|it| it.text.clone());
        let piece = value
            .split(['-', '_', ' '])
            .zip(value.split(['-', '_', ' ']).skip(1))
            .find(|(_, unit)| unit.starts_with("char"));
        if let Some(count) = piece
            .map(|(count, _)| count.to_owned())
            .or(number)
            .filter(|it| it.parse::<u32>().is_ok())
        {
            set("min-chars", &count);
        }
    }
    params
}

/// A date in a text, as `YYYY-MM-DD`.
pub(crate) fn date(text: &str) -> Option<&str> {
    let text = text.trim();
    let shape = |(at, byte): (usize, u8)| {
        if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
    };
    (text.len() == 10 && text.bytes().enumerate().all(shape)).then_some(text)
}
