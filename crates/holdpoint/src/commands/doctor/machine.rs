//! The machine: its clock, how names are found, whom it trusts, and what its terminal shows.

use std::{
    net::ToSocketAddrs,
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use holdpoint_model::{limits::SKEW_MS_MAX, time::Time};
use holdpoint_report::{style::Style, when::rfc3339};

use super::{Finding, Level, age};
use crate::{looking::now, out};

const AREA: &str = "this machine";

/// Two clocks started together: one that is set, and one that only goes on.
pub(crate) struct Watch {
    wall: SystemTime,
    steady: Instant,
}

/// How far the two clocks may come apart while the doctor is at work.
const STEP_MAX: Duration = Duration::from_millis(250);

impl Watch {
    pub(crate) fn start() -> Self {
        Self { wall: SystemTime::now(), steady: Instant::now() }
    }

    /// A finding when the clock was set while we looked.
    pub(crate) fn stepped(&self) -> Option<Finding> {
        let steady = self.steady.elapsed();
        let step = match self.wall.elapsed() {
            Ok(wall) => wall.abs_diff(steady),
            Err(back) => back.duration().saturating_add(steady),
        };
        (STEP_MAX < step).then(|| {
            let says = format!("the clock was moved by {} ms while we looked", step.as_millis());
            Finding::new(AREA, "clock steps", Level::Warning, says)
                .remedy("let one program keep the clock, and wait until it is settled")
        })
    }
}

pub(crate) fn findings(
    newest: Option<Time>,
    document: Option<&Path>,
    style: Style,
) -> Vec<Finding> {
    let mut all = vec![clock(newest, document), resolver(), names(), authorities(), proxies()];
    all.push(terminal(style));
    all
}

/// Without contacting anybody the clock can be compared with what was written by it before.
fn clock(newest: Option<Time>, document: Option<&Path>) -> Finding {
    let (now, keeper) = (now(), keeper());
    let shown = rfc3339(now);
    let shown = shown.get(..16).unwrap_or(&shown).replace('T', " ");
    let kept = keeper.map_or_else(
        || String::from("nothing on this machine is seen to keep it"),
        |it| format!("kept by {it}"),
    );
    if let Some(newest) = newest.filter(|newest| SKEW_MS_MAX < newest.since(now)) {
        let says = format!("{shown} UTC, {} before the newest record", age(newest.since(now)));
        return Finding::new(AREA, "clock", Level::Stops, says)
            .remedy("set the clock; what rests on time would be judged wrongly");
    }
    let written = document.and_then(|path| path.metadata().ok()?.modified().ok());
    let written = written.and_then(|it| it.duration_since(UNIX_EPOCH).ok());
    let written = written.and_then(|it| i64::try_from(it.as_millis()).ok()).map(Time);
    if let Some(written) = written.filter(|written| SKEW_MS_MAX < written.since(now)) {
        let says =
            format!("{shown} UTC, {} before the checklist was saved", age(written.since(now)));
        return Finding::new(AREA, "clock", Level::Warning, says)
            .remedy("see which is wrong, the clock or the date of the file");
    }
    let after = newest.map_or_else(String::new, |newest| {
        format!(", {} after the newest record", age(now.since(newest).max(0)))
    });
    let level = if keeper.is_some() { Level::Fine } else { Level::Note };
    let finding = Finding::new(AREA, "clock", level, format!("{shown} UTC{after}; {kept}"));
    if keeper.is_some() {
        finding
    } else {
        finding.remedy("`--contact` compares it with the declared targets")
    }
}

/// The program that keeps the clock, as far as files tell.
fn keeper() -> Option<&'static str> {
    if Path::new("/run/systemd/timesync/synchronized").exists() {
        return Some("systemd-timesyncd, synchronized");
    }
    let known = [
        ("chronyd", "chrony"),
        ("ntpd", "ntpd"),
        ("systemd-timesyn", "systemd-timesyncd, not synchronized yet"),
        ("openntpd", "openntpd"),
        ("ptp4l", "ptp4l"),
    ];
    let folders = std::fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    let names = folders.filter_map(|it| std::fs::read_to_string(it.path().join("comm")).ok());
    let mut kept = names.filter_map(|name| {
        known.iter().find(|(program, _)| *program == name.trim()).map(|(_, says)| *says)
    });
    kept.next()
}

const RESOLV: &str = "/etc/resolv.conf";

