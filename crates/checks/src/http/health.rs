//! `http.health`: the health endpoint says so itself, several times in a row, on every address.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use holdpoint_model::{
    ask::Request,
    check::{Answer, Check, Judgement},
    fault::Fault,
    line::Side,
    look::{Blind, Looks, Need},
    param::Param,
    params,
    quantity::{Bound, Count, Duration, Operator, Texts, Unit},
    seen::Response,
    time::Time,
    verdict::{Finding, worst},
    world::World,
};

use crate::{
    health_body::{self, Predicate, Said},
    values::{Status, ms},
    web::{self, ADDRESSES_MAX, Attempt, Client},
    worlds,
};

pub(crate) struct Health;

/// A percentile of the latency, and what it has to keep to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Latency {
    percentile: usize,
    bound: Bound<Duration>,
}

impl Param for Latency {
    const KIND: &'static str = "a percentile and a duration, `p95<500ms`";
    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (percentile, rest) = match text.strip_prefix(['p', 'P']) {
            None => ("95", text),
            Some(rest) => {
                rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()))
            }
        };
        let percentile = percentile.parse().ok().filter(|it| (50..100).contains(it));
        let percentile =
            percentile.ok_or_else(|| format!("expected p50 to p99, found `{text}`"))?;
        Ok(Self { percentile, bound: Bound::read(rest)? })
    }
}

impl Latency {
    /// Samples without which the percentile means nothing: one of them has to lie above it.
    fn floor(self) -> i64 {
        i64::try_from(100_usize.div_ceil(100 - self.percentile)).unwrap_or(100).max(20)
    }

    fn show(self) -> String {
        format!("p{} {}", self.percentile, self.bound.show(Operator::Less))
    }
}

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// Path of the health endpoint, or several separated by commas.
        path("path"): Texts = "/health",
        /// The one status that counts as healthy.
        status("status"): Status = "200",
        /// What has to be true of the body; without it the common words for *healthy* are known.
        body("body"): Option<Predicate> = none,
        /// How many answers in a row have to be good.
        consecutive("consecutive"): Bound<Count> = "3",
        /// Time between two of them.
        interval("interval"): Bound<Duration> = "1s",
        /// How long one answer may take.
        timeout("timeout"): Bound<Duration> = "5s",
        /// Whether the dependencies that the body lists have to be well too.
        deep("deep"): bool = "false",
        /// A percentile of the time that a whole answer takes, and its bound.
        latency("latency"): Option<Latency> = none,
        /// How many answers a percentile is taken over, at each address.
        samples("samples"): Option<Bound<Count>> = none,
    }
}

impl Params {
    fn count(&self) -> i64 {
        let asked = self.samples.map_or(0, Bound::whole);
        let floor = self.latency.map_or(0, Latency::floor);
        self.consecutive.whole().max(asked).max(floor).max(1)
    }

    fn expected(&self) -> String {
        let body = match (&self.body, self.deep) {
            (Some(Predicate::Any), _) => "",
            (_, false) => " and a body that says it is healthy",
            (_, true) => " and a body that says it and its dependencies are healthy",
        };
        let latency = self.latency.map_or_else(String::new, |it| format!(", {}", it.show()));
        let (status, count) = (self.status.0, self.count());
        format!("status {status}{body}, {count} times in a row on every address{latency}")
    }
}

impl Check for Health {
    type Params = Params;
    const ID: &'static str = "http.health";
    const REVISION: u32 = 2;
    const SINCE: &'static str = "0.1.0";
    const ANSWERS: &'static [Answer] = &[
        Answer::fail("http", Fault::Refused),
        Answer::fail("http", Fault::Reset),
        Answer::fail("http", Fault::TimedOut),
        Answer::fail("http", Fault::Untrusted),
    ];
    const DOC: &'static str = r"
Asks the health endpoint several times in a row at every address of the target, each time with another
query so that no cache answers, and reads what the body says. Where that query is refused each time
with the same status from 400 to 499, the address is asked as often as it is, and that decides. No redirect is followed: a redirect to a
login page that answers 200 is not health. An answer that carries an `Age`, or says that it comes from
a cache, tells nothing about the application and fails.

