//! What a look brought back, taken apart into what can be compared and said in one line each.

use std::collections::BTreeMap;

use holdpoint_model::{
    ask::{Ask, Request, What},
    found::{Found, Setting, Value},
    look::Look,
    seen::{
        Entry, Facts, Git, Handshake, Listener, Response, Seen, Shot, Sqlite, Stream, StreamEnd,
        Trust, Variables,
    },
};

use serde_json::Value as Json;

use super::steady::timeless;

/// Header fields that differ from answer to answer.
const RESTLESS: [&str; 26] = [
    "age",
    "alt-svc",
    "cf-ray",
    "content-length",
    "date",
    "etag",
    "expires",
    "last-modified",
    "nel",
    "ratelimit-remaining",
    "ratelimit-reset",
    "report-to",
    "retry-after",
    "server-timing",
    "set-cookie",
    "traceparent",
    "x-amz-cf-id",
    "x-amzn-trace-id",
    "x-cache",
    "x-cache-hits",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-response-time",
    "x-runtime",
    "x-served-by",
    "x-timer",
];

/// Names of values of an answer that tell of the moment and not of the state.
const MOMENTS: [&str; 12] = [
    "time",
    "date",
    "uptime",
    "latency",
    "duration",
    "elapsed",
    "nonce",
    "request_id",
    "requestid",
    "trace",
    "_at",
    "now",
];

/// Values of one answer that are compared one by one.
const VALUES_MAX: usize = 300;

/// One comparable part of what was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Words: another word is another state.
    Text(String),
    /// An amount that moves by itself: only a multiple of it is news.
    Amount(u64),
    /// Words that may differ from answer to answer: only news where they were at rest.
    Loose(String),
    /// One of several: only what came and what went is news.
    One(String),
}

impl Part {
    /// As it is shown.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Text(text) | Self::Loose(text) | Self::One(text) => text.clone(),
            Self::Amount(amount) => amount.to_string(),
        }
    }
}

/// Parts by what they are of.
pub(crate) type Parts = BTreeMap<String, Vec<Part>>;

/// The question of a look without place and number: what was asked, as people call it.
pub(crate) fn question(ask: &Ask) -> String {
    let from = if ask.from.0 == "here" { String::new() } else { format!(" from {}", ask.from.0) };
    let what = match &ask.what {
        What::Http(request) => exchange(request),
        What::Burst { request, count, .. } => format!("{count} times {}", exchange(request)),
        What::Connect { .. } => String::from("connection"),
        What::Handshake { .. } => String::from("TLS handshake"),
        What::Run { argv, .. } => argv.join(" "),
        What::Addresses { .. }
        | What::Control { .. }
        | What::Read { .. }
        | What::Stat { .. }
        | What::List { .. }
        | What::Filesystem { .. }
        | What::Listeners { .. }
        | What::Variables { .. }
        | What::Stream { .. }
        | What::Sqlite { .. }
        | What::Git { .. }
        | What::Find { .. }
        | What::Setting { .. }
        | What::Search { .. }
        | What::Earlier(_) => {
            format!("{} {}", ask.what.word(), ask.what.subject().replace('`', ""))
        }
    };
    timeless(&format!("{what}{from}"))
}

fn exchange(request: &Request) -> String {
    // What keeps caches away differs each time.
    let path = request.path.split("holdpoint=").next().unwrap_or_default();
    let path = path.trim_end_matches(['?', '&']);
    format!("{} {path} ({})", request.method, request.scheme.word())
}

/// Where it was asked, where that is not part of the question.
fn place(what: &What) -> Option<String> {
    match what {
        What::Http(request) | What::Burst { request, .. } => {
            Some(format!("{}:{}", request.host, request.port))
        }
        What::Connect { at, .. } => Some(at.to_string()),
        What::Handshake { at, name, .. } => {
            let name = name.clone().unwrap_or_else(|| at.ip().to_string());
            Some(format!("{name}:{}", at.port()))
        }
        What::Addresses { .. }
        | What::Control { .. }
        | What::Read { .. }
        | What::Stat { .. }
        | What::List { .. }
        | What::Filesystem { .. }
        | What::Run { .. }
        | What::Listeners { .. }
        | What::Variables { .. }
        | What::Stream { .. }
        | What::Sqlite { .. }
        | What::Git { .. }
        | What::Find { .. }
        | What::Setting { .. }
        | What::Search { .. }
        | What::Earlier(_) => None,
    }
}

