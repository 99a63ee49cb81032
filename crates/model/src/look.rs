//! Looks: what a check reads, and how it asks for more.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use serde::{Deserialize, Serialize};

use crate::{
    ask::{Ask, Request, Vantage, What},
    fault::Fault,
    line::{Impact, Side},
    scope::Scope,
    seen::{self, Seen},
    time::Time,
};

/// One finished look: one attempt, from one vantage, at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// What was asked.
    pub ask: Ask,
    /// When it began.
    pub at: Time,
    /// Milliseconds it took.
    pub ms: u32,
    /// What came back.
    pub outcome: Result<Seen, Fault>,
    /// What the wire has to say beyond that, for people; never judged.
    pub note: String,
}

/// A look that a check wants, and the earliest moment for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The question.
    pub ask: Ask,
    /// Not to be made before; `None` is now.
    pub not_before: Option<Time>,
}

/// A look that came back empty-handed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blind {
    /// What was asked.
    pub ask: Ask,
    /// What was experienced.
    pub fault: Fault,
    /// What the wire said beyond that.
    pub note: String,
}

/// Why a check cannot conclude.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// Make these looks, together, then judge again.
    Look(Vec<Wanted>),
    /// The look was made and came back empty-handed: the verdict is unknown.
    Blind(Box<Blind>),
    /// Something is not declared: the verdict is unknown, and this makes it decidable.
    Missing {
        /// Settings path, such as `target.web.url`.
        setting: String,
        /// One sentence on what is missing.
        why: String,
    },
    /// A look would do more to the target than is allowed.
    NotAllowed {
        /// What the look is.
        impact: Impact,
    },
}

/// The looks that a judgement may read, and its scope. A miss is not an error; it is a request.
#[derive(Clone, Debug)]
pub struct Looks {
    scope: Scope,
    done: BTreeMap<Ask, Look>,
}

impl Looks {
    /// No looks yet.
    pub fn new(scope: Scope) -> Self {
        Self { scope, done: BTreeMap::new() }
    }

    /// What the judgement is about.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The moment the verdict speaks for, fixed when the judgement began.
    pub fn now(&self) -> Time {
        self.scope.now
    }

    /// Adds a finished look.
    pub fn push(&mut self, look: Look) {
        self.done.insert(look.ask.clone(), look);
    }

    /// The looks made so far, in the order of their asks.
    pub fn all(&self) -> impl Iterator<Item = &Look> {
        self.done.values()
    }

    /// The look for this ask, and what was seen.
    pub fn see(&self, ask: Ask) -> Result<(&Look, &Seen), Need> {
        self.see_after(ask, None)
    }

    /// The same, to be made no earlier than `not_before`.
    pub fn see_after(&self, ask: Ask, not_before: Option<Time>) -> Result<(&Look, &Seen), Need> {
        let impact = ask.what.impact();
        if impact > self.scope.allow {
            return Err(Need::NotAllowed { impact });
        }
        match self.done.get(&ask) {
            None => Err(Need::Look(vec![Wanted { ask, not_before }])),
            Some(look) => match &look.outcome {
                Ok(seen) => Ok((look, seen)),
                Err(fault) => Err(Need::Blind(Box::new(Blind {
                    ask,
                    fault: *fault,
                    note: look.note.clone(),
                }))),
            },
        }
    }

    /// Everything that could be seen, and beside it everything that could not; or every look that
    /// is still missing, so that they are made together.
    pub fn each<T>(
        &self,
        wants: impl IntoIterator<Item = Result<T, Need>>,
    ) -> Result<Vec<Result<T, Box<Blind>>>, Need> {
        let (mut have, mut miss, mut stop) = (Vec::new(), Vec::new(), None);
        for want in wants {
            match want {
                Ok(it) => have.push(Ok(it)),
                Err(Need::Look(wanted)) => miss.extend(wanted),
                Err(Need::Blind(blind)) => have.push(Err(blind)),
                Err(other @ (Need::Missing { .. } | Need::NotAllowed { .. })) => {
                    stop = stop.or(Some(other));
                }
            }
        }
        match (stop, miss.is_empty()) {
            (Some(need), _) => Err(need),
            (None, false) => Err(Need::Look(miss)),
            (None, true) => Ok(have),
        }
    }

