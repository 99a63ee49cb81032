//! Reaches what the settings declare, and nothing else: does it answer, and what time is it there?

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use holdpoint_bind::settings::{Settings, Target};
use holdpoint_model::{
    ask::{Host, Request, What},
    fault::Fault,
    limits::SKEW_MS_MAX,
    scope::{Scope, Site},
    seen::Seen,
    time::Time,
    wire::{Outcome, Wire},
};
use holdpoint_report::when::http_date;
use tokio::time::timeout;

use super::{Finding, Level, age};
use crate::{
    elsewhere::Elsewhere,
    exit::Stop,
    looking::{self, now, wires},
    out,
};

const AREA: &str = "declared targets and vantages";

/// How long one look may take.
const LOOK_MS: u32 = 3_000;
/// How long everything about one target may take.
const TARGET_MAX: Duration = Duration::from_secs(8);

/// What was reached.
pub(crate) struct Contacts {
    pub(crate) names: Vec<String>,
    pub(crate) findings: Vec<Finding>,
}

/// What one target or vantage said.
struct Reached {
    finding: Finding,
    /// How far its clock is ahead of ours, in milliseconds.
    ahead: Option<i64>,
}

impl Reached {
    fn fine(name: &str, says: String) -> Self {
        Self { finding: Finding::new(AREA, name, Level::Fine, says), ahead: None }
    }

    fn silent(name: &str, says: String, remedy: &str) -> Self {
        let finding = Finding::new(AREA, name, Level::Warning, says).remedy(remedy);
        Self { finding, ahead: None }
    }
}

/// Something to reach.
enum Place {
    Web(Box<Scope>, Site),
    Ssh(String),
    Vantage(Box<Elsewhere>),
}

pub(crate) fn contact(settings: &Settings, quiet: bool) -> Result<Contacts, Stop> {
    let places = places(settings);
    let names: Vec<String> = places.iter().map(|(name, _)| name.clone()).collect();
    if places.is_empty() {
        let finding = Finding::new(AREA, "nothing", Level::Note, "there is nothing to reach")
            .remedy("declare a target with `url`, `host` or `ssh` in holdpoint.toml");
        return Ok(Contacts { names, findings: vec![finding] });
    }
    if !quiet {
        out::progress(&format!("reaching {} …\n", names.join(", ")));
    }
    let runtime = looking::tokio()?;
    let reached = runtime.block_on(async {
        let wires = Arc::new(wires());
        let mut tasks = Vec::new();
        for (name, place) in places {
            let wires = Arc::clone(&wires);
            let shown = name.clone();
            let work = async move { reach(&name, &place, &wires).await };
            tasks.push((shown, tokio::spawn(timeout(TARGET_MAX, work))));
        }
        let mut all = Vec::new();
        for (name, task) in tasks {
            let silent = || {
                let says = format!("no answer within {} s", TARGET_MAX.as_secs());
                Reached::silent(&name, says, "see that it can be reached from this machine")
            };
            all.push(match task.await {
                Ok(Ok(reached)) => reached,
                Ok(Err(_)) | Err(_) => silent(),
            });
        }
        all
    });
    // A program at a vantage that does not end is not waited for.
    runtime.shutdown_background();
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(clocks(&reached));
    findings.extend(reached.into_iter().map(|it| it.finding));
    Ok(Contacts { names, findings })
}

fn places(settings: &Settings) -> Vec<(String, Place)> {
    let mut all = Vec::new();
    for (name, target) in &settings.targets {
        let shown = format!("target.{name}");
        if let Some((scope, site)) = web(name, target) {
            all.push((shown, Place::Web(Box::new(scope), site)));
        } else if let Some(to) = target.fields.get("ssh") {
            all.push((shown, Place::Ssh(to.clone())));
        }
    }
    for (name, vantage) in &settings.vantages {
        if let Some(way) = Elsewhere::of(vantage) {
            all.push((format!("vantage.{name}"), Place::Vantage(Box::new(way))));
        }
    }
    all
}

fn web(name: &str, target: &Target) -> Option<(Scope, Site)> {
    let mut scope = Scope::new(name, now());
    scope.fields = target.fields.clone();
    let site = scope.site().ok()?;
    Some((scope, site))
}

