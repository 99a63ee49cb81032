//! `tls.certificate-served`: the certificate that clients really get, at every address.

use std::net::SocketAddr;

use holdpoint_model::{
    ask::{Ask, Request, Scheme, What},
    check::{Answer, Check, Judgement},
    fault::Fault,
    limits,
    line::Side,
    look::{Blind, Looks, Need},
    params,
    quantity::{Bound, Days},
    seen::{Connected, Handshake, Response, Seen},
    time::Time,
    verdict::{Finding, worst},
    world::World,
};

use crate::{
    dates,
    hello::{self, Offer, Reply},
    leaf::{self, Asked, Clock, Leaf, Version},
    web::{self, ADDRESSES_MAX, Attempt, Client},
    worlds,
};

pub(crate) struct CertificateServed;

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// Days for which the certificate still has to be valid.
        min_days("min-days"): Bound<Days> = "30",
        /// The oldest version of TLS that may be spoken; older ones have to be refused.
        min_tls("min-tls"): Version = "1.2",
    }
}

impl Params {
    fn asked(&self) -> Asked {
        Asked { min_days: self.min_days, min_tls: self.min_tls }
    }

    /// The protocols whose refusal has to be shown.
    fn refused(&self) -> impl Iterator<Item = Offer> {
        let old = [
            (Version::Tls10, Offer::Tls10),
            (Version::Tls11, Offer::Tls11),
            (Version::Tls12, Offer::Tls12),
        ];
        old.into_iter().filter(|(version, _)| *version < self.min_tls).map(|(_, offer)| offer)
    }
}

impl Check for CertificateServed {
    type Params = Params;
    const ID: &'static str = "tls.certificate-served";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const ANSWERS: &'static [Answer] = &[
        Answer::fail("handshake", Fault::Refused),
        Answer::fail("handshake", Fault::Reset),
        Answer::fail("handshake", Fault::TimedOut),
        // A server may turn an old hello down without a word.
        Answer::pass("old-hello", Fault::Reset),
        Answer::pass("old-hello", Fault::TimedOut),
        Answer::pass("old-hello", Fault::NoAnswer),
        Answer::pass("old-hello", Fault::Unsupported),
        // What the application answers is no part of the claim; without it the clocks are not
        // compared, and that is said.
        Answer::pass("clock", Fault::Refused),
        Answer::pass("clock", Fault::Reset),
        Answer::pass("clock", Fault::TimedOut),
        Answer::pass("clock", Fault::Untrusted),
        Answer::pass("clock", Fault::Denied),
        Answer::pass("clock", Fault::Throttled),
        Answer::pass("clock", Fault::Garbled),
        Answer::pass("clock", Fault::TooLarge),
        Answer::pass("clock", Fault::NoAnswer),
        Answer::pass("clock", Fault::Unsupported),
    ];
    const DOC: &'static str = r"
Makes a TLS handshake at every address of every name, as the world sees it, and judges what is served
there: whether the chain ends in a trusted authority without fetching what the server should have
sent, whether the names in the certificate cover the one asked for (never the common name), whether
it is valid now and for `min-days` more. Old versions of TLS are offered one at a time in a bare hello
with every suite that old servers know; a ServerHello in answer means that they are still spoken.

Addresses may serve different certificates as long as each is good, as they do while one is renewed.
The target's `Date` is compared with our clock: five minutes apart, nothing that rests on time is
judged. `names` at the target lists the names to ask for; without it that of the address is asked for.

**Proves** that each address served a good certificate to that vantage, and turned older versions of
TLS down.
**Does not prove** that the certificate has not been revoked, nor what a client gets that sends no
name.

```checklist
- [ ] SSL certificate is valid for at least 30 days
```

**Remedy.** Renew the certificate and reload the server at the address named in the reason
(`nginx -s reload`): a renewed file is served only after that. Send the intermediates too
(`ssl_certificate fullchain.pem;`), and turn old protocols off (`ssl_protocols TLSv1.2 TLSv1.3;`).
";

