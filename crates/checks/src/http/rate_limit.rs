//! `http.rate-limit`: a client that asks too much is stopped, at the limit, and only that client.

use std::net::IpAddr;

use holdpoint_model::{
    ask::{Ask, Request, Vantage, What},
    check::{Check, Judgement},
    fault::Fault,
    line::{Impact, Side},
    look::{Look, Looks, Need, garbled},
    params,
    quantity::{Bound, Count, Duration, Texts},
    seen::{Seen, Shot},
    time::{SECOND, Time},
    verdict::{Finding, Verdict, worst},
    world::World,
};

use crate::{values::Status, web::Client, worlds};

pub(crate) struct RateLimit;

/// Milliseconds between two requests of a burst where the window leaves room for it.
const PACE_MS: i64 = 10;

/// Requests of a second client.
const NEIGHBOURS: u32 = 5;

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// Requests that one client may make in one window.
        limit("limit"): Bound<Count>,
        /// The window.
        window("window"): Bound<Duration>,
        /// Requests beyond the limit that are let through at once.
        burst("burst"): Bound<Count> = "0",
        /// The status that says *too many*.
        code("code"): Status = "429",
        /// A path that is cheap to answer and that the limit holds for.
        endpoint("endpoint"): String = "/",
        /// The most requests that one burst may have.
        cap("cap"): Bound<Count> = "2000",
        /// Two source addresses of the vantage, or two references to credentials, as two clients.
        identities("identities"): Option<Texts> = none,
    }
}

impl Params {
    /// Requests after which the limiter has to act.
    fn total(&self) -> i64 {
        self.limit.whole().saturating_add(self.burst.whole())
    }

    /// Requests that are sent to see it.
    fn count(&self) -> i64 {
        self.total().saturating_mul(3).saturating_add(1) / 2
    }

    fn expected(&self) -> String {
        let (total, code) = (self.total(), self.code.0);
        format!(
            "the first {code} after {} to {} requests, whoever else is named as the client, and an \
             end to it after {}",
            (total * 8 + 9) / 10,
            total * 12 / 10,
            self.window.show(holdpoint_model::quantity::Operator::Equal).trim_start_matches("= ")
        )
    }

    fn fail(&self, seen: String, remedy: &str) -> Finding {
        Finding::fail(seen.clone(), self.expected(), seen, remedy)
    }
}

impl Check for RateLimit {
    type Params = Params;
    const ID: &'static str = "http.rate-limit";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const DOC: &'static str = r"
Sends one and a half times as many requests as the limit allows (`limit` plus `burst`), as one client
and well within one window, to the first address of the target. The first refusal has to come between
0.8 and 1.2 times the limit, and those behind it have to be refused too, except for what a sliding
limiter refills meanwhile. A first try that ends elsewhere is made once more after a pause of a whole
window: a window may just have turned, or somebody may have asked before us.

Then the same number again, each request under another forged `X-Forwarded-For`: if none is refused,
the limiter believes what clients write. Last, after the window, one request has to get through again.
With `identities=A,B` the bursts come from A, and B has to be served while A is refused.

Refusals with a status other than `code` are not taken for the limiter: 503 may be overload, 403 a
firewall that has banned this vantage.

This check sends extra traffic: it needs `allow = ['active']` on the target.

**Proves** that one client was stopped at the limit, could not get around it with a header, and was let
in again.
**Does not prove** that each endpoint is limited, that the addresses of a name count together, nor,
without `identities`, that one client's excess leaves others alone.

```checklist
- [ ] Rate limiting enabled (limit: 100, window: 60s)
```

**Remedy.** In nginx `limit_req_zone $binary_remote_addr zone=api:10m rate=100r/m;` with
`limit_req_status 429;`. Counters of several workers belong into one store (Redis), and the client's
address comes from the last proxy that you trust, never from the left end of `X-Forwarded-For`.
";

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        let client = Client::new(looks, Side::Outside)?;
        if looks.scope().allow < Impact::Active {
            return Err(Need::NotAllowed { impact: Impact::Active });
        }
        if let Some(finding) = impossible(params) {
            return Ok(finding);
        }
        let addresses = client.addresses()?;
        let volley = Volley::new(&client, params, addresses.first().copied());

