//! What looking needs from this machine: the clock, signals, wires and vantages.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use holdpoint_model::{time::Time, wire::Wire};
use holdpoint_runtime::{Earlier, Vantages};
use holdpoint_wire_data::SqliteWire;
use holdpoint_wire_host::HostWire;
use holdpoint_wire_net::Net;
use tokio::sync::watch;

use crate::{
    elsewhere::Elsewhere,
    exit::{Exit, Stop},
    settings::Loaded,
};

/// The clock of this machine.
pub(crate) fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A runtime for looks.
pub(crate) fn tokio() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop { exit: Exit::Bug, message: format!("failed to start: {error}") })
}

/// The wires of this machine.
pub(crate) fn wires() -> Vec<Arc<dyn Wire>> {
    vec![Arc::new(Net::default()), Arc::new(HostWire::new()), Arc::new(SqliteWire::new())]
}

/// Every vantage of the settings. One that is declared in a way that this version cannot use is
/// left out: looks from it end in `no-vantage`.
pub(crate) fn vantages(config: &Loaded, earlier: Earlier) -> Vantages {
    let mut vantages = Vantages::new(wires(), earlier);
    for (name, vantage) in &config.settings.vantages {
        if vantage.here {
            if name != "here" {
                for wire in wires().into_iter().take(1) {
                    vantages.add(name, wire);
                }
            }
            continue;
        }
        if let Some(wire) = Elsewhere::of(vantage) {
            vantages.add(name, Arc::new(wire));
        }
    }
    vantages
}

/// Counts the signals that ask us to stop. The second one ends a program that does not listen any
/// more only through the driver, which kills what it started.
pub(crate) fn signals() -> watch::Receiver<u32> {
    use tokio::signal::unix::{SignalKind, signal};
    let (send, receive) = watch::channel(0);
    let kinds = [(SignalKind::interrupt(), false), (SignalKind::terminate(), true)];
    for (kind, ends) in kinds {
        let send = send.clone();
        if let Ok(mut stream) = signal(kind) {
            tokio::spawn(async move {
                while stream.recv().await.is_some() {
                    if ends {
                        TERMINATED.store(true, std::sync::atomic::Ordering::Relaxed);
                    }
                    send.send_modify(|count| *count += 1);
                }
            });
        }
    }
    receive
}

static TERMINATED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// How an interrupted command ends: 143 after SIGTERM, 130 otherwise.
pub(crate) fn interrupted() -> Exit {
    if TERMINATED.load(std::sync::atomic::Ordering::Relaxed) {
        Exit::Terminated
    } else {
        Exit::Interrupted
    }
}