async fn reach(name: &str, place: &Place, wires: &[Arc<dyn Wire>]) -> Reached {
    match place {
        Place::Web(scope, site) => reach_web(name, scope, site, wires).await,
        Place::Ssh(to) => {
            let what = What::Stat { on: Host::Ssh(to.clone()), path: String::from("/") };
            let outcome = look(wires, &what).await;
            match outcome.result {
                Ok(_) => Reached::fine(name, format!("`ssh {to}` lets us in")),
                Err(fault) => Reached::silent(
                    name,
                    format!("`ssh {to}`: {}", words(fault, &outcome.note)),
                    &format!("see that `ssh -o BatchMode=yes {to} true` works by hand"),
                ),
            }
        }
        Place::Vantage(way) => {
            // Its own name is known everywhere, and nothing else is asked there.
            let what = What::Addresses { name: String::from("localhost") };
            let outcome = match way.look(&what) {
                Some(look) => look.await,
                None => Outcome::fault(Fault::Unsupported, ""),
            };
            match outcome.result {
                Ok(_) => Reached::fine(name, String::from("looks can be made from there")),
                Err(Fault::NoVantage) => Reached::silent(
                    name,
                    words(Fault::NoVantage, &outcome.note),
                    "see that `holdpoint` is installed there and can be reached without a password",
                ),
                // It answered: what it could not see is of no interest here.
                Err(_) => Reached::fine(name, String::from("looks can be made from there")),
            }
        }
    }
}

async fn reach_web(name: &str, scope: &Scope, site: &Site, wires: &[Arc<dyn Wire>]) -> Reached {
    let shown = format!("{}://{}", site.scheme.word(), site.authority());
    let addresses = match addresses(scope, &site.host, wires).await {
        Ok(addresses) => addresses,
        Err((fault, note)) => {
            let says = format!("{}: {}", site.host, words(fault, &note));
            let remedy = "mend the name, or pin it with `resolve` at the target";
            return Reached::silent(name, says, remedy);
        }
    };
    let Some(first) = addresses.first() else {
        let says = format!("{} has no address", site.host);
        return Reached::silent(
            name,
            says,
            "mend the name, or pin it with `resolve` at the target",
        );
    };
    let request = Request {
        method: String::from("GET"),
        scheme: site.scheme,
        host: site.host.clone(),
        port: site.port,
        path: format!("{}/", site.base),
        at: *first,
        headers: Vec::new(),
        authorization: None,
        source: None,
        roots: scope.roots(),
        body_max: 1_024,
        timeout_ms: LOOK_MS,
    };
    let began = now();
    let outcome = look(wires, &What::Http(request)).await;
    let many = if addresses.len() == 1 {
        String::from("1 address")
    } else {
        format!("{} addresses", addresses.len())
    };
    match outcome.result {
        Ok(Seen::Http(response)) => {
            let date = response.headers.iter().find(|(name, _)| name == "date");
            let there = date.and_then(|(_, value)| http_date(value));
            let ahead = there.map(|there| ahead(there, began, now()));
            let clock = match ahead {
                Some(ahead) if ahead.abs() <= 1_000 => String::from("its clock is ours"),
                Some(ahead) => {
                    let side = if 0 < ahead { "ahead of" } else { "behind" };
                    format!("its clock is {} {side} ours", age(ahead.abs()))
                }
                None => String::from("it does not tell its time"),
            };
            let (status, ms) = (response.status, response.total_ms);
            let says = format!("{shown}: {many}, answers {status} in {ms} ms, {clock}");
            Reached { ahead, ..Reached::fine(name, says) }
        }
        Ok(_) => Reached::fine(name, format!("{shown}: {many}, answers")),
        Err(fault) => {
            let at = SocketAddr::new(*first, site.port);
            let (blame, remedy) = blame(fault);
            let says = format!("{shown} at {at}: {}{blame}", words(fault, &outcome.note));
            Reached::silent(name, says, remedy)
        }
    }
}

