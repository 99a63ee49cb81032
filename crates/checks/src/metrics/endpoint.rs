//! `metrics.endpoint`: the application's own metrics can be scraped, move, and are nobody else's.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use holdpoint_model::{
    ask::{Ask, Request},
    check::{Answer, Check, Judgement},
    fault::Fault,
    line::Side,
    look::{Blind, Looks, Need},
    params,
    seen::{Response, Seen},
    verdict::{Finding, worst},
    world::World,
};

use crate::{
    exposition::{Exposition, Moved},
    values::choice,
    web::{self, ADDRESSES_MAX, Attempt, Client, request_of},
    worlds,
};

pub(crate) struct Endpoint;

/// What Prometheus asks for.
const ACCEPT: &str = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";

/// The number that a second scrape begins to be counted with, twice that a third, and so on:
/// attempts of the one before end below.
const AGAIN: u32 = 10;
/// Requests before the third scrape: more than one, so that one that gets lost does not matter.
const REQUESTS: u32 = 3;
/// Requests before a fourth scrape, where what moved had moved before. A counter has to have counted
/// all of them: whoever else scrapes meanwhile does so less often.
const MORE_REQUESTS: u32 = 8;

choice! {
    /// Who may read the metrics.
    pub(crate) enum Expose = "private or public" {
        /// Only those inside.
        Private = "private",
        /// Everybody; somebody has decided so.
        Public = "public",
    }
}

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// Path of the metrics.
        path("path"): String = "/metrics",
        /// Whether only those inside may read them.
        expose("expose"): Expose = "private",
    }
}

impl Check for Endpoint {
    type Params = Params;
    const ID: &'static str = "metrics.endpoint";
    const REVISION: u32 = 2;
    const SINCE: &'static str = "0.1.0";
    const ANSWERS: &'static [Answer] = &[
        Answer::fail("scrape", Fault::Refused),
        Answer::fail("scrape", Fault::Reset),
        Answer::fail("scrape", Fault::TimedOut),
    ];
    const DOC: &'static str = r"
Scrapes the metrics from inside, as Prometheus does, at every address, twice; asks the application for
its front page; and scrapes again. Where every counter that went up had gone up without that too, it
asks eight times and scrapes once more: then one of them has to have counted all eight. The answer has
to be status 200 in the text format of Prometheus or OpenMetrics, each line of it, with at least one
family of the application's own: those that a runtime
adds by itself (`process_`, `python_`, `go_`, `promhttp_`, `jvm_`, `nodejs_`, `dotnet_`) do not count.
One of its counters has to have gone up with work: one that counts scrapes, ours or somebody else's,
shows none. One that went down shows that each scrape meets another
process, and then nothing is decided.

Where a vantage counts as outside, the same path is asked for from there, without credentials: unless
`expose = public`, metrics that can be read there fail.

**Proves** that the application's metrics were there for that vantage and moved with its work.
**Does not prove** that Prometheus scrapes them, nor that the metrics you need are among them.

```checklist
- [ ] Application metrics exposed
```