        let mut end = looks.now();
        let mut first = volley.fire(false, 1, None)?;
        let mut parts = vec![first.at_the_limit(params)];
        if parts.iter().any(|part| part.verdict != Verdict::Pass) {
            let rested = first.end.plus(volley.rest());
            first = volley.fire(false, 2, Some(rested))?;
            parts = vec![first.at_the_limit(params)];
        }
        if parts.iter().any(|part| part.verdict != Verdict::Pass) {
            return Ok(worst(parts));
        }
        end = end.max(first.end);
        match volley.neighbour()? {
            Some(shots) => parts.push(shots.served(params, &volley)),
            None => {
                parts = parts
                    .into_iter()
                    .map(|part| part.unproven("a second identity (`identities=A,B`)"))
                    .collect();
            }
        }
        let forged = volley.fire(true, 1, None)?;
        parts.push(forged.not_fooled(params));
        end = end.max(forged.end);
        parts.push(recovers(params, &volley, end)?);
        let mut whole =
            worst(parts).unproven("X-Real-IP, Forwarded and other headers that name a client");
        if 1 < addresses.len() {
            let others = addresses.len() - 1;
            whole = whole.unproven(format!("the limiter behind {others} more addresses"));
        }
        Ok(whole)
    }

    fn world() -> World {
        let mut scope = worlds::web();
        scope.allow = Impact::Active;
        let mut limiter = Limiter::new(20, 10 * SECOND);
        World::new(scope, &[("limit", "20"), ("window", "10s")], move |ask, at| {
            limiter.answer(ask, at)
        })
    }
}

/// Why no burst can decide, by the numbers alone.
fn impossible(params: &Params) -> Option<Finding> {
    if params.total() < 1 {
        return Some(Finding::unknown(
            "a limit of nothing cannot be told from a site that is down",
            "say with `limit` how many requests are let through",
        ));
    }
    if params.cap.whole() < params.count() {
        return Some(Finding::unknown(
            format!(
                "{} requests would be needed, and the cap is {}",
                params.count(),
                params.cap.whole()
            ),
            "raise `cap`, or give the staging environment a lower limit and look there",
        ));
    }
    match &params.identities {
        Some(Texts(two)) if two.len() != 2 => Some(Finding::unknown(
            format!("`identities` names {}, and two are needed", two.len()),
            "write `identities=A,B`: source addresses of the vantage, or references as env:NAME",
        )),
        Some(_) | None => None,
    }
}

/// The bursts of one judgement.
struct Volley<'a> {
    looks: &'a Looks,
    from: Vantage,
    request: Option<Request>,
    identities: Vec<String>,
    count: u32,
    over_ms: u32,
    window_ms: i64,
    code: u16,
}

impl<'a> Volley<'a> {
    fn new(client: &Client<'a>, params: &Params, at: Option<IpAddr>) -> Self {
        let count = params.count();
        let window_ms = params.window.whole().max(1);
        let over = count.saturating_mul(PACE_MS).min(window_ms / 2);
        let slash = if params.endpoint.starts_with('/') { "" } else { "/" };
        let path = format!("{slash}{}", params.endpoint);
        Self {
            looks: client.looks,
            from: client.from.clone(),
            request: at.map(|at| client.get(at, &path)),
            identities: params.identities.as_ref().map(|it| it.0.clone()).unwrap_or_default(),
            count: u32::try_from(count).unwrap_or(u32::MAX),
            over_ms: u32::try_from(over).unwrap_or(u32::MAX),
            window_ms,
            code: params.code.0,
        }
    }