    /// The vantage that counts as `side` for this target, or what to declare.
    pub fn from(&self, side: Side) -> Result<Vantage, Need> {
        self.scope.vantage(side)
    }

    /// Every address of the target's name: those it is pinned to, itself when it is an address, or
    /// what the name resolves to at the vantage.
    pub fn addresses(&self, from: &Vantage, name: &str) -> Result<Vec<IpAddr>, Need> {
        if let Ok(address) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
            return Ok(vec![address]);
        }
        let pinned = self.scope.pinned(name);
        if !pinned.is_empty() {
            return Ok(pinned);
        }
        let ask =
            Ask { from: from.clone(), what: What::Addresses { name: name.to_owned() }, nth: 1 };
        match self.see(ask.clone())? {
            (_, Seen::Addresses(addresses)) => Ok(addresses.clone()),
            (look, _) => Err(garbled(look)),
        }
    }

    /// One HTTP exchange.
    pub fn http(
        &self,
        from: &Vantage,
        request: Request,
        nth: u32,
    ) -> Result<(&Look, &seen::Response), Need> {
        self.http_after(from, request, nth, None)
    }

    /// One HTTP exchange, no earlier than `not_before`.
    pub fn http_after(
        &self,
        from: &Vantage,
        request: Request,
        nth: u32,
        not_before: Option<Time>,
    ) -> Result<(&Look, &seen::Response), Need> {
        let ask = Ask { from: from.clone(), what: What::Http(request), nth };
        match self.see_after(ask, not_before)? {
            (look, Seen::Http(response)) => Ok((look, response)),
            (look, _) => Err(garbled(look)),
        }
    }

    /// A TCP connection of one attempt.
    pub fn connect(
        &self,
        from: &Vantage,
        what: What,
        nth: u32,
        not_before: Option<Time>,
    ) -> Result<(&Look, &seen::Connected), Need> {
        match self.see_after(Ask { from: from.clone(), what, nth }, not_before)? {
            (look, Seen::Connected(connected)) => Ok((look, connected)),
            (look, _) => Err(garbled(look)),
        }
    }

    /// Asks `attempt` up to three times a second apart while it times out, with a look at the
    /// declared control after the last: `Ok(Err(fault))` is a fault of the target, shown while the
    /// control answered; blindness of our own is a [`Need`].
    ///
    /// Refused and reset by the target's own address are answers at once. A target on loopback is
    /// its own control.
    pub fn attempts<'a, T>(
        &'a self,
        from: &Vantage,
        at: SocketAddr,
        attempt: impl Fn(u32, Option<Time>) -> Result<(&'a Look, T), Need>,
    ) -> Result<Result<(&'a Look, T), Fault>, Need> {
        let mut not_before = None;
        for nth in 1..=3 {
            match attempt(nth, not_before) {
                Ok(seen) => return Ok(Ok(seen)),
                Err(Need::Blind(blind)) => match blind.fault {
                    Fault::Refused | Fault::Reset => return Ok(Err(blind.fault)),
                    Fault::TimedOut => {
                        let made = self.done.get(&blind.ask);
                        let ended = made.map(|look| look.at.plus(look.ms.into()));
                        not_before = ended.map(|time| time.plus(crate::time::SECOND));
                    }
                    Fault::NameNotFound
                    | Fault::Unreachable
                    | Fault::Untrusted
                    | Fault::Denied
                    | Fault::Throttled
                    | Fault::Garbled
                    | Fault::TooLarge
                    | Fault::NoTool
                    | Fault::Unsupported
                    | Fault::NoAnswer
                    | Fault::NoVantage => return Err(Need::Blind(blind)),
                },
                Err(need) => return Err(need),
            }
        }
        if at.ip().is_loopback() {
            return Ok(Err(Fault::TimedOut));
        }
        let (host, port) = self.scope.control()?;
        let ask = Ask { from: from.clone(), what: What::Control { host, port }, nth: 1 };
        self.see(ask)?;
        Ok(Err(Fault::TimedOut))
    }
}

/// The wire answered another question: a bug there, blindness here.
pub fn garbled(look: &Look) -> Need {
    Need::Blind(Box::new(Blind {
        ask: look.ask.clone(),
        fault: Fault::Garbled,
        note: String::from("the wire answered another question"),
    }))
}