Without `body`, a JSON object is read at `status`, `state` and `health`: `ok`, `healthy`, `up`, `pass`
and `ready` are good in any case, every other text is bad. A `false` there or at `healthy`, `ok` and
`up` is bad beside whatever else; a member that stands there twice, or is no text, is not understood. A
body of one such word is read the same way. Anything else is unknown: write `body = $.a.b in x,y`, `body = text in x,y`, or `body = any`
where the status alone is meant to decide.

With `latency`, a percentile of the time from the first packet to the last byte is compared, over at
least 20 answers at each address.

**Proves** that the endpoint answered as asked at each address, from that vantage, at that time.
**Does not prove** that what the application depends on works, unless `deep` is set and the body lists
it; nor anything about replicas that a load balancer did not choose.

```checklist
- [ ] Health endpoint responding (200 OK)
```

**Remedy.** Mend what the body names, start the replica behind the address named in the reason, or let
the health path through caches and proxies: `proxy_cache off;` and `add_header Cache-Control no-store
always;` in its nginx location.
";

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        let client = Client::new(looks, Side::Outside)?;
        let addresses = client.addresses()?;
        let count = usize::try_from(params.count()).unwrap_or(usize::MAX);
        let each = count.saturating_mul(params.path.0.len());
        if let Some(finding) = web::too_much(each.saturating_mul(addresses.len())) {
            return Ok(finding);
        }
        let mut wanted = Vec::new();
        for ip in addresses.iter().take(ADDRESSES_MAX) {
            for path in &params.path.0 {
                wanted.extend((0..params.count()).map(|nth| (*ip, path.as_str(), nth)));
            }
        }
        let mut answers = looks.each(wanted.iter().map(|(ip, path, nth)| {
            let attempt = sample(&client, params, (*ip, path), *nth, None)?;
            Ok((*ip, *path, attempt))
        }))?;
        let room = web::too_much(wanted.len().saturating_mul(2)).is_none();
        let refused = if room { refused(params, &answers) } else { BTreeMap::new() };
        if !refused.is_empty() {
            let plain = looks.each(wanted.iter().filter_map(|(ip, path, nth)| {
                let refusal = refused.get(&(*ip, *path))?;
                let attempt = sample(&client, params, (*ip, path), *nth, Some(refusal.until));
                Some(attempt.map(|attempt| (*ip, *path, attempt)))
            }))?;
            answers.retain(|it| match it {
                Ok((ip, path, _)) => !refused.contains_key(&(*ip, *path)),
                Err(_) => true,
            });
            answers.splice(..0, plain);
        }

        let mut parts = Vec::new();
        for answer in &answers {
            parts.push(match answer {
                Ok((ip, path, attempt)) => {
                    let refusal = refused.get(&(*ip, *path));
                    judged(&client, params, (*ip, path), refusal, attempt)
                }
                Err(blind) => unseen(&client, params, blind),
            });
        }
        if let Some(latency) = params.latency {
            let of = |(ip, path): (IpAddr, &str)| {
                let all = answers.iter().filter_map(|answer| answer.as_ref().ok());
                let ours = all.filter(|(at, to, _)| (*at, *to) == (ip, path));
                ours.filter_map(|(_, _, it)| it.as_ref().ok()).map(|(_, it)| it.total_ms).collect()
            };
            for ip in addresses.iter().take(ADDRESSES_MAX) {
                for path in &params.path.0 {
                    let at = format!("{ip}{path}");
                    parts.push(quick(latency, &at, of((*ip, path.as_str())), params.count()));
                }
            }
        }
        if ADDRESSES_MAX < addresses.len() {
            parts.push(web::too_many(addresses.len()));
        }
        let mut whole = worst(once(parts));
        if !params.deep {
            whole = whole.unproven("what it depends on (`deep=true` reads that from the body)");
        }
        Ok(whole)
    }

    fn world() -> World {
        World::new(
            worlds::web(),
            &[],
            worlds::site(|request, _| {
                Ok(match request.path.split('?').next() {
                    Some("/health") => worlds::response(
                        200,
                        &[("content-type", "application/json")],
                        r#"{"status":"ok","database":"ok"}"#,
                    ),
                    Some(_) | None => worlds::response(404, &[], "not found"),
                })
            }),
        )
    }
}