**Remedy.** Mount the client library's handler at the path, and close it to the world in nginx:
`location /metrics { allow 10.0.0.0/8; deny all; }`. Several workers need a common store
(`PROMETHEUS_MULTIPROC_DIR` in Python).
";

    fn role(ask: &Ask) -> &'static str {
        match request_of(ask) {
            Some(request) if request.headers.is_empty() => "between",
            Some(_) => "scrape",
            None => ask.what.word(),
        }
    }

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        let client = Client::new(looks, Side::Inside)?;
        let addresses = client.addresses()?;
        let mut parts = Vec::new();
        let some = addresses.iter().copied().take(ADDRESSES_MAX);
        let before = looks.each(some.map(|ip| scrape(&client, params, ip, 0)))?;
        let mut good = Vec::new();
        for answer in before {
            match answer {
                Ok((at, attempt)) => match read(params, at, &attempt) {
                    Ok(exposition) => good.push((at, exposition)),
                    Err(finding) => parts.push(*finding),
                },
                Err(blind) => parts.push(web::unseen(&blind)),
            }
        }
        // A second look, with nothing in between, tells what the looks themselves move.
        let idle = good;
        let again = looks.each(idle.iter().map(|(at, idle)| {
            scrape(&client, params, at.ip(), AGAIN).map(|(at, attempt)| (at, attempt, idle))
        }))?;
        let mut good = Vec::new();
        for answer in again {
            match answer {
                Ok((at, attempt, idle)) => match read(params, at, &attempt) {
                    Ok(exposition) => good.push((at, exposition, idle)),
                    Err(finding) => parts.push(*finding),
                },
                Err(blind) => parts.push(web::unseen(&blind)),
            }
        }
        let mut unsure = Vec::new();
        for answer in worked(&client, params, &good, (1, REQUESTS), 2 * AGAIN)? {
            match answer {
                Ok((at, attempt, before, idle)) => match read(params, at, &attempt) {
                    Ok(after) => {
                        let told = after.since_work(before, idle);
                        if matches!(told, Moved::Idle(_)) {
                            unsure.push((at, after, before));
                        } else {
                            parts.push(moved(at, &told, &after));
                        }
                    }
                    Err(finding) => parts.push(*finding),
                },
                Err(blind) => parts.push(web::unseen(&blind)),
            }
        }
        // What moves without our requests may count scrapes, or the work of others: counting tells.
        let more = (REQUESTS + 1, REQUESTS + MORE_REQUESTS);
        for answer in worked(&client, params, &unsure, more, 3 * AGAIN)? {
            parts.push(match answer {
                Ok((at, attempt, before, _)) => match read(params, at, &attempt) {
                    Ok(after) => {
                        moved(at, &after.since_counted(before, f64::from(MORE_REQUESTS)), &after)
                    }
                    Err(finding) => *finding,
                },
                Err(blind) => web::unseen(&blind),
            });
        }
        if ADDRESSES_MAX < addresses.len() {
            parts.push(web::too_many(addresses.len()));
        }
        parts.extend(exposed(&client, params)?);
        let mut whole = worst(parts);
        let undeclared = looks.scope().declared(Side::Outside).is_none();
        if params.expose == Expose::Private && undeclared {
            whole =
                whole.unproven("that nobody outside can read them (no vantage counts as outside)");
        }
        Ok(whole)
    }

    fn world() -> World {
        let mut served: BTreeMap<IpAddr, u32> = BTreeMap::new();
        let mut site = worlds::site(move |request, _| {
            let served = served.entry(request.at).or_default();
            if request.path != "/metrics" {
                *served += 1;
                return Ok(worlds::response(200, &[], "<html>shop</html>"));
            }
            let text = format!(
                "# TYPE http_requests_total counter\nhttp_requests_total{{code=\"200\"}} {served}\n\
                 process_open_fds 12\n"
            );
            Ok(worlds::response(200, &[("content-type", "text/plain; version=0.0.4")], &text))
        });
        World::new(worlds::web(), &[], move |ask, at| match request_of(ask) {
            Some(request) if ask.from.0 == "edge" && request.path == "/metrics" => {
                Ok(Seen::Http(worlds::response(403, &[], "forbidden")))
            }
            Some(_) | None => site(ask, at),
        })
    }
}

fn request(client: &Client, params: &Params, ip: IpAddr) -> Request {
    let slash = if params.path.starts_with('/') { "" } else { "/" };
    let headers = vec![(String::from("accept"), ACCEPT.to_owned())];
    Request { headers, ..client.get(ip, &format!("{slash}{}", params.path)) }
}

type Scrape<'a> = (SocketAddr, Attempt<'a, &'a Response>);

fn scrape<'a>(
    client: &Client<'a>,
    params: &Params,
    ip: IpAddr,
    from: u32,
) -> Result<Scrape<'a>, Need> {
    let request = client.signed(request(client, params, ip));
    let at = SocketAddr::new(ip, request.port);
    let attempt = client.attempts(at, |nth, not_before| {
        client.looks.http_after(&client.from, request.clone(), from + nth, not_before)
    })?;
    Ok((at, attempt))
}

type Worked<'a, 's> = (SocketAddr, Attempt<'a, &'a Response>, &'s Exposition, &'s Exposition);

