//! Where looks are made from: this machine's wires, and agents elsewhere.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use holdpoint_model::{
    ask::{Ask, Request, What},
    fault::Fault,
    seen::{Response, Seen},
    wire::{Outcome, Wire},
};

/// Answers what an earlier run saw; `None` when there was none.
pub type Earlier = Arc<dyn Fn(&What) -> Option<Seen> + Send + Sync>;

/// Every vantage of a run.
#[derive(Clone)]
pub struct Vantages {
    here: Vec<Arc<dyn Wire>>,
    others: BTreeMap<String, Arc<dyn Wire>>,
    earlier: Earlier,
}

/// How long a target that asks for a pause is given at the most.
const PAUSE_MAX: Duration = Duration::from_secs(30);

impl Vantages {
    /// The wires of this machine; the first that speaks what is asked is taken.
    pub fn new(here: Vec<Arc<dyn Wire>>, earlier: Earlier) -> Self {
        Self { here, others: BTreeMap::new(), earlier }
    }

    /// Adds a vantage elsewhere.
    pub fn add(&mut self, name: &str, wire: Arc<dyn Wire>) {
        self.others.insert(name.to_owned(), wire);
    }

    /// One look, within the patience of its ask. A wire that breaks is blindness, never a verdict.
    pub(crate) async fn look(&self, ask: &Ask) -> Outcome {
        if let What::Earlier(what) = &ask.what {
            return Outcome::seen((self.earlier)(what).unwrap_or(Seen::Absent));
        }
        let patience = Duration::from_millis(ask.what.patience_ms().into());
        let future = match ask.from.0.as_str() {
            "here" => self.here.iter().find_map(|wire| wire.look(&ask.what)),
            name => match self.others.get(name) {
                Some(wire) => wire.look(&ask.what),
                None => return Outcome::fault(Fault::NoVantage, ""),
            },
        };
        let Some(future) = future else { return Outcome::fault(Fault::Unsupported, "") };
        match tokio::time::timeout(patience, future).await {
            Ok(outcome) => outcome,
            Err(_) => Outcome::fault(Fault::TimedOut, "the wire did not come back in time"),
        }
    }
}

/// The pause that an answer asks for when it only says that we asked too much: 429, or 503 with
/// `Retry-After`. Such an answer says nothing about the claim.
pub(crate) fn pause(what: &What, outcome: &Outcome) -> Option<Duration> {
    let (What::Http(Request { .. }), Ok(Seen::Http(response))) = (what, &outcome.result) else {
        return None;
    };
    let after = retry_after(response);
    match response.status {
        429 => Some(after.unwrap_or(Duration::from_secs(1)).min(PAUSE_MAX)),
        503 => after.map(|after| after.min(PAUSE_MAX)),
        _ => None,
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.value("retry-after")?;
    Some(value.trim().parse().map_or(Duration::from_secs(1), Duration::from_secs))
}
