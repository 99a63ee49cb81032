//! The certificate that one address serves, judged by trust, names, protocol and dates.

use std::net::{IpAddr, SocketAddr};

use holdpoint_model::{
    param::Param,
    quantity::{Bound, Days, Operator, Unit},
    seen::{Certificate, Handshake, Trust},
    time::{DAY, Time},
    verdict::{Finding, Verdict, worst},
};

use crate::{dates, web};

/// A version of TLS, in the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// 1.0
    Tls10,
    /// 1.1
    Tls11,
    /// 1.2
    Tls12,
    /// 1.3
    Tls13,
}

impl Version {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tls10 => "1.0",
            Self::Tls11 => "1.1",
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        }
    }

    const ALL: [Self; 4] = [Self::Tls10, Self::Tls11, Self::Tls12, Self::Tls13];
}

impl Param for Version {
    const KIND: &'static str = "a TLS version from 1.0 to 1.3";
    fn read(text: &str) -> Result<Self, String> {
        let bare = Operator::split(text).1.trim_start_matches(['v', 'V']);
        let found = Self::ALL.into_iter().find(|it| it.name() == bare);
        found.ok_or_else(|| format!("expected {}, found `{text}`", Self::KIND))
    }
}

/// What a line asks of a certificate and its connection.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    /// Days for which it has to be valid.
    pub(crate) min_days: Bound<Days>,
    /// The oldest protocol.
    pub(crate) min_tls: Version,
}

impl Asked {
    /// The claim in words.
    pub(crate) fn expected(&self, name: &str) -> String {
        format!(
            "a trusted certificate for {name} that is valid for {} more, over TLS {} or newer, on \
             every address",
            Days::show(self.min_days.thousandths),
            self.min_tls.name()
        )
    }
}

/// How the target's clock stands to ours.
#[derive(Clone, Copy)]
pub(crate) enum Clock {
    /// Near enough.
    Right,
    /// Milliseconds that we are ahead of the target.
    Skewed(i64),
    /// Not compared: the target tells no time.
    Unproven,
}

/// What is judged about one address.
pub(crate) struct Leaf<'a> {
    pub(crate) asked: Asked,
    /// The name that was asked for.
    pub(crate) name: &'a str,
    pub(crate) at: SocketAddr,
    pub(crate) handshake: &'a Handshake,
    /// The latest end of all certificates that were served.
    pub(crate) latest: Option<Time>,
}

impl Leaf<'_> {
    fn fail(&self, seen: &str, remedy: String) -> Finding {
        let reason = format!("certificate of {} at {} {seen}", self.name, self.at.ip());
        Finding::fail(reason.clone(), self.asked.expected(self.name), reason, remedy)
    }
}

/// The finding about what one address served.
pub(crate) fn judge(leaf: &Leaf, now: Time, clock: Clock) -> Finding {
    let Some(own) = leaf.handshake.chain.first() else {
        return Finding::unknown(
            format!("{} sent no certificate", leaf.at),
            "look by hand with `openssl s_client`, then run again",
        );
    };
    let mut parts = vec![trusted(leaf, own), named(leaf, own), spoken(leaf)];
    parts.push(match clock {
        Clock::Skewed(apart) => Finding::unknown(
            format!("our clock and the target's are {} min apart", apart.abs() / 60_000),
            "set the clocks right (`timedatectl`), then run again: dates are not judged until then",
        ),
        Clock::Right => dated(leaf, own, now),
        Clock::Unproven => {
            dated(leaf, own, now).unproven("that our clock and the target's agree (no `Date`)")
        }
    });
    let whole = worst(parts);
    if whole.verdict != Verdict::Pass {
        return whole;
    }
    let stapled = if leaf.handshake.stapled {
        "revocation: what the stapled OCSP answer says is not read"
    } else {
        "revocation: no OCSP answer is stapled"
    };
    let left = own.not_after.since(now) / DAY;
    let days = format!("{left} days, until {}", dates::day(own.not_after));
    let mut finding =
        Finding::pass(format!("{} serves a good certificate for {days}", leaf.at.ip()))
            .expected(leaf.asked.expected(leaf.name))
            .seen(format!("{} from {}, {}", own.subject, own.issuer, leaf.handshake.protocol))
            .unproven(stapled);
    finding.unproven.extend(whole.unproven);
    finding
}