/// How the query that keeps caches away was refused.
struct Refusal {
    status: u16,
    /// When it was, for the last time.
    until: Time,
}

type Sampled<'a> = Result<(IpAddr, &'a str, Attempt<'a, &'a Response>), Box<Blind>>;

/// The status of a sample and when it came, if one came.
type Told = Option<(u16, Time)>;

/// Addresses and paths at which every sample was refused with one and the same status of the class
/// that blames the request: it may be the query that was added. A status that comes and goes is
/// the application's own, and whoever asks again until it is gone sees what they want to.
fn refused<'a>(params: &Params, answers: &[Sampled<'a>]) -> BTreeMap<(IpAddr, &'a str), Refusal> {
    let mut of: BTreeMap<(IpAddr, &str), Vec<Told>> = BTreeMap::new();
    for (ip, path, attempt) in answers.iter().flatten() {
        let seen = attempt.as_ref().ok().map(|(look, response)| (response.status, look.at));
        of.entry((*ip, *path)).or_default().push(seen);
    }
    let mut refused = BTreeMap::new();
    for (place, seen) in of {
        let whole = i64::try_from(seen.len()).is_ok_and(|have| have == params.count());
        let all: Option<Vec<(u16, Time)>> = seen.into_iter().collect();
        let Some(all) = all.filter(|_| whole) else { continue };
        let (Some((status, _)), Some(until)) = (all.first(), all.iter().map(|it| it.1).max())
        else {
            continue;
        };
        let same = all.iter().all(|(other, _)| other == status);
        if same && (400..500).contains(status) && *status != params.status.0 {
            refused.insert(place, Refusal { status: *status, until });
        }
    }
    refused
}

/// One answer: with a query of its own, or, `after` that was refused, of the address as it is.
fn sample<'a>(
    client: &Client<'a>,
    params: &Params,
    (ip, path): (IpAddr, &str),
    nth: i64,
    after: Option<Time>,
) -> Result<Attempt<'a, &'a Response>, Need> {
    let slash = if path.starts_with('/') { "" } else { "/" };
    let sign = format!("holdpoint={}-{nth}", client.looks.now().0);
    let asked = match after {
        None => format!("{slash}{path}{}{sign}", mark(path)),
        Some(_) => format!("{slash}{path}"),
    };
    let mut request = Request { timeout_ms: ms(params.timeout), ..client.get(ip, &asked) };
    if after.is_some() {
        // Caches skip what they do not know in there; it makes this sample another one.
        request.headers.push((String::from("cache-control"), format!("no-cache, {sign}")));
    }
    let request = client.signed(request);
    let pauses = if after.is_some() { nth.saturating_add(1) } else { nth };
    let from = after.unwrap_or_else(|| client.looks.now());
    let due = from.plus(params.interval.whole().saturating_mul(pauses));
    client.attempts(SocketAddr::new(ip, request.port), |nth, not_before| {
        client.looks.http_after(&client.from, request.clone(), nth, Some(not_before.unwrap_or(due)))
    })
}

/// What a query is put behind a path with.
fn mark(path: &str) -> char {
    if path.contains('?') { '&' } else { '?' }
}