/// How looks find the servers that know names; none of them is asked.
fn resolver() -> Finding {
    let text = match std::fs::read_to_string(RESOLV) {
        Ok(text) => text,
        Err(error) => {
            return Finding::new(AREA, "resolver", Level::Warning, format!("{RESOLV}: {error}"))
                .remedy("write a `nameserver` line, or pin names with `resolve` at the targets");
        }
    };
    let servers: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver"))
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .collect();
    if servers.is_empty() {
        let says = format!("{RESOLV} names no server");
        return Finding::new(AREA, "resolver", Level::Warning, says)
            .remedy("write a `nameserver` line, or pin names with `resolve` at the targets");
    }
    let bad: Vec<&&str> =
        servers.iter().filter(|it| it.parse::<std::net::IpAddr>().is_err()).collect();
    if let Some(bad) = bad.first() {
        let says = format!("{RESOLV} names `{bad}`, which is no address");
        return Finding::new(AREA, "resolver", Level::Warning, says)
            .remedy("write an address behind `nameserver`");
    }
    let says = format!("{RESOLV}: {}", servers.join(", "));
    Finding::new(AREA, "resolver", Level::Fine, says)
}

/// Whether this machine knows itself: `localhost` comes from its own files.
fn names() -> Finding {
    let found = ("localhost", 80).to_socket_addrs().map(|all| all.map(|it| it.ip()).collect());
    let found: Vec<_> = found.unwrap_or_default();
    if found.is_empty() {
        return Finding::new(AREA, "localhost", Level::Warning, "has no address")
            .remedy("write `127.0.0.1 localhost` into /etc/hosts");
    }
    let strange = found.iter().find(|it| !it.is_loopback());
    if let Some(strange) = strange {
        let says = format!("leads to {strange}, which is not this machine");
        return Finding::new(AREA, "localhost", Level::Warning, says)
            .remedy("write `127.0.0.1 localhost` into /etc/hosts");
    }
    let mut texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    texts.sort();
    texts.dedup();
    Finding::new(AREA, "localhost", Level::Fine, texts.join(", "))
}

/// The authorities that TLS peers are judged by.
fn authorities() -> Finding {
    let loaded = rustls_native_certs::load_native_certs();
    let from = match (std::env::var("SSL_CERT_FILE"), std::env::var("SSL_CERT_DIR")) {
        (Ok(file), _) => format!(", from SSL_CERT_FILE={file}"),
        (Err(_), Ok(folder)) => format!(", from SSL_CERT_DIR={folder}"),
        (Err(_), Err(_)) => String::new(),
    };
    let wrong = loaded.errors.first().map_or_else(String::new, |it| format!("; {it}"));
    match loaded.certs.len() {
        0 => {
            let says = format!("none found{from}{wrong}");
            Finding::new(AREA, "authorities", Level::Warning, says)
                .remedy("install `ca-certificates`, or name a file with `roots` at the targets")
        }
        count => {
            let level = if wrong.is_empty() { Level::Fine } else { Level::Note };
            let says = format!("{count} trusted{from}{wrong}");
            Finding::new(AREA, "authorities", level, says)
        }
    }
}

/// Proxies that other programs would take.
fn proxies() -> Finding {
    let names =
        ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let set: Vec<&str> = names.into_iter().filter(set).collect();
    if set.is_empty() {
        return Finding::new(AREA, "proxies", Level::Fine, "none in the environment");
    }
    // An address may carry a password: only the names are told.
    let (verb, it) = if set.len() == 1 { ("is", "it") } else { ("are", "them") };
    let says = format!(
        "{} {verb} set, and looks do not use {it}: what `curl` sees through a proxy may differ",
        set.join(", ")
    );
    Finding::new(AREA, "proxies", Level::Warning, says)
        .remedy("look from a vantage that reaches the targets directly: `[vantage.NAME] ssh = …`")
}

fn terminal(style: Style) -> Finding {
    let ends = |terminal: bool| if terminal { "terminal" } else { "no terminal" };
    let color = if style.color { "colour" } else { "no colour" };
    let letters = if style.ascii { "ASCII" } else { "UTF-8" };
    let says = format!(
        "results: {}, progress: {}; {} columns, {color}, {letters}",
        ends(out::stdout_is_terminal()),
        ends(out::stderr_is_terminal()),
        style.width
    );
    Finding::new(AREA, "terminal", Level::Fine, says)
}