/// Scrapes again after some requests, from the first number to the last, to each of the addresses
/// that were scraped twice.
fn worked<'a, 's>(
    client: &Client<'a>,
    params: &Params,
    scraped: &'s [(SocketAddr, Exposition, &'s Exposition)],
    (first, last): (u32, u32),
    from: u32,
) -> Result<Vec<Result<Worked<'a, 's>, Box<Blind>>>, Need> {
    let times = scraped.iter().flat_map(|(at, ..)| (first..=last).map(|nth| (at.ip(), nth)));
    let between = times.map(|(ip, nth)| client.looks.http(&client.from, client.get(ip, "/"), nth));
    // Whatever becomes of the requests in between, the counters tell.
    drop(client.looks.each(between)?);
    client.looks.each(scraped.iter().map(|(at, before, idle)| {
        let scraped = scrape(client, params, at.ip(), from);
        scraped.map(|(at, attempt)| (at, attempt, before, *idle))
    }))
}

/// What a scrape exposed, or the finding that ends the matter.
fn read(
    params: &Params,
    at: SocketAddr,
    attempt: &Attempt<&Response>,
) -> Result<Exposition, Box<Finding>> {
    let expected = "status 200 and the application's own metrics in the format of Prometheus";
    let response = match attempt {
        Ok((_, response)) => response,
        Err(fault) => return Err(Box::new(web::silent(at, *fault, expected))),
    };
    let path = &params.path;
    let fail = |seen: String, remedy: String| {
        let seen = format!("{path} at {} {seen}", at.ip());
        Err(Box::new(Finding::fail(seen.clone(), expected, seen, remedy)))
    };
    if response.status != 200 {
        let remedy = match response.status {
            401 | 403 => String::from("let the scraper in: `allow` its address, or declare `auth`"),
            300..=399 => format!("serve the metrics at {path} itself, without a redirect"),
            _ => format!("mount the metrics handler at {path}, or say with `path` where it is"),
        };
        return fail(format!("answers status {}", response.status), remedy).map_err(|it| {
            Box::new(it.easy_to_miss(format!("`curl` exits 0 on status {}", response.status)))
        });
    }
    let kind = response.value("content-type").unwrap_or_default().to_ascii_lowercase();
    if kind.contains("html") || response.body.trim_start().starts_with('<') {
        let remedy = format!("route {path} to the metrics handler before the pages of the app");
        return fail(String::from("answers with an HTML page"), remedy).map_err(|it| {
            Box::new(it.easy_to_miss("the status is 200: a single-page app answers so to any path"))
        });
    }
    match Exposition::read(&response.body, response.truncated) {
        Err(line) => fail(
            format!("is not in the format of Prometheus: {line}"),
            String::from("find the line with `promtool check metrics`"),
        ),
        Ok(exposition) if !exposition.own().is_empty() => Ok(exposition),
        Ok(_) if response.truncated => Err(Box::new(Finding::unknown(
            format!("the first {} bytes hold no metric of the application", response.body_bytes),
            "let the application's metrics come first, or split them off to a path of their own",
        ))),
        Ok(exposition) => fail(
            if exposition.is_empty() {
                String::from("exposes nothing")
            } else {
                String::from("exposes metrics of the runtime only")
            },
            String::from("count requests in the application: a counter by route and status"),
        ),
    }
}

/// The finding of scrapes with a request between the last two.
fn moved(at: SocketAddr, moved: &Moved, after: &Exposition) -> Finding {
    match moved {
        Moved::Up(series, was, now) => {
            let count = after.own().len();
            Finding::pass(format!("{} exposes {count} metrics of the application", at.ip()))
                .expected("the application's own metrics, moving with its work")
                .seen(format!("{} went from {was} to {now}", web::short(series)))
        }
        Moved::Down(series, was, now) => Finding::unknown(
            format!(
                "{} fell from {was} to {now} at {at}: another process answered",
                web::short(series)
            ),
            "let all workers count in one place (`PROMETHEUS_MULTIPROC_DIR`), or scrape each \
             replica by its own address",
        ),
        Moved::Idle(series) => Finding::unknown(
            format!(
                "{} at {at} went up as much without a request: it may count scrapes",
                web::short(series)
            ),
            "count requests in the application by route, and see that the front page goes through it",
        ),
        Moved::Still => Finding::unknown(
            format!("no counter at {at} moved while a request was made"),
            "count requests in the application, and see that the front page goes through it",
        ),
        Moved::NoCounter => Finding::unknown(
            format!("the application at {at} exposes no counter that could move"),
            "count requests in the application: a counter by route and status",
        ),
    }
}