    /// How long everything is forgotten after: a window, and a second for clocks and counters.
    fn rest(&self) -> i64 {
        self.window_ms.saturating_add(SECOND)
    }

    fn fire(&self, forged: bool, nth: u32, not_before: Option<Time>) -> Result<Shots<'a>, Need> {
        self.shoot(0, self.count, self.over_ms, forged, nth, not_before)
    }

    /// A few requests of the second identity at once, while the first is refused: one alone may
    /// just get the place that a shared counter has set free.
    fn neighbour(&self) -> Result<Option<Shots<'a>>, Need> {
        if self.identities.len() < 2 {
            return Ok(None);
        }
        let few = (self.count / 3).clamp(1, NEIGHBOURS);
        self.shoot(1, few, 0, false, 1, None).map(Some)
    }

    fn shoot(
        &self,
        who: usize,
        count: u32,
        over_ms: u32,
        forged: bool,
        nth: u32,
        not_before: Option<Time>,
    ) -> Result<Shots<'a>, Need> {
        let Some(request) = self.request.clone() else {
            return Err(Need::Missing {
                setting: format!("target.{}.resolve", self.looks.scope().target),
                why: String::from("the name has no address"),
            });
        };
        let request = match self.identities.get(who).map(String::as_str) {
            None => request,
            Some(name) => match name.parse() {
                Ok(address) => Request { source: Some(address), ..request },
                Err(_) => Request { authorization: Some(name.to_owned()), ..request },
            },
        };
        let what = What::Burst { request, count, over_ms, forged };
        let ask = Ask { from: self.from.clone(), what, nth };
        match self.looks.see_after(ask, not_before)? {
            (look, Seen::Burst(shots)) => Ok(Shots::new(look, shots, self.code)),
            (look, _) => Err(garbled(look)),
        }
    }
}

/// What came back of one burst.
struct Shots<'a> {
    all: &'a [Shot],
    end: Time,
    /// Requests that were let through before the first refusal.
    first: Option<usize>,
    code: u16,
}

impl<'a> Shots<'a> {
    fn new(look: &Look, all: &'a [Shot], code: u16) -> Self {
        let refused = |shot: &Shot| shot.outcome == Ok(code);
        let last = all.iter().map(|shot| i64::from(shot.at_ms)).max().unwrap_or(0);
        let end = look.at.plus(i64::from(look.ms).max(last));
        Self { all, end, first: all.iter().position(refused), code }
    }

    /// What kept the burst from showing anything: no answers, overload, a ban.
    fn muddle(&self) -> Option<Finding> {
        let before = self.all.iter().take(self.first.unwrap_or(self.all.len()));
        let mut counts = [0_usize; 3];
        for shot in before {
            match shot.outcome {
                Err(_) => counts[0] += 1,
                Ok(500..) => counts[1] += 1,
                Ok(403 | 407 | 418 | 429) => counts[2] += 1,
                Ok(_) => {}
            }
        }
        let of = self.all.len();
        match counts {
            [0, 0, 0] if of == 0 => Some(Finding::unknown(
                "no request of the burst was sent",
                "see that the vantage can reach the target, then run again",
            )),
            [0, 0, 0] => None,
            [0, 0, banned] => Some(Finding::unknown(
                format!("{banned} of {of} were refused with another status than {}", self.code),
                "let this vantage past the firewall, or say with `code` how the limiter refuses",
            )),
            [0, failed, _] => Some(Finding::unknown(
                format!("{failed} of {of} ended in a server error: overload, or nginx's default"),
                "say `limit_req_status 429;` in nginx; if 503 is meant, declare `code=503`",
            )),
            [lost, _, _] => Some(Finding::unknown(
                format!("{lost} of {of} requests got no answer"),
                "see that the target stands the burst at all, or lower `limit` where you look",
            )),
        }
    }