/// Adds the parts of one look.
pub(crate) fn add(look: &Look, to: &mut Parts) {
    let mut put = |name: &str, part: Part| to.entry(name.to_owned()).or_default().push(part);
    if let Some(place) = place(&look.ask.what) {
        put("asked of", Part::One(place));
    }
    match &look.outcome {
        Err(fault) => put("answer", Part::Text(fault.word().to_owned())),
        Ok(seen) => {
            let word = if *seen == Seen::Absent { "absent" } else { "came" };
            put("answer", Part::Text(word.to_owned()));
            of(&look.ask.what, seen, &mut put);
        }
    }
}

type Put<'a> = &'a mut dyn FnMut(&str, Part);

fn text(value: impl std::fmt::Display) -> Part {
    Part::Text(timeless(&value.to_string()))
}

fn each(name: &str, values: impl IntoIterator<Item = String>, put: Put<'_>) {
    for value in values {
        put(name, Part::One(timeless(&value)));
    }
}

fn of(what: &What, seen: &Seen, put: Put<'_>) {
    match seen {
        Seen::Absent | Seen::Control | Seen::Earlier(_) => {}
        Seen::Addresses(all) => each("addresses", all.iter().map(ToString::to_string), put),
        Seen::Connected(it) => {
            put("first bytes", greeting(&it.answer));
            put("closed at once", text(it.closed));
        }
        Seen::Handshake(it) => handshake(it, put),
        Seen::Http(it) => response(it, put),
        Seen::Burst(shots) => burst(shots, put),
        Seen::File(it) => file(what, &it.text, it.truncated, put),
        Seen::Stat(it) => entry("", it, put),
        Seen::List(it) => {
            each("entries", it.entries.iter().map(|it| it.name.clone()), put);
            for it in &it.entries {
                entry(&format!("{} ", timeless(&it.name)), it, put);
            }
        }
        Seen::Filesystem(it) => {
            put("size", text(it.bytes));
            put("available", Part::Amount(it.available));
            put("read-only", text(it.read_only));
        }
        Seen::Output(it) => {
            put("exit", it.status.map_or_else(|| text("by a signal"), text));
            lines("output", &it.stdout, put);
            lines("errors", &it.stderr, put);
        }
        Seen::Listeners(all) => each("listening", all.iter().map(listener), put),
        Seen::Variables(it) => variables(what, it, put),
        Seen::Stream(it) => stream(it, put),
        Seen::Sqlite(it) => sqlite(it, put),
        Seen::Git(it) => git(it, put),
        Seen::Found(it) => found(it, put),
        Seen::Setting(it) => setting(it, put),
        Seen::Searched(it) => {
            // Lines move within files without meaning anything.
            each("found in", it.spots.iter().map(|it| it.path.clone()), put);
            each("lacking", it.lacking.iter().cloned(), put);
            put("files", Part::Amount(u64::from(it.files)));
            each("unread", it.unread.iter().cloned(), put);
        }
    }
}

fn burst(shots: &[Shot], put: Put<'_>) {
    let mut by = BTreeMap::<String, u64>::new();
    for shot in shots {
        let word = shot.outcome.map_or_else(|it| it.word().to_owned(), |it| it.to_string());
        *by.entry(word).or_default() += 1;
    }
    each("kinds of answers", by.keys().cloned(), put);
    for (word, count) in by {
        put(&format!("answers {word}"), Part::Amount(count));
    }
}

fn listener(it: &Listener) -> String {
    let owner = it.owner.as_ref().map_or_else(String::new, |(_, name)| format!(" {name}"));
    format!("{}:{}{owner}", it.address, it.port)
}

fn variables(what: &What, it: &Variables, put: Put<'_>) {
    // The others were only compared with them.
    let asked: &[String] = if let What::Variables { names, .. } = what { names } else { &[] };
    let of = |name: &String| asked.is_empty() || asked.contains(name);
    for (name, facts) in it.facts.iter().filter(|(name, _)| of(name)) {
        put(&format!("variable {name}"), text(variable(facts)));
    }
    each("lines that are no assignment", it.malformed.iter().map(u32::to_string), put);
    each("assigned twice", it.duplicates.iter().cloned(), put);
}