/// Findings about what the world can read, where a vantage counts as outside.
fn exposed(client: &Client, params: &Params) -> Result<Vec<Finding>, Need> {
    let Some(vantage) = client.looks.scope().declared(Side::Outside) else {
        return Ok(Vec::new());
    };
    if params.expose == Expose::Public {
        return Ok(Vec::new());
    }
    let client = client.seen_from(vantage.clone());
    let addresses = client.addresses()?;
    let some = addresses.iter().take(ADDRESSES_MAX);
    let answers = client.looks.each(some.map(|ip| {
        let request = request(&client, params, *ip);
        client.ask(&request).map(|attempt| (*ip, attempt))
    }))?;
    let finding = |answer: Result<(IpAddr, Attempt<&Response>), Box<Blind>>| match answer {
        Err(blind) => web::unseen(&blind),
        Ok((ip, Ok((_, response)))) if readable(response) => {
            let seen = format!("{} can be read from `{}` at {ip}", params.path, vantage.0);
            let path = &params.path;
            Finding::fail(
                seen.clone(),
                "metrics that only those inside can read",
                seen,
                format!("in nginx: `location {path} {{ allow 10.0.0.0/8; deny all; }}`"),
            )
            .easy_to_miss("that `curl` shows the metrics from anywhere looks like success")
        }
        Ok((ip, Ok((_, response)))) => {
            Finding::pass(format!("{ip} tells strangers nothing (status {})", response.status))
        }
        Ok((ip, Err(fault))) => {
            Finding::pass(format!("{ip} tells strangers nothing: {}", fault.sentence()))
        }
    };
    Ok(answers.into_iter().map(finding).collect())
}