/// Whose fault it seems to be, and what to do about it.
fn blame(fault: Fault) -> (&'static str, &'static str) {
    match fault {
        Fault::Untrusted => {
            ("", "name its authority with `roots` at the target, or mend the certificate")
        }
        Fault::Refused | Fault::Reset => {
            ("; it is them: the machine is there", "start what should answer on that port")
        }
        Fault::Unreachable => {
            ("; it is us: there is no way from here to that network", "mend the network here")
        }
        Fault::TimedOut
        | Fault::NoAnswer
        | Fault::NameNotFound
        | Fault::Denied
        | Fault::Throttled
        | Fault::Garbled
        | Fault::TooLarge
        | Fault::NoTool
        | Fault::Unsupported
        | Fault::NoVantage => ("", "see whether others on this network reach it"),
    }
}

async fn addresses(
    scope: &Scope,
    host: &str,
    wires: &[Arc<dyn Wire>],
) -> Result<Vec<IpAddr>, (Fault, String)> {
    let pinned = scope.pinned(host);
    if !pinned.is_empty() {
        return Ok(pinned);
    }
    if let Ok(address) = host.parse() {
        return Ok(vec![address]);
    }
    let outcome = look(wires, &What::Addresses { name: host.to_owned() }).await;
    match outcome.result {
        Ok(Seen::Addresses(all)) => Ok(all),
        Ok(_) => Ok(Vec::new()),
        Err(fault) => Err((fault, outcome.note)),
    }
}

async fn look(wires: &[Arc<dyn Wire>], what: &What) -> Outcome {
    match wires.iter().find_map(|wire| wire.look(what)) {
        Some(look) => look.await,
        None => Outcome::fault(Fault::Unsupported, ""),
    }
}

fn words(fault: Fault, note: &str) -> String {
    if note.is_empty() {
        fault.sentence().to_owned()
    } else {
        format!("{}: {note}", fault.sentence())
    }
}

/// Whole seconds stand in a `Date`, and it was written somewhere between question and answer.
fn ahead(there: Time, began: Time, ended: Time) -> i64 {
    if there.plus(1_000).0 < began.0 {
        there.plus(1_000).since(began)
    } else if ended.0 < there.0 {
        there.since(ended)
    } else {
        0
    }
}

/// Whether it is our clock or theirs: what most targets agree on is taken for the time.
fn clocks(reached: &[Reached]) -> Option<Finding> {
    let told: Vec<i64> = reached.iter().filter_map(|it| it.ahead).collect();
    let off: Vec<i64> = told.iter().copied().filter(|it| SKEW_MS_MAX < it.abs()).collect();
    let worst = off.iter().copied().max_by_key(|it| it.abs())?;
    let side = if 0 < worst { "behind" } else { "ahead of" };
    let says = format!(
        "{} of {} targets are more than 5 minutes away from our clock; ours is {} {side} the farthest",
        off.len(),
        told.len(),
        age(worst.abs())
    );
    let us = told.len() < off.len() * 2;
    let finding = Finding::new(AREA, "clocks", Level::Warning, says);
    Some(if us {
        finding.remedy("set the clock of this machine: most targets agree that it is us")
    } else {
        finding.remedy("set the clock there: most targets agree with this machine")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(ahead: i64) -> Reached {
        Reached { ahead: Some(ahead), ..Reached::fine("target.x", String::new()) }
    }

    #[test]
    fn tells_us_from_them() {
        const HOUR: i64 = 3_600_000;
        assert!(clocks(&[told(1_000), told(-2_000)]).is_none());
        let us = clocks(&[told(HOUR), told(HOUR), told(0)]).unwrap();
        assert!(us.says.contains("behind") && us.remedy.unwrap().contains("is us"));
        let them = clocks(&[told(-HOUR), told(0), told(0)]).unwrap();
        assert!(them.remedy.unwrap().contains("there"));
    }

    #[test]
    fn a_date_of_whole_seconds_is_no_skew() {
        assert_eq!(ahead(Time(5_000), Time(5_900), Time(6_100)), 0);
        assert_eq!(ahead(Time(9_000), Time(5_900), Time(6_000)), 3_000);
        assert_eq!(ahead(Time(1_000), Time(6_000), Time(6_100)), -4_000);
    }
}