    /// Whether the first refusal came where it should.
    fn at_the_limit(&self, params: &Params) -> Finding {
        if let Some(finding) = self.muddle() {
            return finding;
        }
        let total = params.total();
        let Some(first) = self.first else {
            let seen = format!("{} requests in a row, none was refused", self.all.len());
            return params
                .fail(
                    seen,
                    "turn the limiter on: `limit_req zone=api burst=10 nodelay;` in the nginx \
                     location, or the middleware that a debug switch left out",
                )
                .easy_to_miss(
                    "the setting is there in the file; only the running service decides",
                );
        };
        let first = i64::try_from(first).unwrap_or(i64::MAX);
        if first == 0 {
            return Finding::unknown(
                "the very first request was refused: limited cannot be told from banned",
                "wait until this vantage is let in again, or look from another one",
            );
        }
        let seen = format!("the first {} came after {first} requests", self.code);
        if total * 8 <= first * 10 && first * 10 <= total * 12 {
            match self.leaks(params) {
                Some(finding) => finding,
                None => Finding::pass(seen.clone()).expected(params.expected()).seen(seen),
            }
        } else if first * 10 < total * 8 {
            params.fail(seen, "raise the limiter's number, or declare the one that is meant")
        } else {
            params.fail(
                seen,
                "count in one store for all workers (Redis): a counter in each worker's memory \
                 multiplies the limit",
            )
        }
    }

    /// Requests of these that were served as if there were no limiter.
    fn served_of(&self, shots: &[Shot]) -> i64 {
        let served = shots.iter().filter(|shot| match shot.outcome {
            Ok(status) => status != self.code && !matches!(status, 403 | 407 | 418 | 429 | 500..),
            Err(_) => false,
        });
        i64::try_from(served.count()).unwrap_or(i64::MAX)
    }

    /// The fail of a limiter that goes on serving after its first refusal: more than is refilled
    /// meanwhile, and more than requests that overtook each other explain.
    fn leaks(&self, params: &Params) -> Option<Finding> {
        let first = self.first?;
        let rest = self.all.get(first + 1..).unwrap_or_default();
        let began = self.all.get(first).map_or(0, |shot| i64::from(shot.at_ms));
        let ended = rest.iter().map(|shot| i64::from(shot.at_ms)).max().unwrap_or(began);
        let window = params.window.whole().max(1);
        let refilled = params.limit.whole().saturating_mul(ended - began) / window + 1;
        let served = self.served_of(rest);
        let slack = i64::try_from(rest.len() / 10).unwrap_or(i64::MAX);
        (refilled.saturating_add(slack) < served).then(|| {
            params
                .fail(
                    format!(
                        "lets requests through after the limit: {served} of the {} behind the \
                         first {}",
                        rest.len(),
                        self.code
                    ),
                    "refuse every request of the client until its window ends: count each of them \
                     in one store, not a sample",
                )
                .easy_to_miss("a loop of `curl` shows a refusal, and nobody counts the others")
        })
    }

    /// Whether forged headers got nobody past the limiter.
    fn not_fooled(&self, params: &Params) -> Finding {
        if let Some(finding) = self.muddle() {
            return finding;
        }
        // One window may turn meanwhile, and then serves as many as its limit.
        let served = self.served_of(self.all);
        let window = params.total().saturating_mul(12) / 10 + 1;
        match self.first {
            Some(_) if window < served => params.fail(
                format!("{served} of {} requests under forged X-Forwarded-For", self.all.len()),
                "take the client's address from the last proxy you trust, for every route",
            ),
            Some(_) => Finding::pass("a forged X-Forwarded-For changes nothing"),
            None => params
                .fail(
                    format!(
                        "{} requests under forged X-Forwarded-For, none was refused",
                        self.all.len()
                    ),
                    "take the client's address from the last proxy you trust: `set_real_ip_from` \
                     with `real_ip_recursive on;` in nginx",
                )
                .easy_to_miss("a loop of `curl` is stopped at the limit; one that lies is not"),
        }
    }

