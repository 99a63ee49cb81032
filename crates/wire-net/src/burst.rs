//! Many equal requests, each sent when it is due whatever became of those before it.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use holdpoint_model::{
    ask::Request,
    fault::Fault,
    seen::{Seen, Shot},
    wire::Outcome,
};
use hyper::{
    body::Incoming,
    header::{HeaderName, HeaderValue},
    http::response::Parts,
};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, sleep_until, timeout_at},
};

use crate::{
    Net, body,
    connect::ms,
    link::{Link, Unanswered, Way},
    request::{self, Sent},
    secret::{Redactor, Secret},
    trouble::{Phase, Tried, Trouble, within},
};

/// Requests of one burst that are under way at the same time.
const IN_FLIGHT_MAX: usize = 64;

/// Requests of one burst.
const SHOTS_MAX: u32 = 100_000;

/// What the requests of a burst have in common.
struct Burst {
    way: Way,
    sent: Sent,
    timeout: Duration,
    idle: Mutex<Vec<Link>>,
}

/// Sends the burst, and tells what came of each request in the order in which they were due.
pub(crate) async fn look(
    net: &Net,
    ask: &Request,
    count: u32,
    over_ms: u32,
    forged: bool,
) -> Tried<Outcome> {
    if SHOTS_MAX < count {
        let note = format!("a burst has no more than {SHOTS_MAX} requests");
        return Err(Trouble::new(Fault::Unsupported, note));
    }
    let secret = match &ask.authorization {
        Some(reference) => Some(Secret::read(net, reference).await?),
        None => None,
    };
    let burst = Arc::new(Burst {
        way: Way::new(net, ask).await?,
        sent: request::build(ask, secret.as_ref())?,
        timeout: Duration::from_millis(ask.timeout_ms.into()),
        idle: Mutex::default(),
    });
    let shots = shoot(&burst, count, Duration::from_millis(over_ms.into()), forged).await;
    Ok(Outcome::seen(Seen::Burst(shots)))
}

async fn shoot(burst: &Arc<Burst>, count: u32, over: Duration, forged: bool) -> Vec<Shot> {
    let start = Instant::now();
    // Nothing is begun later than the last request may take, and nothing runs on behind that.
    let last = start + over + burst.timeout;
    let places = Arc::new(Semaphore::new(IN_FLIGHT_MAX));
    let mut under_way = JoinSet::new();
    let mut shots = Vec::new();
    let mut gather = |done: Result<(u32, Shot), _>| {
        // A task that broke is told as a shot that is missing, below.
        shots.extend(done.ok());
    };
    for nth in 0..count {
        sleep_until(start + over * nth / count).await;
        while let Some(done) = under_way.try_join_next() {
            gather(done);
        }
        let place = timeout_at(last, Arc::clone(&places).acquire_owned()).await;
        let Ok(Ok(place)) = place else { break };
        let (burst, forged) = (Arc::clone(burst), forged.then(|| client(nth)));
        under_way.spawn(async move {
            let sent = Instant::now();
            let deadline = last.min(sent + burst.timeout);
            let outcome = burst.one(forged, deadline).await.map_err(|it| it.fault);
            drop(place);
            (nth, Shot { at_ms: ms(sent.duration_since(start)), outcome })
        });
    }
    while let Some(done) = under_way.join_next().await {
        gather(done);
    }
    shots.sort_unstable_by_key(|(nth, _)| *nth);
    in_full(shots, count, ms(start.elapsed()))
}

/// Every request that was due, those that could not be begun in time as such.
fn in_full(shots: Vec<(u32, Shot)>, count: u32, end_ms: u32) -> Vec<Shot> {
    let mut made = shots.into_iter().peekable();
    let late = || Shot { at_ms: end_ms, outcome: Err(Fault::TimedOut) };
    (0..count)
        .map(|nth| made.next_if(|(it, _)| *it == nth).map_or_else(late, |(_, shot)| shot))
        .collect()
}

/// A different client for each request, from the addresses that are kept for documentation and,
/// when those are used up, for measurements.
fn client(nth: u32) -> Ipv4Addr {
    let base = match nth {
        0..254 => u32::from(Ipv4Addr::new(198, 51, 100, 1)),
        _ => u32::from(Ipv4Addr::new(198, 18, 0, 0)),
    };
    Ipv4Addr::from(base.saturating_add(nth))
}

impl Burst {
    async fn one(&self, forged: Option<Ipv4Addr>, deadline: Instant) -> Tried<u16> {
        let mut request = self.sent.clone();
        if let Some(client) = forged {
            let value = HeaderValue::from_str(&client.to_string());
            let value = value.expect("an address is a value of a header");
            request.headers_mut().insert(HeaderName::from_static("x-forwarded-for"), value);
        }
        let (head, incoming, mut link) = match self.over_kept(request, deadline).await {
            Kept::Answered(answered) => *answered,
            Kept::Broken(trouble) => return Err(trouble),
            Kept::Unsent(request) => {
                let mut link = self.way.open(deadline).await?;
                let answer = link.send(*request, deadline).await.map_err(|it| it.trouble)?;
                let (head, incoming) = answer.into_parts();
                (head, incoming, link)
            }
        };
        let reading = body::read(incoming, 0, Redactor::new(None));
        let body = within(deadline, Phase::Body, link.drive(reading)).await??;
        if body.ended && link.is_ready().await {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(link);
        }
        Ok(head.status.as_u16())
    }

    /// Over a connection of an earlier request, when the peer has kept one open.
    async fn over_kept(&self, mut request: Sent, deadline: Instant) -> Kept {
        loop {
            let link = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut link) = link else { return Kept::Unsent(Box::new(request)) };
            if !link.is_ready().await {
                continue;
            }
            request = match link.send(request, deadline).await {
                Ok(answer) => {
                    let (head, incoming) = answer.into_parts();
                    return Kept::Answered(Box::new((head, incoming, link)));
                }
                // The peer closed it a moment before: the request is still to be made.
                Err(Unanswered { unsent: Some(request), .. }) => request,
                Err(Unanswered { trouble, unsent: None }) => return Kept::Broken(trouble),
            };
        }
    }
}

/// What became of a request over a connection that was kept.
enum Kept {
    Answered(Box<(Parts, Incoming, Link)>),
    Broken(Trouble),
    Unsent(Box<Sent>),
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn forged_clients_differ() {
        assert_eq!(client(0), Ipv4Addr::new(198, 51, 100, 1));
        assert_eq!(client(253), Ipv4Addr::new(198, 51, 100, 254));
        let all: BTreeSet<Ipv4Addr> = (0..SHOTS_MAX).map(client).collect();
        assert_eq!(all.len(), usize::try_from(SHOTS_MAX).unwrap());
        assert!(all.iter().all(|it| matches!(it.octets(), [198, 51, 100, _] | [198, 18 | 19, ..])));
    }

    #[test]
    fn no_shot_is_lost() {
        let shot = |at_ms| Shot { at_ms, outcome: Ok(200) };
        let all = in_full(vec![(0, shot(1)), (2, shot(3))], 4, 99);
        let outcomes: Vec<_> = all.iter().map(|it| (it.at_ms, it.outcome)).collect();
        let late = (99, Err(Fault::TimedOut));
        assert_eq!(outcomes, [(1, Ok(200)), late, (3, Ok(200)), late]);
    }
}
