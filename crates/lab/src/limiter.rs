//! A rate limit as services have them, with the mistakes they make.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::http::{Reply, Request};

/// By what requests are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The address of the client.
    Client,
    /// The first address of `X-Forwarded-For`, which anyone can write.
    Forwarded,
    /// All clients together.
    Shared,
}

/// Counts requests in fixed windows.
#[derive(Debug)]
pub struct Limiter {
    key: Key,
    limit: u32,
    window: Duration,
    recovers: bool,
    counts: Mutex<BTreeMap<String, (Instant, u32)>>,
}

impl Limiter {
    /// So many requests in each window.
    pub fn new(key: Key, limit: u32, window: Duration) -> Self {
        Self { key, limit, window, recovers: true, counts: Mutex::default() }
    }

    /// A client that was over the limit once stays locked out.
    #[must_use]
    pub fn for_good(self) -> Self {
        Self { recovers: false, ..self }
    }

    /// 200, or 429 with `Retry-After`.
    pub fn reply(&self, request: &Request) -> Reply {
        let now = Instant::now();
        let client = match self.key {
            Key::Client => request.peer.ip().to_string(),
            Key::Forwarded => match request.header("x-forwarded-for") {
                Some(value) => value.split(',').next().unwrap_or_default().trim().to_owned(),
                None => request.peer.ip().to_string(),
            },
            Key::Shared => String::new(),
        };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, count) = counts.entry(client).or_insert((now, 0));
        let locked = !self.recovers && self.limit < *count;
        if self.window <= now.duration_since(*since) && !locked {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        if *count <= self.limit {
            return Reply::new(200, "ok");
        }
        let left = self.window.saturating_sub(now.duration_since(*since));
        let seconds = left.as_secs().saturating_add(1).to_string();
        Reply::new(429, "slow down").with("Retry-After", &seconds)
    }
}
