//! A site that a run looks at: served on loopback by this process, and changed while it is up.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use holdpoint_lab::{Limiter, Reply, Request, Server, http};
use tokio::runtime::Runtime;

/// The site; it ends when dropped.
pub(crate) struct Site {
    server: Server,
    healthy: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    _runtime: Runtime,
}

impl Site {
    /// Every path answers that it is well, or, where the path holds `sick`, that it is not;
    /// `/limited` counts with this limiter.
    pub(crate) fn new(limiter: Option<Limiter>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let healthy = Arc::new(AtomicBool::new(true));
        let asked = Arc::new(AtomicUsize::new(0));
        let (well, count) = (Arc::clone(&healthy), Arc::clone(&asked));
        let answer = move |request: &Request| {
            count.fetch_add(1, Ordering::SeqCst);
            match &limiter {
                Some(limiter) if request.path.starts_with("/limited") => limiter.reply(request),
                Some(_) | None => {
                    let well = well.load(Ordering::SeqCst) && !request.path.contains("sick");
                    let word = if well { "ok" } else { "degraded" };
                    let body = format!("{{\"status\":\"{word}\"}}");
                    Reply::new(200, body).with("content-type", "application/json")
                }
            }
        };
        let server = runtime.block_on(http(answer));
        Self { server, healthy, asked, _runtime: runtime }
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.server.port())
    }

    /// Whether it says from now on that it is well.
    pub(crate) fn be_healthy(&self, healthy: bool) {
        self.healthy.store(healthy, Ordering::SeqCst);
    }

    /// Makes it well after a while, from a thread of its own.
    pub(crate) fn recovers_after(&self, pause: std::time::Duration) {
        let healthy = Arc::clone(&self.healthy);
        std::thread::spawn(move || {
            std::thread::sleep(pause);
            healthy.store(true, Ordering::SeqCst);
        });
    }

    /// How many requests came in so far.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}