fn trusted(leaf: &Leaf, own: &Certificate) -> Finding {
    match &leaf.handshake.trust {
        Trust::Trusted => Finding::pass("the chain is trusted"),
        Trust::NoRoots => Finding::unknown(
            "this vantage has no authorities to judge a certificate by",
            "install `ca-certificates` there, or name a PEM file with `roots` at the target",
        ),
        Trust::Untrusted(why) => {
            let alone = leaf.handshake.chain.len() == 1 && own.issuer != own.subject;
            if alone {
                let remedy = "send the intermediates too: `ssl_certificate fullchain.pem;` in \
                              nginx, then `nginx -s reload`";
                leaf.fail("comes without its intermediate", remedy.to_owned())
                    .easy_to_miss("browsers fetch or remember a missing intermediate; `curl` and other programs do not")
            } else {
                leaf.fail(
                    &format!("is not trusted: {why}"),
                    String::from(
                        "get one from an authority that clients trust; a private authority is \
                         declared with `roots` at the target in holdpoint.toml",
                    ),
                )
                .easy_to_miss("`curl -k` would have gone on without a word")
            }
        }
    }
}

fn named(leaf: &Leaf, own: &Certificate) -> Finding {
    if own.names.iter().any(|pattern| covers(pattern, leaf.name)) {
        return Finding::pass("the name is covered");
    }
    let names = if own.names.is_empty() { String::from("no name") } else { own.names.join(", ") };
    leaf.fail(
        &format!("is for {}", web::short(&names)),
        format!("get a certificate whose subject alternative names hold {}", leaf.name),
    )
}

/// Whether a subject alternative name covers a name: a star stands for one whole label on the left.
fn covers(pattern: &str, name: &str) -> bool {
    if let (Ok(one), Ok(other)) = (pattern.parse::<IpAddr>(), name.parse::<IpAddr>()) {
        return one == other;
    }
    let (pattern, name) = (pattern.trim_end_matches('.'), name.trim_end_matches('.'));
    if pattern.eq_ignore_ascii_case(name) {
        return true;
    }
    let (Some(parent), Some((label, rest))) = (pattern.strip_prefix("*."), name.split_once('.'))
    else {
        return false;
    };
    !label.is_empty()
        && parent.contains('.')
        && parent.eq_ignore_ascii_case(rest)
        && name.parse::<IpAddr>().is_err()
}

fn spoken(leaf: &Leaf) -> Finding {
    let protocol = leaf.handshake.protocol.as_str();
    let version = Version::ALL.into_iter().find(|it| protocol.ends_with(it.name()));
    match version {
        Some(version) if leaf.asked.min_tls <= version => Finding::pass("the protocol is new"),
        Some(_) => leaf.fail(
            &format!("is served over {protocol} at best"),
            format!("offer it: `ssl_protocols TLSv{};` in nginx", leaf.asked.min_tls.name()),
        ),
        None => Finding::unknown(
            format!("{} speaks `{protocol}`, which this version does not know", leaf.at),
            "look by hand with `openssl s_client`, then run again",
        ),
    }
}