fn stream(it: &Stream, put: Put<'_>) {
    let end = match &it.end {
        StreamEnd::Complete => String::from("complete"),
        StreamEnd::Cut { .. } => String::from("cut"),
        StreamEnd::Corrupt { why, .. } => format!("corrupt: {why}"),
    };
    put("end", text(end));
    put("packed as", text(format!("{:?}", it.codec).to_lowercase()));
    put("begins with", text(&it.magic));
    each("markers", it.found.iter().cloned(), put);
    put("size", Part::Amount(it.bytes));
    put("size unpacked", Part::Amount(it.decoded_bytes));
}

fn sqlite(it: &Sqlite, put: Put<'_>) {
    put("header", text(it.header));
    each("integrity", it.integrity.iter().cloned(), put);
    put("foreign key violations", text(it.foreign_key_violations));
    each("tables", it.tables.keys().cloned(), put);
    for (table, rows) in &it.tables {
        put(&format!("rows of {table}"), Part::Amount(*rows));
    }
}

fn found(it: &Found, put: Put<'_>) {
    each("paths", it.hits.iter().map(|it| it.path.clone()), put);
    each("other capitals", it.other_case.iter().cloned(), put);
    each("unread", it.unread.iter().cloned(), put);
    for hit in &it.hits {
        let holds = if hit.stand_in.is_some() { "nothing of its own" } else { "content" };
        put(&format!("{} holds", timeless(&hit.path)), text(holds));
    }
}

fn setting(it: &Setting, put: Put<'_>) {
    let shown = |it: &Value| {
        let kind = format!("{}, {}", it.kind.word(), it.size);
        it.shown.clone().unwrap_or(kind)
    };
    each("value", it.values.iter().map(shown), put);
    let held = it.values.iter().flat_map(|it| &it.held).map(|it| format!("{it:?}"));
    each("compared", held.map(|it| it.to_lowercase()), put);
    each("doubts", it.doubts.iter().cloned(), put);
}

/// What a peer says first: its words where they are words, else only of what kind they are.
fn greeting(hex: &str) -> Part {
    let pair = |at: usize| hex.get(at..at + 2).and_then(|it| u8::from_str_radix(it, 16).ok());
    let bytes: Vec<u8> = (0..hex.len() / 2).filter_map(|nth| pair(nth * 2)).collect();
    let words = String::from_utf8(bytes).ok();
    let words = words.filter(|it| it.trim_end().chars().all(|c| !c.is_control()));
    match words {
        _ if hex.is_empty() => text("none"),
        _ if hex.starts_with("1603") => text("TLS"),
        _ if hex.starts_with("1503") => text("a TLS alert"),
        Some(words) => Part::Loose(timeless(words.trim_end())),
        None => text("bytes"),
    }
}

fn handshake(it: &Handshake, put: Put<'_>) {
    put("protocol", text(&it.protocol));
    put("cipher", text(&it.cipher));
    put(
        "chain",
        match &it.trust {
            Trust::Trusted => text("trusted"),
            Trust::Untrusted(why) => text(format!("not trusted: {why}")),
            Trust::NoRoots => text("no authorities to judge by"),
        },
    );
    put("stapled", text(it.stapled));
    put("certificates sent", text(it.chain.len()));
    if let Some(leaf) = it.chain.first() {
        each("names", leaf.names.iter().cloned(), put);
        put("issuer", text(&leaf.issuer));
        // Its dates are the certificate's own, and not of the moment.
        let until = crate::when::rfc3339(leaf.not_after);
        let until = until.get(..10).unwrap_or_default();
        let print = leaf.sha256.get(..16).unwrap_or(&leaf.sha256);
        put("certificate", Part::Text(format!("{print}… until {until}")));
    }
}

fn response(it: &Response, put: Put<'_>) {
    put("status", text(it.status));
    let mut names: Vec<&str> = it.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let drawn = name.ends_with("-id") || name.ends_with("id") && name.starts_with("x-");
        if !RESTLESS.contains(&name) && !drawn {
            let values: Vec<String> = it.values(name).map(nonceless).collect();
            put(&format!("header {name}"), text(values.join(", ")));
        }
    }
    let kind = it.value("content-type").unwrap_or_default().to_lowercase();
    body(&kind, &it.body, it.truncated, put);
}