/// The finding of one answer.
fn judged(
    client: &Client,
    params: &Params,
    (ip, path): (IpAddr, &str),
    refusal: Option<&Refusal>,
    attempt: &Attempt<&Response>,
) -> Finding {
    let at = SocketAddr::new(ip, client.site.port);
    let (look, response) = match attempt {
        Ok(seen) => *seen,
        Err(fault) => return web::silent(at, *fault, &params.expected()),
    };
    if 1 < look.ask.nth {
        return Finding::unknown(
            format!("{ip}{path}: one answer did not come in time, and the next one did"),
            "run again; allow more time with `timeout` if the endpoint is known to be slow",
        );
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    let (scheme, base) = (client.site.scheme.word(), &client.site.base);
    let url = format!("{scheme}://{}{base}{slash}{path}", client.site.authority());
    let fail = |seen: String, remedy: String| {
        let reason = format!("{ip}{path}: {seen}");
        Finding::fail(reason.clone(), params.expected(), reason, remedy)
    };
    let query = format!("{}holdpoint=…", mark(path));
    let both = refusal.map(|it| format!(" to {url}, and {} to {url}{query}", it.status));
    if let Some(finding) = wrong_status(params, response, (&url, both.as_deref()), &fail) {
        return finding;
    }
    if let Some(cache) = cached(response) {
        return fail(
            format!("a cache answered ({cache}), not the application"),
            format!("keep caches away from {path}: `add_header Cache-Control no-store always;`"),
        )
        .easy_to_miss(format!("`curl {url}` shows the stored body, which says that all is well"));
    }
    let own = health_body::judge(params.body.as_ref(), response);
    let deep = if params.deep { health_body::dependencies(response) } else { Said::Well };
    match (own, deep) {
        (Said::Unwell(why), _) | (_, Said::Unwell(why)) => fail(
            why,
            format!("mend what `curl -s {url}` names, at {ip}"),
        )
        .easy_to_miss(format!("`curl -f {url}` is content: the status is {}", response.status)),
        (Said::Unclear(why), _) => Finding::unknown(
            format!("{ip}{path}: {why}"),
            "say what a healthy body is with `body` ($.status in ok, or `any` for the status alone)",
        ),
        (_, Said::Unclear(why)) => Finding::unknown(
            format!("{ip}{path}: {why}"),
            "let the endpoint list its dependencies under `checks`, or drop `deep`",
        ),
        (Said::Well, Said::Well) => {
            let count = params.count();
            let well = format!("{path} is healthy on every address, {count} in a row");
            let seen = format!("{} `{}`", response.status, web::short(response.body.trim()));
            let pass = Finding::pass(well).expected(params.expected());
            match refusal {
                None => pass.seen(seen),
                Some(Refusal { status, .. }) => pass
                    .seen(format!("{seen}; the query `{query}` was refused with {status}"))
                    .unproven(format!(
                        "that no cache answered: {url} refuses a query that it does not know \
                         ({status}), and was asked as it is"
                    )),
            }
        }
    }
}

fn wrong_status(
    params: &Params,
    response: &Response,
    (url, both): (&str, Option<&str>),
    fail: &dyn Fn(String, String) -> Finding,
) -> Option<Finding> {
    let status = response.status;
    if status == params.status.0 {
        return None;
    }
    Some(match response.value("location") {
        Some(to) if (300..400).contains(&status) => fail(
            format!("redirects ({status}) to {}", web::short(to)),
            format!("let {url} answer by itself, without a login or another host in front of it"),
        )
        .easy_to_miss(format!("`curl -fL {url}` follows the redirect and is content")),
        Some(_) | None => fail(
            format!("answers status {status}{}", both.unwrap_or_default()),
            format!("see why with `curl -i {url}`, and mend or restart the application there"),
        )
        .easy_to_miss(format!("`curl {url}` exits 0 on status {status}; only `curl -f` does not")),
    })
}

/// What tells that an answer came out of a cache; every value of every header counts.
fn cached(response: &Response) -> Option<String> {
    let told = |name: &str, value: &str| Some(format!("{name}: {}", web::short(value.trim())));
    for (name, value) in &response.headers {
        let lower = value.to_ascii_lowercase();
        let numbers = || value.split(',').map(str::trim);
        let stored = match name.as_str() {
            "age" | "x-cache-hits" => numbers().any(|it| it.bytes().any(|digit| digit != b'0')),
            "x-cache" | "x-cache-status" | "cf-cache-status" | "x-vercel-cache"
            | "cache-status" | "x-proxy-cache" => {
                let words = ["hit", "stale", "updating", "revalidated", "refresh"];
                let mut seen = lower.split(|c: char| !c.is_ascii_alphanumeric());
                seen.any(|it| words.iter().any(|word| it.starts_with(word)) || it.ends_with("hit"))
            }
            // The answer is stale, or could not be renewed.
            "warning" => numbers().any(|it| it.starts_with("110") || it.starts_with("111")),
            // The second number is the request by which the stored answer came.
            "x-varnish" => 1 < value.split_whitespace().count(),
            _ => false,
        };
        if stored {
            return told(name, value);
        }
    }
    None
}

/// The finding of an answer that was not got, for a reason that silence does not explain.
fn unseen(client: &Client, params: &Params, blind: &Blind) -> Finding {
    if !web::untrusted(blind) {
        return web::unseen(blind);
    }
    let seen = format!("the certificate of {} is not trusted", client.site.host);
    Finding::fail(
        seen.clone(),
        params.expected(),
        seen,
        "see `tls.certificate-served` for what is wrong with it, and mend the certificate",
    )
    .easy_to_miss("`curl -k` would have gone on without a word")
}

/// The finding about the percentile at one address.
fn quick(latency: Latency, at: &str, mut took: Vec<u32>, count: i64) -> Finding {
    took.sort_unstable();
    let enough = i64::try_from(took.len()).is_ok_and(|have| count <= have);
    let rank = (took.len() * latency.percentile).div_ceil(100);
    let value = rank.checked_sub(1).and_then(|rank| took.get(rank)).copied();
    let Some(value) = value.filter(|_| enough) else {
        return Finding::unknown(
            format!("{at}: {} of {count} answers came, too few for a percentile", took.len()),
            "mend what kept the others away, then run again",
        );
    };
    let name = format!("{at}: p{} is {value} ms", latency.percentile);
    if latency.bound.holds(Operator::Less, i64::from(value)) {
        return Finding::pass(format!("{name} over {count} answers"));
    }
    let most = took.last().copied().unwrap_or(value);
    Finding::fail(
        name.clone(),
        latency.show(),
        format!("{name}, the slowest {}", Duration::show(i64::from(most) * 1_000)),
        format!(
            "find what is slow at {at}: `curl -w '%{{time_starttransfer}}' -o /dev/null -s` tells"
        ),
    )
}

/// Equal findings of several answers once.
fn once(parts: Vec<Finding>) -> Vec<Finding> {
    let mut different: Vec<Finding> = Vec::new();
    for part in parts {
        if !different.iter().any(|it| it.verdict == part.verdict && it.reason == part.reason) {
            different.push(part);
        }
    }
    different
}

#[cfg(test)]
mod tests {
    use holdpoint_model::{
        ask::{Ask, What},
        seen::Seen,
        time::{SECOND, Time},
        verdict::Verdict,
    };

    use super::*;

    const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

    /// The second address answers with this, always.
    fn second(response: Response) -> World {
        Health::world().but(move |ask, _, seen| {
            if worlds::goes_to(ask, "10.0.0.2") { Ok(Seen::Http(response.clone())) } else { seen }
        })
    }

    fn verdict(mut world: World) -> Verdict {
        world.judge(&Health).verdict
    }

    #[test]
    fn a_body_that_says_unhealthy_is_a_fail() {
        let body = r#"{"status":"unhealthy","db":"down"}"#;
        let finding = second(worlds::response(200, &JSON, body)).judge(&Health);
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("10.0.0.2/health"), "{}", finding.reason);
        assert!(finding.easy_to_miss.unwrap().contains("curl -f"));
    }

    #[test]
    fn stand_ins_for_the_application_are_fails() {
        let page = "<html><title>Down for maintenance</title></html>";
        assert_eq!(verdict(second(worlds::response(200, &[], page))), Verdict::Fail);
        for cached in [
            ("age", "31"),
            ("age", "0, 7"),
            ("x-cache", "Hit from cloudfront"),
            ("x-cache", "RefreshHit from cloudfront"),
            ("x-cache-hits", "0, 1"),
            ("cf-cache-status", "UPDATING"),
            ("x-cache-status", "STALE"),
            ("cache-status", "edge; hit; ttl=300"),
            ("x-vercel-cache", "HIT"),
            ("x-varnish", "32770 3"),
            ("warning", "110 edge \"Response is Stale\""),
        ] {
            let first = (cached.0, "0");
            let answer = worlds::response(200, &[JSON[0], first, cached], r#"{"status":"ok"}"#);
            assert_eq!(verdict(second(answer)), Verdict::Fail, "{cached:?}");
        }
        for fresh in [
            ("age", "0"),
            ("x-cache", "MISS"),
            ("cache-status", "edge; fwd=uri-miss; stored"),
            ("cf-cache-status", "DYNAMIC"),
            ("x-varnish", "32770"),
        ] {
            let answer = worlds::response(200, &[JSON[0], fresh], r#"{"status":"ok"}"#);
            assert_eq!(verdict(second(answer)), Verdict::Pass, "{fresh:?}");
        }
    }

    #[test]
    fn only_the_exact_status_counts() {
        for status in [204, 301, 401, 404, 500, 503] {
            let answer = worlds::response(status, &[("location", "/login")], r#"{"status":"ok"}"#);
            assert_eq!(verdict(second(answer)), Verdict::Fail, "{status}");
        }
        let created = Health::world().param("status", "404").param("path", "/gone");
        assert_eq!(verdict(created.param("body", "any")), Verdict::Pass);
    }

    #[test]
    fn a_body_nobody_knows_is_unknown() {
        let page = worlds::response(200, &[], "<html>green</html>");
        assert_eq!(verdict(second(page.clone())), Verdict::Unknown);
        assert_eq!(verdict(second(page.clone()).param("body", "any")), Verdict::Pass);
        assert_eq!(verdict(second(page).param("body", "$.status in ok")), Verdict::Fail);
    }

    #[test]
    fn more_fields_and_a_slow_answer_do_no_harm() {
        let mut slow = worlds::response(200, &JSON, r#"{"status":"ok","build":{"x":1},"n":[2]}"#);
        slow.total_ms = 800;
        assert_eq!(verdict(second(slow)), Verdict::Pass);
    }

    #[test]
    fn samples_are_asked_for_at_once_each_in_its_time() {
        let mut world = Health::world();
        world.judge(&Health);
        let times: Vec<Time> = world
            .made()
            .iter()
            .filter(|look| worlds::goes_to(&look.ask, "10.0.0.1"))
            .map(|look| look.at)
            .collect();
        assert_eq!(times.len(), 3);
        assert!(times.windows(2).all(|pair| SECOND <= pair[1].since(pair[0])), "{times:?}");
        let mut paths: Vec<String> = Vec::new();
        for look in world.made() {
            if let What::Http(request) = &look.ask.what {
                paths.push(format!("{}{}", request.at, request.path));
            }
        }
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), 6, "every request has its own query");
    }

    /// The first address answers a query that it does not know with this status.
    fn strict(status: u16) -> World {
        Health::world().but(move |ask, _, seen| {
            let What::Http(request) = &ask.what else { return seen };
            let refused = worlds::goes_to(ask, "10.0.0.1") && request.path.contains('?');
            if refused {
                Ok(Seen::Http(worlds::response(status, &[], "no such page")))
            } else {
                seen
            }
        })
    }

    #[test]
    fn a_server_that_refuses_unknown_queries_is_asked_without() {
        for status in [400, 403, 404] {
            let mut world = strict(status);
            let finding = world.judge(&Health);
            assert_eq!(finding.verdict, Verdict::Pass, "{finding:?}");
            let seen = finding.seen.unwrap();
            assert!(seen.contains(&format!("refused with {status}")), "{seen}");
            assert!(finding.unproven.iter().any(|it| it.contains("no cache")));
            let of = |it: &&holdpoint_model::look::Look| worlds::goes_to(&it.ask, "10.0.0.1");
            assert_eq!(world.made().iter().filter(of).count(), 6, "three of each");
        }
        for status in [301, 500, 503] {
            assert_eq!(verdict(strict(status)), Verdict::Fail, "{status} blames no query");
        }
        let world = Health::world().param("path", "/gone");
        let mut world = world;
        let reason = world.judge(&Health).reason;
        assert!(
            reason
                .contains("404 to https://shop.test/gone, and 404 to https://shop.test/gone?hold"),
            "{reason}"
        );
    }

    #[test]
    fn a_refusal_that_comes_and_goes_is_a_fail() {
        for bad in [1, 2] {
            let mut asked = 0;
            let world = strict(404).but(move |ask: &Ask, _, seen| {
                asked += u32::from(worlds::goes_to(ask, "10.0.0.1"));
                let well = worlds::response(200, &JSON, r#"{"status":"ok"}"#);
                if asked == bad { Ok(Seen::Http(well)) } else { seen }
            });
            assert_eq!(verdict(world), Verdict::Fail, "the others were not found");
        }
        // Without the query it is not there each time either.
        let mut asked = 0;
        let world = strict(404).but(move |ask: &Ask, _, seen| {
            asked += u32::from(worlds::goes_to(ask, "10.0.0.1"));
            if asked == 5 { Ok(Seen::Http(worlds::response(404, &[], ""))) } else { seen }
        });
        assert_eq!(verdict(world), Verdict::Fail);
    }

    #[test]
    fn one_bad_sample_of_three_is_a_fail() {
        let mut asked = 0;
        let world = Health::world().but(move |ask: &Ask, _, seen| {
            asked += u32::from(worlds::goes_to(ask, "10.0.0.1"));
            if asked == 3 { Ok(Seen::Http(worlds::response(500, &[], ""))) } else { seen }
        });
        assert_eq!(verdict(world), Verdict::Fail);
    }

    #[test]
    fn a_sample_that_came_late_is_not_in_a_row() {
        let world = Health::world().but(|ask, _, seen| {
            let first = ask.nth == 1 && worlds::goes_to(ask, "10.0.0.2");
            if first { Err(Fault::TimedOut) } else { seen }
        });
        assert_eq!(verdict(world), Verdict::Unknown);
    }

    #[test]
    fn several_paths_and_dependencies() {
        let body = r#"{"status":"ok","checks":{"db":"down"}}"#;
        let shallow = second(worlds::response(200, &JSON, body));
        assert_eq!(verdict(shallow), Verdict::Pass);
        let deep = second(worlds::response(200, &JSON, body)).param("deep", "true");
        assert_eq!(verdict(deep), Verdict::Fail);
        assert_eq!(verdict(Health::world().param("deep", "true")), Verdict::Pass);
        let none = second(worlds::response(200, &JSON, r#"{"status":"ok"}"#));
        assert_eq!(verdict(none.param("deep", "true")), Verdict::Unknown);
        let two = Health::world().param("path", "/health,/health/ready");
        assert_eq!(verdict(two), Verdict::Fail, "the world has no /health/ready");
    }

    #[test]
    fn a_percentile_is_taken_over_at_least_twenty() {
        let slow_times = |slow: u32| {
            let mut asked = 0;
            Health::world().param("latency", "p95<500ms").but(move |ask, _, seen| {
                asked += u32::from(worlds::goes_to(ask, "10.0.0.1"));
                let late = worlds::goes_to(ask, "10.0.0.1") && asked <= slow;
                match seen {
                    Ok(Seen::Http(mut response)) if late => {
                        response.total_ms = 500;
                        Ok(Seen::Http(response))
                    }
                    other => other,
                }
            })
        };
        let mut world = slow_times(1);
        let finding = world.judge(&Health);
        assert_eq!(finding.verdict, Verdict::Pass, "{finding:?}");
        assert_eq!(world.made().len(), 40);
        assert_eq!(verdict(slow_times(2)), Verdict::Fail, "500 is not under 500");
        for wrong in ["p95", "p20<1s", "q<1s", "p95<soon"] {
            assert!(Latency::read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Latency::read("p99 <= 1s").unwrap().floor(), 100);
    }

    #[test]
    fn more_samples_than_may_be_taken_are_not_taken() {
        let mut world = Health::world().param("consecutive", "5000");
        assert_eq!(world.judge(&Health).verdict, Verdict::Unknown);
        assert!(world.made().is_empty());
    }

    #[test]
    fn a_throttled_sample_decides_nothing() {
        let world = Health::world().but(|ask, _, seen| {
            if worlds::goes_to(ask, "10.0.0.2") { Err(Fault::Throttled) } else { seen }
        });
        assert_eq!(verdict(world), Verdict::Unknown);
    }

    #[test]
    fn placeholders_and_missing_vantages_are_unknown() {
        for url in ["https://your-domain.com", "https://api.example.com", ""] {
            assert_eq!(verdict(Health::world().field("url", url)), Verdict::Unknown, "{url}");
        }
        let mut world = Health::world();
        world.scope = worlds::without_sides(world.scope);
        assert_eq!(verdict(world), Verdict::Unknown);
    }
}