    fn role(ask: &Ask) -> &'static str {
        if matches!(ask.what, What::Connect { .. }) {
            "old-hello"
        } else if matches!(ask.what, What::Http(_)) {
            "clock"
        } else {
            ask.what.word()
        }
    }

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        let client = Client::new(looks, Side::Outside)?;
        let port = web::port_for(&client.site, Scheme::Https);
        let mut sockets = Vec::new();
        let mut parts = Vec::new();
        for name in names(&client) {
            let addresses = client.addresses_of(&name)?;
            if ADDRESSES_MAX < addresses.len() {
                parts.push(web::too_many(addresses.len()));
            }
            let some = addresses.into_iter().take(ADDRESSES_MAX);
            sockets.extend(some.map(|ip| (name.clone(), SocketAddr::new(ip, port))));
        }
        if let Some(finding) = web::too_much(sockets.len().saturating_mul(4)) {
            return Ok(finding);
        }
        let served = looks.each(sockets.iter().map(|(name, at)| {
            client.handshake(*at, name).map(|attempt| (name.as_str(), *at, attempt))
        }));
        let old = looks.each(sockets.iter().flat_map(|(name, at)| {
            params.refused().map(|offer| old_hello(&client, offer, name, *at))
        }));
        let clock = looks.each(sockets.first().map(|(name, at)| clock(&client, name, *at)));
        let (served, (old, clock)) = web::together(served, web::together(old, clock))?;

        let (clock, dark) = compared(clock.into_iter().next());
        let latest = served.iter().flatten().filter_map(|(_, _, attempt)| ends(attempt)).max();
        for answer in &served {
            parts.push(match answer {
                Ok((name, at, Ok((_, handshake)))) => {
                    let leaf = Leaf { asked: params.asked(), name, at: *at, handshake, latest };
                    leaf::judge(&leaf, looks.now(), clock)
                }
                Ok((name, at, Err(fault))) => {
                    web::silent(*at, *fault, &params.asked().expected(name))
                }
                Err(blind) => web::unseen(blind),
            });
        }
        parts.extend(old.into_iter().map(|answer| turned_down(params, answer)));
        parts.extend(dark);
        Ok(worst(parts))
    }

    fn world() -> World {
        let mut site = worlds::site(|_, at| {
            Ok(worlds::response(200, &[("date", &dates::http(at))], "<html>shop</html>"))
        });
        World::new(worlds::web(), &[], move |ask, at| {
            if matches!(ask.what, What::Handshake { .. }) {
                Ok(Seen::Handshake(worlds::handshake(&["shop.test"], 60)))
            } else if matches!(ask.what, What::Connect { .. }) {
                Ok(worlds::connected(&[0x15, 3, 1, 0, 2, 2, 70]))
            } else {
                site(ask, at)
            }
        })
    }
}

/// The names that are asked for: those declared, or the target's own.
fn names(client: &Client) -> Vec<String> {
    let declared = client.looks.scope().field("names").unwrap_or_default().split(',');
    let names: Vec<String> = declared
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect();
    if names.is_empty() { vec![client.site.host.clone()] } else { names }
}

fn old_hello<'a>(
    client: &Client<'a>,
    offer: Offer,
    name: &str,
    at: SocketAddr,
) -> Result<(Offer, SocketAddr, &'a Connected), Need> {
    let what = What::Connect {
        at,
        timeout_ms: limits::CONNECT_MS,
        send: web::hex(&hello::client_hello(offer, name)),
        read_max: 64,
    };
    let (_, connected) = client.looks.connect(&client.from, what, 1, None)?;
    Ok((offer, at, connected))
}

fn clock<'a>(
    client: &Client<'a>,
    name: &str,
    at: SocketAddr,
) -> Result<(Time, &'a Response), Need> {
    let request = Request {
        method: String::from("HEAD"),
        scheme: Scheme::Https,
        host: name.to_owned(),
        port: at.port(),
        ..client.get(at.ip(), "/")
    };
    let (look, response) = client.looks.http(&client.from, request, 1)?;
    Ok((look.at, response))
}

/// How the clocks stand to each other, and the finding of a look that should have told.
fn compared(look: Option<Result<(Time, &Response), Box<Blind>>>) -> (Clock, Option<Finding>) {
    let (at, response) = match look {
        Some(Ok(it)) => it,
        Some(Err(blind)) if !web::excused(CertificateServed::ANSWERS, "clock", &blind) => {
            return (Clock::Unproven, Some(web::unseen(&blind)));
        }
        Some(Err(_)) | None => return (Clock::Unproven, None),
    };
    let date = response.value("date").and_then(dates::read_http);
    let clock = match date.map(|date| at.since(date)) {
        Some(apart) if limits::SKEW_MS_MAX < apart.saturating_abs() => Clock::Skewed(apart),
        Some(_) => Clock::Right,
        None => Clock::Unproven,
    };
    (clock, None)
}