/// A policy without what is drawn afresh for each page.
fn nonceless(value: &str) -> String {
    let words =
        value.split(' ').map(|word| if word.starts_with("'nonce-") { "'nonce-…'" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

fn body(kind: &str, body: &str, truncated: bool, put: Put<'_>) {
    let parsed = serde_json::from_str::<Json>(body).ok().filter(|_| !truncated);
    if let Some(value) = parsed.filter(|it| it.is_object() || it.is_array()) {
        let mut count = 0;
        return values("body", &value, &mut count, put);
    }
    if body.lines().any(|line| line.starts_with("# TYPE ") || line.starts_with("# HELP ")) {
        let names = body.lines().filter(|line| !line.starts_with('#'));
        let names = names.filter_map(|line| line.split([' ', '{']).next());
        let names = names.filter(|it| !it.is_empty() && !truncated).map(str::to_owned);
        return each("metrics", names, put);
    }
    // Pages carry tokens and advertisements.
    if !kind.contains("html") && body.len() <= 4_096 {
        put("body", Part::Loose(timeless(body.trim())));
    }
}

fn values(at: &str, value: &Json, count: &mut usize, put: Put<'_>) {
    let leaf = at.rsplit('.').next().unwrap_or_default().to_lowercase();
    if VALUES_MAX <= *count || MOMENTS.iter().any(|it| leaf.contains(it)) {
        return;
    }
    match value {
        Json::Object(map) => {
            for (name, value) in map {
                values(&format!("{at}.{name}"), value, count, put);
            }
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                values(&format!("{at}[{index}]"), value, count, put);
            }
        }
        Json::Number(number) => {
            *count += 1;
            match number.as_u64() {
                // Small whole numbers are versions, sizes of pools, truths; large ones are counted.
                Some(amount) if 100 <= amount => put(at, Part::Amount(amount)),
                Some(_) | None if number.is_f64() => {}
                Some(_) | None => put(at, Part::Loose(number.to_string())),
            }
        }
        Json::Null | Json::Bool(_) | Json::String(_) => {
            *count += 1;
            put(at, Part::Loose(timeless(&value.to_string())));
        }
    }
}

/// The lines of a file; of those that the kernel makes afresh only that they came.
fn file(what: &What, content: &str, truncated: bool, put: Put<'_>) {
    let made = |path: &str| path.starts_with("/proc/") || path.starts_with("/sys/");
    if matches!(what, What::Read { path, .. } if made(path)) {
        return;
    }
    put("longer than what is read", text(truncated));
    lines("content", content, put);
}

fn lines(name: &str, content: &str, put: Put<'_>) {
    let all: Vec<&str> = content.lines().map(str::trim_end).collect();
    for line in all.into_iter().filter(|line| !line.is_empty()) {
        put(name, Part::One(timeless(line)));
    }
}

fn entry(prefix: &str, it: &Entry, put: Put<'_>) {
    put(&format!("{prefix}kind"), text(format!("{:?}", it.kind).to_lowercase()));
    put(&format!("{prefix}mode"), text(format!("{:o}", it.mode)));
    put(&format!("{prefix}owner"), text(it.owner));
    put(&format!("{prefix}size"), Part::Amount(it.bytes));
    if let Some(to) = &it.points_to {
        put(&format!("{prefix}points to"), text(to));
    }
}

fn variable(it: &Facts) -> String {
    let mut words = vec![format!("{} characters, {} bits", it.chars, it.entropy_bits)];
    words.extend(it.placeholder.as_ref().map(|rule| format!("a placeholder ({rule})")));
    words.extend(it.listed.as_ref().map(|list| format!("listed ({list})")));
    words.extend(it.oddity.clone());
    if !it.same_as.is_empty() {
        words.push(format!("same as {}", it.same_as.join(" ")));
    }
    if it.in_history == Some(true) {
        words.push(String::from("in the history"));
    }
    if it.same_as_template == Some(true) {
        words.push(String::from("as in the template"));
    }
    if !it.equals.is_empty() {
        words.push(format!("equals {}", it.equals.join(" ")));
    }
    words.join(", ")
}

fn git(it: &Git, put: Put<'_>) {
    match it {
        Git::Head { commit, branch, clean } => {
            put("commit", Part::Text(commit.clone()));
            put("branch", text(branch.as_deref().unwrap_or("detached")));
            put("work tree", text(if *clean { "clean" } else { "changed" }));
        }
        Git::Tag { commit, signed } => {
            put("commit", Part::Text(commit.clone()));
            put("signed", text(signed));
        }
        Git::Path { tracked, ignored, in_history } => {
            put("tracked", text(tracked));
            put("ignored", text(ignored));
            put("in the history", text(in_history));
        }
        Git::Merged(merged) => put("merged", text(merged)),
    }
}