    fn served(&self, params: &Params, volley: &Volley) -> Finding {
        if self.first.is_some() {
            return params.fail(
                String::from("another client is refused as well"),
                "count by client: `limit_req_zone $binary_remote_addr …` in nginx",
            );
        }
        let odd = |shot: &&Shot| !matches!(shot.outcome, Ok(code) if code < 400);
        match self.all.iter().find(odd).or_else(|| self.all.first()).map(|shot| &shot.outcome) {
            Some(Ok(code)) if *code < 400 => Finding::pass("another client is served meanwhile"),
            other => Finding::unknown(
                format!("the second identity got {}", outcome(other)),
                format!("see that `{}` is served at all", volley.identities.join("` and `")),
            ),
        }
    }
}

fn outcome(outcome: Option<&Result<u16, Fault>>) -> String {
    match outcome {
        Some(Ok(code)) => format!("status {code}"),
        Some(Err(fault)) => fault.sentence().to_owned(),
        None => String::from("nothing"),
    }
}

/// Whether the client is let in again after the window; asked a second time after another one.
fn recovers(params: &Params, volley: &Volley, end: Time) -> Result<Finding, Need> {
    let mut due = end.plus(volley.rest());
    for nth in 1..=2 {
        let shots = volley.shoot(0, 1, 0, false, nth, Some(due))?;
        match shots.all.first().map(|shot| &shot.outcome) {
            Some(Ok(code)) if *code < 400 => {
                return Ok(Finding::pass("the client is let in again"));
            }
            Some(Ok(code)) if *code == params.code.0 => due = shots.end.plus(volley.rest()),
            // The endpoint may answer like this to everybody; it did before the limit too.
            Some(Ok(code)) if *code < 500 && *code != 403 => {
                return Ok(Finding::pass("the client is let in again"));
            }
            other => {
                return Ok(Finding::unknown(
                    format!("after the window the client got {}", outcome(other)),
                    "see that the target is well, then run again",
                ));
            }
        }
    }
    Ok(params.fail(
        String::from("the client is still refused two windows later"),
        "let the counter expire with the window (`EXPIRE` in Redis), or lift the ban",
    ))
}

/// A limiter as a pretend world has it: so many requests of one client in a sliding window.
struct Limiter {
    limit: usize,
    window: i64,
    hits: Vec<(Time, String)>,
}

impl Limiter {
    fn new(limit: usize, window: i64) -> Self {
        Self { limit, window, hits: Vec::new() }
    }

    fn answer(&mut self, ask: &Ask, at: Time) -> Result<Seen, Fault> {
        let What::Burst { request, count, over_ms, .. } = &ask.what else {
            return Err(Fault::Unsupported);
        };
        let who = client_of(request);
        let shots = (0..*count).map(|nth| {
            let at_ms = nth * over_ms / count.max(&1);
            let code = if self.lets_in(&who, at.plus(i64::from(at_ms))) { 200 } else { 429 };
            Shot { at_ms, outcome: Ok(code) }
        });
        Ok(Seen::Burst(shots.collect()))
    }

    fn lets_in(&mut self, who: &str, now: Time) -> bool {
        self.hits.retain(|(at, _)| now.since(*at) < self.window);
        let used = self.hits.iter().filter(|(_, other)| other == who).count();
        if used < self.limit {
            self.hits.push((now, who.to_owned()));
        }
        used < self.limit
    }
}

