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
        self.reply_at(request, Instant::now())
    }

    /// The same at a moment of choice.
    pub fn reply_at(&self, request: &Request, now: Instant) -> Reply {
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

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn from(forwarded: &str) -> Request {
        Request {
            method: String::from("GET"),
            path: String::from("/"),
            headers: vec![(String::from("x-forwarded-for"), forwarded.to_owned())],
            body: Vec::new(),
            peer: ([127, 0, 0, 1], 9).into(),
            nth: 1,
        }
    }

    fn statuses(limiter: &Limiter, moments: &[(Duration, &str)]) -> Vec<u16> {
        let start = Instant::now();
        let reply =
            |(at, client): &(Duration, &str)| limiter.reply_at(&from(client), start + *at).status;
        moments.iter().map(reply).collect()
    }

    #[test]
    fn windows_end_unless_the_lock_is_for_good() {
        let moments = [(Duration::ZERO, "a"), (Duration::ZERO, "a"), (MINUTE, "a")];
        let limiter = || Limiter::new(Key::Client, 1, MINUTE);
        assert_eq!(statuses(&limiter(), &moments), [200, 429, 200]);
        assert_eq!(statuses(&limiter().for_good(), &moments), [200, 429, 429]);
    }

    #[test]
    fn keys_tell_clients_apart_or_do_not() {
        let moments = [(Duration::ZERO, "a"), (Duration::ZERO, "b")];
        let by = |key| statuses(&Limiter::new(key, 1, MINUTE), &moments);
        assert_eq!(by(Key::Client), [200, 429]);
        assert_eq!(by(Key::Forwarded), [200, 200]);
        assert_eq!(by(Key::Shared), [200, 429]);
    }
}