fn dated(leaf: &Leaf, own: &Certificate, now: Time) -> Finding {
    let renew = || match leaf.latest {
        Some(latest) if own.not_after < latest => format!(
            "reload the server at {} (`nginx -s reload`): another address already serves one that \
             ends on {}",
            leaf.at.ip(),
            dates::day(latest)
        ),
        Some(_) | None => String::from(
            "renew it (`certbot renew`) and reload the server (`nginx -s reload`): a renewed file \
             is served only after that",
        ),
    };
    if now < own.not_before {
        let day = dates::day(own.not_before);
        let remedy = format!("serve the one before it until {day}, or set the clocks right");
        return leaf.fail(&format!("is not valid before {day}"), remedy);
    }
    let left = own.not_after.since(now);
    if left < 0 {
        return leaf.fail(&format!("ended on {}", dates::day(own.not_after)), renew());
    }
    let bound = leaf.asked.min_days;
    let operator = bound.operator.unwrap_or(Operator::AtLeast);
    let asked = i128::from(bound.thousandths) * i128::from(DAY);
    if !operator.holds(i128::from(left) * 1_000, asked) {
        let asked = Days::show(bound.thousandths);
        let seen =
            format!("ends in {} days, {} asked for", left / DAY, asked.trim_end_matches(" days"));
        return leaf
            .fail(&seen, renew())
            .easy_to_miss("browsers say nothing until the last day, and ask one address only");
    }
    above(leaf, own, now)
}

/// The dates of what the certificate hangs on: a chain is as good as its shortest link. A root
/// that was sent too is not looked at, clients have their own.
fn above(leaf: &Leaf, own: &Certificate, now: Time) -> Finding {
    let bound = leaf.asked.min_days;
    let least = matches!(bound.operator, None | Some(Operator::AtLeast | Operator::Greater));
    let asked = i128::from(bound.thousandths) * i128::from(DAY);
    let operator = bound.operator.unwrap_or(Operator::AtLeast);
    let remedy = || {
        String::from(
            "send the authority's present intermediate: `ssl_certificate fullchain.pem;`, renewed \
             if need be",
        )
    };
    let mut below = own;
    let mut finding = Finding::pass("the dates are good");
    for link in leaf.handshake.chain.iter().skip(1).filter(|it| it.issuer != it.subject) {
        let left = link.not_after.since(now);
        let day = dates::day(link.not_after);
        if link.subject != below.issuer {
            if left < 0 {
                finding = finding.unproven(format!(
                    "that clients go past `{}`, which was sent and ended on {day}",
                    link.subject
                ));
            }
            continue;
        }
        let name = web::short(&link.subject);
        if left < 0 {
            return leaf.fail(
                &format!("hangs on an intermediate that ended on {day} (`{name}`)"),
                remedy(),
            );
        }
        if least && !operator.holds(i128::from(left) * 1_000, asked) {
            let seen = format!(
                "hangs on an intermediate, `{name}`, that ends in {} days, {} asked for",
                left / DAY,
                Days::show(bound.thousandths).trim_end_matches(" days")
            );
            return leaf
                .fail(&seen, remedy())
                .easy_to_miss("`openssl x509 -enddate` shows the first certificate only");
        }
        below = link;
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_one_label() {
        let cases = [
            ("shop.test", "shop.test", true),
            ("SHOP.test", "shop.TEST", true),
            ("*.shop.test", "api.shop.test", true),
            ("*.shop.test", "shop.test", false),
            ("*.shop.test", "a.b.shop.test", false),
            ("a*.shop.test", "api.shop.test", false),
            ("*.test", "shop.test", false),
            ("*.0.0.1", "10.0.0.1", false),
            ("10.0.0.1", "10.0.0.1", true),
            ("2001:db8::1", "2001:db8:0::1", true),
            ("shop.test", "evilshop.test", false),
        ];
        for (pattern, name, want) in cases {
            assert_eq!(covers(pattern, name), want, "{pattern} {name}");
        }
    }

    #[test]
    fn versions_are_read_with_an_operator() {
        assert_eq!(Version::read(">= 1.2"), Ok(Version::Tls12));
        assert_eq!(Version::read("v1.3"), Ok(Version::Tls13));
        assert!(Version::read("2.0").is_err());
    }
}