fn client_of(request: &Request) -> String {
    let source = request.source.map(|source| source.to_string());
    source.or_else(|| request.authorization.clone()).unwrap_or_else(|| String::from("we"))
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::wildcard_enum_match_arm,
        reason = "a twisted world answers a few asks in its own way"
    )]

    use super::*;

    /// A world with the limiter that `answer` describes by client, request number and forgery.
    fn world(answer: impl FnMut(&Ask, Time) -> Result<Seen, Fault> + 'static) -> World {
        let mut answer = answer;
        RateLimit::world().but(move |ask, at, _| answer(ask, at))
    }

    fn limiter(limit: usize) -> World {
        let mut limiter = Limiter::new(limit, 10 * SECOND);
        world(move |ask, at| limiter.answer(ask, at))
    }

    /// Every request of every burst gets this.
    fn always(outcome: Result<u16, Fault>) -> World {
        world(move |ask, _| match &ask.what {
            What::Burst { count, .. } => {
                Ok(Seen::Burst((0..*count).map(|at_ms| Shot { at_ms, outcome }).collect()))
            }
            _ => Err(Fault::Unsupported),
        })
    }

    fn judge(mut world: World) -> Finding {
        world.judge(&RateLimit)
    }

    fn verdict(world: World) -> Verdict {
        judge(world).verdict
    }

    #[test]
    fn the_first_refusal_has_to_come_near_the_limit() {
        for (limit, want) in [
            (15, Verdict::Fail),
            (16, Verdict::Pass),
            (20, Verdict::Pass),
            (24, Verdict::Pass),
            (25, Verdict::Fail),
            (80, Verdict::Fail),
        ] {
            assert_eq!(verdict(limiter(limit)), want, "{limit}");
        }
        let burst = limiter(111).param("limit", "100").param("burst", "10");
        assert_eq!(verdict(burst), Verdict::Pass);
        let workers = limiter(400).param("limit", "100");
        assert!(judge(workers).reason.contains("none was refused"));
    }

    #[test]
    fn a_limiter_that_believes_headers_is_a_fail() {
        let mut limiter = Limiter::new(20, 10 * SECOND);
        let fooled = world(move |ask, at| match &ask.what {
            What::Burst { count, forged: true, .. } => {
                Ok(Seen::Burst((0..*count).map(|at_ms| Shot { at_ms, outcome: Ok(200) }).collect()))
            }
            _ => limiter.answer(ask, at),
        });
        let finding = judge(fooled);
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("X-Forwarded-For"), "{}", finding.reason);
    }

    #[test]
    fn a_window_that_just_turned_is_given_a_second_try() {
        let mut limiter = Limiter::new(20, 10 * SECOND);
        let turned = world(move |ask, at| match &ask.what {
            What::Burst { count, forged: false, .. } if 1 < *count && ask.nth == 1 => {
                Ok(Seen::Burst((0..*count).map(|at_ms| Shot { at_ms, outcome: Ok(200) }).collect()))
            }
            _ => limiter.answer(ask, at),
        });
        assert_eq!(verdict(turned), Verdict::Pass);
    }

    /// Every so many requests one is refused, or served, once the limit is reached.
    fn now_and_then(refused: impl Fn(u32) -> bool + 'static) -> Finding {
        let mut limiter = Limiter::new(20, 10 * SECOND);
        judge(world(move |ask, at| match (limiter.answer(ask, at), &ask.what) {
            (Ok(Seen::Burst(mut shots)), What::Burst { count, .. }) if 1 < *count => {
                for (shot, nth) in shots.iter_mut().zip(1..) {
                    shot.outcome = Ok(if refused(nth) { 429 } else { 200 });
                }
                Ok(Seen::Burst(shots))
            }
            (seen, _) => seen,
        }))
    }

    #[test]
    fn whoever_is_over_the_limit_has_to_stay_out() {
        let sampled = now_and_then(|nth| nth == 21);
        assert_eq!(sampled.verdict, Verdict::Fail);
        assert!(sampled.reason.contains("after the limit"), "{}", sampled.reason);
        let half = now_and_then(|nth| 20 < nth && nth.is_multiple_of(2));
        assert_eq!(half.verdict, Verdict::Fail);
        let refilled = now_and_then(|nth| 20 < nth && nth != 25);
        assert_eq!(refilled.verdict, Verdict::Pass, "{refilled:?}");
        assert!(refilled.unproven.iter().any(|it| it.contains("X-Real-IP")), "{refilled:?}");
    }

    #[test]
    fn a_limiter_that_never_forgets_is_a_fail() {
        let mut limiter = Limiter::new(20, i64::MAX);
        let finding = judge(world(move |ask, at| limiter.answer(ask, at)));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("two windows later"), "{}", finding.reason);
    }

    #[test]
    fn what_is_no_limiter_decides_nothing() {
        assert_eq!(verdict(always(Ok(200))), Verdict::Fail);
        assert_eq!(verdict(always(Ok(429))), Verdict::Unknown);
        assert_eq!(verdict(always(Ok(403))), Verdict::Unknown);
        assert_eq!(verdict(always(Ok(503))), Verdict::Unknown);
        assert_eq!(verdict(always(Err(Fault::Reset))), Verdict::Unknown);
        let overload = |code: &'static str| {
            let mut limiter = Limiter::new(20, 10 * SECOND);
            let nginx = world(move |ask, at| {
                let Ok(Seen::Burst(mut shots)) = limiter.answer(ask, at) else {
                    return Err(Fault::Unsupported);
                };
                for shot in &mut shots {
                    if shot.outcome == Ok(429) {
                        shot.outcome = Ok(503);
                    }
                }
                Ok(Seen::Burst(shots))
            });
            verdict(nginx.param("code", code))
        };
        assert_eq!(overload("429"), Verdict::Unknown);
        assert_eq!(overload("503"), Verdict::Pass);
    }

    #[test]
    fn other_clients_are_left_alone() {
        let two = || RateLimit::world().param("identities", "10.9.0.1,10.9.0.2");
        let finding = judge(two());
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(!finding.unproven.iter().any(|it| it.contains("identity")), "{finding:?}");
        let mut limiter = Limiter::new(20, 10 * SECOND);
        let shared = two().but(move |ask, at, _| match &ask.what {
            What::Burst { request, count, over_ms, forged } => {
                let request = Request { source: None, ..request.clone() };
                let what =
                    What::Burst { request, count: *count, over_ms: *over_ms, forged: *forged };
                limiter.answer(&Ask { what, ..ask.clone() }, at)
            }
            _ => Err(Fault::Unsupported),
        });
        assert_eq!(verdict(shared), Verdict::Fail);
        assert!(judge(RateLimit::world()).unproven.iter().any(|it| it.contains("identity")));
        let one = RateLimit::world().param("identities", "10.9.0.1");
        assert_eq!(verdict(one), Verdict::Unknown);
    }

    #[test]
    fn nothing_is_sent_without_a_limit_or_leave() {
        let quiet = |mut world: World| {
            let verdict = world.judge(&RateLimit).verdict;
            (verdict, world.made().len())
        };
        assert_eq!(quiet(RateLimit::world().param("limit", "")), (Verdict::Unknown, 0));
        assert_eq!(quiet(RateLimit::world().param("window", "")), (Verdict::Unknown, 0));
        assert_eq!(quiet(RateLimit::world().param("limit", "5000")), (Verdict::Unknown, 0));
        assert_eq!(quiet(RateLimit::world().param("limit", "0")), (Verdict::Unknown, 0));
        let mut forbidden = RateLimit::world();
        forbidden.scope.allow = Impact::ReadOnly;
        assert_eq!(quiet(forbidden), (Verdict::Unknown, 0));
    }

    #[test]
    fn the_burst_fits_into_the_window_and_recovery_waits_it_out() {
        let mut world = RateLimit::world();
        world.judge(&RateLimit);
        let made = world.made();
        assert_eq!(made.len(), 3);
        if let What::Burst { count, over_ms, .. } = &made[0].ask.what {
            assert_eq!((*count, *over_ms), (30, 300));
        }
        assert!(11 * SECOND <= made[2].at.since(made[1].at), "{made:?}");
    }
}
