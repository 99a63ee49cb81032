//! How much may be asked of a target at a time.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use holdpoint_model::limits;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

/// Places and pace of one target.
#[derive(Clone, Debug)]
struct Budget {
    places: Arc<Semaphore>,
    gap: Duration,
    next: Arc<Mutex<Option<Instant>>>,
}

/// Places and pace of every target, and of the whole run.
#[derive(Clone, Debug)]
pub struct Budgets {
    whole: Arc<Semaphore>,
    targets: BTreeMap<String, Budget>,
}

/// A place that is given back when it is dropped.
pub(crate) struct Place {
    _target: Option<OwnedSemaphorePermit>,
    _whole: OwnedSemaphorePermit,
}

impl Budgets {
    /// `declared` holds, by target, how many looks may be under way and how many may begin in a
    /// second (0: as many as there are places).
    pub fn new(
        targets: impl IntoIterator<Item = String>,
        declared: &BTreeMap<String, (usize, u32)>,
    ) -> Self {
        let budget = |name: &String| {
            let (places, rate) =
                declared.get(name).copied().unwrap_or((limits::TARGET_IN_FLIGHT, 0));
            Budget {
                places: Arc::new(Semaphore::new(places.max(1))),
                gap: if rate == 0 { Duration::ZERO } else { Duration::from_secs(1) / rate },
                next: Arc::new(Mutex::new(None)),
            }
        };
        Self {
            whole: Arc::new(Semaphore::new(limits::IN_FLIGHT_MAX)),
            targets: targets.into_iter().map(|name| (name.clone(), budget(&name))).collect(),
        }
    }

    /// Waits for a place at `target`.
    pub(crate) async fn place(&self, target: &str) -> Place {
        let budget = self.targets.get(target);
        let permit = match budget {
            Some(budget) => {
                let permit = Arc::clone(&budget.places).acquire_owned().await;
                Some(permit.expect("the semaphore is never closed"))
            }
            None => None,
        };
        if let Some(budget) = budget.filter(|budget| !budget.gap.is_zero()) {
            let due = {
                let mut next = budget.next.lock().expect("nobody panics while holding it");
                let due = next.unwrap_or_else(Instant::now).max(Instant::now());
                *next = Some(due + budget.gap);
                due
            };
            tokio::time::sleep_until(due).await;
        }
        let whole = Arc::clone(&self.whole).acquire_owned().await;
        Place { _target: permit, _whole: whole.expect("the semaphore is never closed") }
    }
}