fn readable(response: &Response) -> bool {
    let read = Exposition::read(&response.body, response.truncated);
    response.status == 200 && read.is_ok_and(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use holdpoint_model::verdict::Verdict;

    use super::*;

    const TEXT: [(&str, &str); 1] = [("content-type", "text/plain")];

    /// The scrapes from `from` at the second address get this.
    fn scraped(from: &'static str, response: Response) -> World {
        Endpoint::world().but(move |ask, _, seen| match request_of(ask) {
            Some(request)
                if ask.from.0 == from
                    && request.path == "/metrics"
                    && worlds::goes_to(ask, "10.0.0.2") =>
            {
                Ok(Seen::Http(response.clone()))
            }
            Some(_) | None => seen,
        })
    }

    /// Scrape after scrape from inside.
    fn series(texts: &'static [&'static str]) -> World {
        let mut nth = 0;
        let mut world = Endpoint::world().but(move |ask, _, seen| match request_of(ask) {
            Some(request) if ask.from.0 == "office" && request.path == "/metrics" => {
                let text = texts[nth % texts.len()];
                nth += 1;
                Ok(Seen::Http(worlds::response(200, &TEXT, text)))
            }
            Some(_) | None => seen,
        });
        world.scope = world.scope.with("resolve", "shop.test:10.0.0.1");
        world
    }

    fn judge(mut world: World) -> Finding {
        world.judge(&Endpoint)
    }

    fn verdict(world: World) -> Verdict {
        judge(world).verdict
    }

    #[test]
    fn runtime_metrics_alone_are_a_fail() {
        let default = worlds::response(200, &TEXT, "process_cpu_seconds_total 1\ngo_threads 3\n");
        let finding = judge(scraped("office", default));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("runtime only"), "{}", finding.reason);
        assert_eq!(verdict(scraped("office", worlds::response(200, &TEXT, ""))), Verdict::Fail);
    }

    #[test]
    fn pages_and_refusals_are_fails() {
        for status in [301, 401, 404, 500] {
            let answer = worlds::response(status, &TEXT, "orders_total 1\n");
            assert_eq!(verdict(scraped("office", answer)), Verdict::Fail, "{status}");
        }
        for (kind, body) in [
            ("text/html", "<div id=app>"),
            ("text/plain", "<!doctype html>"),
            ("text/plain", "{\"a\":1}"),
        ] {
            let answer = worlds::response(200, &[("content-type", kind)], body);
            assert_eq!(verdict(scraped("office", answer)), Verdict::Fail, "{body}");
        }
    }

    #[test]
    fn openmetrics_is_as_good() {
        let open = Endpoint::world().but(|ask, _, seen| match (seen, ask.from.0.as_str()) {
            (Ok(Seen::Http(mut response)), "office") => {
                if response.body.starts_with('#') {
                    response.headers = vec![(
                        String::from("content-type"),
                        String::from("application/openmetrics-text; version=1.0.0"),
                    )];
                    response.body.push_str("# EOF\n");
                }
                Ok(Seen::Http(response))
            }
            (seen, _) => seen,
        });
        assert_eq!(verdict(open), Verdict::Pass);
    }

    #[test]
    fn a_counter_has_to_move_up() {
        assert_eq!(
            verdict(series(&["orders_total 1\n", "orders_total 1\n", "orders_total 2\n"])),
            Verdict::Pass
        );
        // Scrapes that other scrapers join, up to one step less than there were requests.
        for last in ["hits_total 4\n", "hits_total 6\n", "hits_total 10\n"] {
            let last: &'static str = last;
            let scrapes = ["hits_total 1\n", "hits_total 2\n", "hits_total 3\n", last];
            let finding = judge(series(Vec::leak(scrapes.to_vec())));
            assert_eq!(finding.verdict, Verdict::Unknown);
            assert!(finding.reason.contains("count scrapes"), "{}", finding.reason);
        }
        let busy =
            ["orders_total 1\n", "orders_total 4\n", "orders_total 7\n", "orders_total 16\n"];
        assert_eq!(verdict(series(Vec::leak(busy.to_vec()))), Verdict::Pass);
        assert_eq!(verdict(series(&["orders_total 1\n"])), Verdict::Unknown);
        assert_eq!(verdict(series(&["orders_total 5\n", "orders_total 2\n"])), Verdict::Unknown);
        assert_eq!(verdict(series(&["orders 1\n", "orders 2\n"])), Verdict::Unknown);
        let runtime = series(&["orders 1\ngo_gc_total 1\n", "orders 1\ngo_gc_total 2\n"]);
        assert_eq!(verdict(runtime), Verdict::Unknown);
    }

    #[test]
    fn metrics_that_the_world_can_read_are_a_fail() {
        let open = || scraped("edge", worlds::response(200, &TEXT, "orders_total 1\n"));
        let finding = judge(open());
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("from `edge` at 10.0.0.2"), "{}", finding.reason);
        assert_eq!(verdict(open().param("expose", "public")), Verdict::Pass);
        let app = scraped("edge", worlds::response(200, &[], "<div id=app>"));
        assert_eq!(verdict(app), Verdict::Pass, "a page for any path exposes nothing");
        let mut alone = Endpoint::world();
        alone.scope.sides.remove(&Side::Outside);
        let finding = judge(alone);
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.unproven[0].contains("outside"), "{finding:?}");
    }

    #[test]
    fn outside_silence_is_welcome_and_inside_it_is_not() {
        let dark = |from: &'static str| {
            Endpoint::world().but(
                move |ask, _, seen| {
                    if ask.from.0 == from { Err(Fault::Refused) } else { seen }
                },
            )
        };
        assert_eq!(verdict(dark("edge")), Verdict::Pass);
        assert_eq!(verdict(dark("office")), Verdict::Fail);
    }

    #[test]
    fn the_last_scrape_comes_after_the_request() {
        let mut world = Endpoint::world();
        world.judge(&Endpoint);
        let order: Vec<String> = world
            .made()
            .iter()
            .filter(|look| worlds::goes_to(&look.ask, "10.0.0.1") && look.ask.from.0 == "office")
            .map(|look| Endpoint::role(&look.ask).to_owned())
            .collect();
        assert_eq!(order, ["scrape", "scrape", "between", "between", "between", "scrape"]);
    }
}