fn ends(attempt: &Attempt<&Handshake>) -> Option<Time> {
    let (_, handshake) = attempt.as_ref().ok()?;
    handshake.chain.first().map(|leaf| leaf.not_after)
}

/// The finding about the offer of an old protocol.
fn turned_down(
    params: &Params,
    answer: Result<(Offer, SocketAddr, &Connected), Box<Blind>>,
) -> Finding {
    let refused = || Finding::pass("older versions of TLS are turned down");
    let (offer, at, connected) = match answer {
        Ok(it) => it,
        Err(blind) if blind.fault == Fault::Reset => return refused(),
        Err(blind) if web::excused(CertificateServed::ANSWERS, "old-hello", &blind) => {
            let why = blind.fault.sentence();
            return refused().unproven(format!("that older versions of TLS are refused: {why}"));
        }
        Err(blind) => return web::unseen(&blind),
    };
    let bytes = web::unhex(&connected.answer);
    let open = || refused().unproven(format!("that {at} refuses {}", offer.name()));
    match hello::reply(&bytes) {
        Reply::Alert(_) => refused(),
        Reply::Nothing if connected.closed => refused(),
        Reply::ServerHello(version) if version == offer.version() => {
            let seen = format!("{at} accepts {}", offer.name());
            let old = "turn it off: `ssl_protocols TLSv1.2 TLSv1.3;` in nginx, then reload";
            let expected = format!("TLS {} or newer, older ones refused", params.min_tls.name());
            Finding::fail(seen.clone(), expected, seen, old)
                .easy_to_miss("browsers and `curl` take the newest version that is offered, and never try the old ones")
        }
        Reply::Other if bytes.starts_with(b"HTTP/") => {
            let seen = format!("{at} answers in plain HTTP");
            let remedy = format!("serve TLS there: `listen {} ssl;` in nginx", at.port());
            Finding::fail(seen.clone(), "TLS", seen, remedy)
        }
        Reply::Nothing | Reply::ServerHello(_) | Reply::Other => open(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::wildcard_enum_match_arm,
        reason = "a twisted world answers a few asks in its own way"
    )]

    use holdpoint_model::{seen::Trust, time::DAY, verdict::Verdict};

    use super::*;

    type Answered = Result<Seen, Fault>;

    fn world() -> World {
        CertificateServed::world()
    }

    fn judge(mut world: World) -> Finding {
        world.judge(&CertificateServed)
    }

    fn verdict(world: World) -> Verdict {
        judge(world).verdict
    }

    /// The second address serves this.
    fn second(handshake: Handshake) -> World {
        world().but(move |ask, _, seen| match &ask.what {
            What::Handshake { .. } if worlds::goes_to(ask, "10.0.0.2") => {
                Ok(Seen::Handshake(handshake.clone()))
            }
            _ => seen,
        })
    }

    /// The second address answers old hellos with this.
    fn old(answer: Answered) -> World {
        world().but(move |ask, _, seen| match &ask.what {
            What::Connect { .. } if worlds::goes_to(ask, "10.0.0.2") => answer.clone(),
            _ => seen,
        })
    }

    #[test]
    fn one_node_with_the_old_certificate_is_a_fail() {
        let finding = judge(second(worlds::handshake(&["shop.test"], 10)));
        assert_eq!(finding.verdict, Verdict::Fail);
        let reason = "certificate of shop.test at 10.0.0.2 ends in 10 days, 30 asked for";
        assert_eq!(finding.reason, reason);
        assert!(finding.remedy.unwrap().contains("reload the server at 10.0.0.2"));
        let ended = judge(second(worlds::handshake(&["shop.test"], -1)).param("min-days", "0"));
        assert_eq!(ended.verdict, Verdict::Fail);
        assert!(ended.reason.contains("ended on 2026-11-20"), "{}", ended.reason);
    }

    #[test]
    fn different_good_leaves_pass() {
        let finding = judge(second(worlds::handshake(&["shop.test", "www.shop.test"], 89)));
        assert_eq!(finding.verdict, Verdict::Pass, "{finding:?}");
        assert!(finding.unproven.iter().any(|it| it.contains("revocation")));
    }

    #[test]
    fn days_are_compared_without_rounding() {
        assert_eq!(verdict(second(worlds::handshake(&["shop.test"], 30))), Verdict::Pass);
        let mut almost = worlds::handshake(&["shop.test"], 30);
        almost.chain[0].not_after = almost.chain[0].not_after.plus(-1);
        assert_eq!(verdict(second(almost.clone())), Verdict::Fail);
        assert_eq!(verdict(second(almost).param("min-days", "29d")), Verdict::Pass);
        let exact = second(worlds::handshake(&["shop.test"], 30));
        assert_eq!(verdict(exact.param("min-days", "> 30")), Verdict::Fail);
        let mut early = worlds::handshake(&["shop.test"], 60);
        early.chain[0].not_before = worlds::NOW.plus(DAY);
        assert_eq!(verdict(second(early)), Verdict::Fail);
        let mut fresh = worlds::handshake(&["shop.test"], 90);
        fresh.chain[0].not_before = worlds::NOW.plus(-300_000);
        assert_eq!(verdict(second(fresh)), Verdict::Pass);
    }

    #[test]
    fn names_are_those_of_the_extension() {
        assert_eq!(verdict(second(worlds::handshake(&["other.test"], 60))), Verdict::Fail);
        let mut only_common_name = worlds::handshake(&["shop.test"], 60);
        only_common_name.chain[0].names.clear();
        assert_eq!(verdict(second(only_common_name)), Verdict::Fail);
    }

    #[test]
    fn trust_is_shown_or_unknown() {
        let mut alone = worlds::handshake(&["shop.test"], 60);
        alone.trust = Trust::Untrusted(String::from("UnknownIssuer"));
        alone.chain.truncate(1);
        let finding = judge(second(alone));
        assert!(finding.reason.contains("without its intermediate"), "{}", finding.reason);
        let mut own = worlds::handshake(&["shop.test"], 60);
        own.trust = Trust::Untrusted(String::from("UnknownIssuer"));
        assert_eq!(verdict(second(own)), Verdict::Fail);
        let mut bare = worlds::handshake(&["shop.test"], 60);
        bare.trust = Trust::NoRoots;
        assert_eq!(verdict(second(bare)), Verdict::Unknown);
        let mut stale = worlds::handshake(&["shop.test"], 60);
        stale.chain[1].not_after = worlds::NOW.plus(-DAY);
        assert_eq!(verdict(second(stale)), Verdict::Fail);
        let mut short = worlds::handshake(&["shop.test"], 60);
        short.chain[1].not_after = worlds::NOW.plus(9 * DAY);
        let finding = judge(second(short));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("Pretend Issuing CA"), "{}", finding.reason);
        let mut crossed = worlds::handshake(&["shop.test"], 60);
        let mut old = crossed.chain[1].clone();
        (old.subject, old.issuer) = ("CN=Pretend Root".into(), "CN=Older Root".into());
        old.not_after = worlds::NOW.plus(-DAY);
        crossed.chain.push(old.clone());
        assert_eq!(verdict(second(crossed.clone())), Verdict::Fail, "further up counts as well");
        old.issuer = old.subject.clone();
        crossed.chain[2] = old;
        assert_eq!(verdict(second(crossed.clone())), Verdict::Pass, "clients have their own roots");
        crossed.chain[2].subject = "CN=Stranger".into();
        let finding = judge(second(crossed));
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.unproven.iter().any(|it| it.contains("Stranger")), "{finding:?}");
        let mut empty = worlds::handshake(&["shop.test"], 60);
        empty.chain.clear();
        assert_eq!(verdict(second(empty)), Verdict::Unknown);
    }

    #[test]
    fn old_protocols_have_to_be_turned_down() {
        for version in [0x0301, 0x0302] {
            let accepts = old(Ok(worlds::connected(&hello::server_hello(version))));
            let finding = judge(accepts);
            assert_eq!(finding.verdict, Verdict::Fail, "{version:x}");
            assert!(finding.reason.contains("10.0.0.2:443 accepts TLS 1."), "{}", finding.reason);
        }
        let closed = Connected { connect_ms: 1, answer: String::new(), closed: true };
        let finding = judge(old(Ok(Seen::Connected(closed))));
        assert!(!finding.unproven.iter().any(|it| it.contains("older")), "{finding:?}");
        for fault in [Fault::TimedOut, Fault::NoAnswer] {
            let finding = judge(old(Err(fault)));
            assert_eq!(finding.verdict, Verdict::Pass);
            assert!(finding.unproven.iter().any(|it| it.contains("older")), "{finding:?}");
        }
        let plain = old(Ok(worlds::connected(b"HTTP/1.1 400 Bad Request\r\n")));
        assert_eq!(verdict(plain), Verdict::Fail);
    }

    #[test]
    fn a_higher_floor_asks_for_more() {
        let mut older = worlds::handshake(&["shop.test"], 60);
        older.protocol = String::from("TLSv1.2");
        assert_eq!(verdict(second(older.clone())), Verdict::Pass);
        assert_eq!(verdict(second(older).param("min-tls", "1.3")), Verdict::Fail);
        let both = old(Ok(worlds::connected(&hello::server_hello(0x0303))));
        assert_eq!(verdict(both.param("min-tls", ">=1.3")), Verdict::Fail);
        let lax = old(Ok(worlds::connected(&hello::server_hello(0x0301))));
        assert_eq!(verdict(lax.param("min-tls", "1.0")), Verdict::Pass);
    }

    #[test]
    fn silence_is_the_target_s_only_while_the_control_answers() {
        let dead = |fault| {
            world().but(move |ask, _, seen| match &ask.what {
                What::Handshake { .. } if worlds::goes_to(ask, "10.0.0.2") => Err(fault),
                _ => seen,
            })
        };
        assert_eq!(verdict(dead(Fault::Refused)), Verdict::Fail);
        assert_eq!(verdict(dead(Fault::TimedOut)), Verdict::Fail);
        let alone = dead(Fault::TimedOut).but(|ask, _, seen| match &ask.what {
            What::Control { .. } => Err(Fault::TimedOut),
            _ => seen,
        });
        assert_eq!(verdict(alone), Verdict::Unknown);
        let undeclared = judge(dead(Fault::TimedOut).field("control", ""));
        assert_eq!(undeclared.verdict, Verdict::Unknown);
        assert!(undeclared.remedy.unwrap().contains("target.web.control"));
    }

    #[test]
    fn an_address_in_the_dark_does_not_hide_a_bad_one() {
        let mixed = second(worlds::handshake(&["shop.test"], 3)).field("control", "");
        let finding = judge(mixed.but(|ask, _, seen| match &ask.what {
            What::Handshake { .. } if worlds::goes_to(ask, "10.0.0.1") => Err(Fault::TimedOut),
            _ => seen,
        }));
        assert_eq!(finding.verdict, Verdict::Fail, "{finding:?}");
        assert!(finding.unproven.iter().any(|it| it.contains("10.0.0.1")), "{finding:?}");
    }

    #[test]
    fn clocks_that_disagree_leave_dates_undecided() {
        let ahead = |minutes: i64| {
            world().but(move |ask, at, seen| match &ask.what {
                What::Http(_) => {
                    let date = dates::http(at.plus(minutes * 60_000));
                    Ok(Seen::Http(worlds::response(200, &[("date", &date)], "")))
                }
                _ => seen,
            })
        };
        assert_eq!(verdict(ahead(4)), Verdict::Pass);
        assert_eq!(verdict(ahead(6)), Verdict::Unknown);
        assert_eq!(verdict(ahead(-6)), Verdict::Unknown);
        let silent = world().but(|ask, _, seen| match &ask.what {
            What::Http(_) => Ok(Seen::Http(worlds::response(404, &[], ""))),
            _ => seen,
        });
        let finding = judge(silent);
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.unproven.iter().any(|it| it.contains("clock")), "{finding:?}");
    }

    #[test]
    fn every_declared_name_is_asked_for() {
        let pins = "shop.test:10.0.0.1,www.shop.test:10.0.0.2";
        let two = world().field("names", "shop.test, www.shop.test").field("resolve", pins);
        let finding = judge(two);
        assert!(finding.reason.contains("www.shop.test"), "{}", finding.reason);
        assert_eq!(finding.verdict, Verdict::Fail);
        let mut nobody = world();
        nobody.scope = worlds::without_sides(nobody.scope);
        assert_eq!(verdict(nobody), Verdict::Unknown);
    }
}
