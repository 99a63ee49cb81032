//! A sliding window for each client address.

use std::{
    collections::{BTreeMap, VecDeque},
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

/// Counts requests.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    clients: Mutex<BTreeMap<IpAddr, VecDeque<Instant>>>,
}

impl Limiter {
    /// Whether this client may go on.
    pub(crate) fn admits(&self, client: IpAddr, limit: usize, window: Duration) -> bool {
        let mut clients = self.clients.lock().expect("nobody panics while holding it");
        let now = Instant::now();
        let times = clients.entry(client).or_default();
        while times.front().is_some_and(|first| window <= now.duration_since(*first)) {
            times.pop_front();
        }
        let admitted = times.len() < limit;
        if admitted {
            times.push_back(now);
        }
        admitted
    }
}
