//! Pretend worlds: answers to asks, with a clock, for the laws, the manual and the fault grid.

use std::{collections::BTreeMap, net::SocketAddr};

use crate::{
    ask::{Ask, What},
    check::{AnyCheck, Turn, turn},
    fault::Fault,
    limits,
    look::{Look, Looks},
    scope::Scope,
    seen::Seen,
    time::Time,
    verdict::Finding,
};

/// How a world answers an ask at a time.
pub type Respond = Box<dyn FnMut(&Ask, Time) -> Result<Seen, Fault>>;

/// A world that a check can be judged in.
pub struct World {
    /// What the judgement is about.
    pub scope: Scope,
    /// Parameters of the line.
    pub params: BTreeMap<String, String>,
    respond: Respond,
    clock: Time,
    fault: Option<(What, Fault)>,
    made: Vec<Look>,
}

impl World {
    /// A world with this scope, in which every look is answered by `respond`.
    pub fn new(
        scope: Scope,
        params: &[(&str, &str)],
        respond: impl FnMut(&Ask, Time) -> Result<Seen, Fault> + 'static,
    ) -> Self {
        let params = params.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let clock = scope.now;
        Self {
            scope,
            params: params.collect(),
            respond: Box::new(respond),
            clock,
            fault: None,
            made: Vec::new(),
        }
    }

    /// The same world with one parameter set.
    #[must_use]
    pub fn param(mut self, name: &str, value: &str) -> Self {
        self.params.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same world with one field of the target set.
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.scope = self.scope.with(name, value);
        self
    }

    /// The same world with its answers changed by `twist`, which sees the ask, the time and what
    /// would have been answered.
    #[must_use]
    pub fn but(
        mut self,
        mut twist: impl FnMut(&Ask, Time, Result<Seen, Fault>) -> Result<Seen, Fault> + 'static,
    ) -> Self {
        let mut before = std::mem::replace(&mut self.respond, Box::new(|_, _| Ok(Seen::Absent)));
        self.respond = Box::new(move |ask, at| {
            let seen = before(ask, at);
            twist(ask, at, seen)
        });
        self
    }

    /// The same world in which every look that asks `what`, whatever its number and vantage, ends
    /// in `fault`.
    #[must_use]
    pub fn blind(mut self, what: What, fault: Fault) -> Self {
        self.fault = Some((what, fault));
        self
    }

    /// The looks made so far.
    pub fn made(&self) -> &[Look] {
        &self.made
    }

    /// Judges `check` in this world.
    ///
    /// # Panics
    ///
    /// When the check keeps asking beyond [`limits::ROUNDS_MAX`] rounds.
    pub fn judge(&mut self, check: &dyn AnyCheck) -> Finding {
        let mut looks = Looks::new(self.scope.clone());
        for _ in 0..limits::ROUNDS_MAX {
            match turn(check, &self.params, &looks) {
                Turn::Found(finding) => return finding,
                Turn::Wants(wanted) => {
                    for want in wanted {
                        let look = self.look(want.ask, want.not_before);
                        self.made.push(look.clone());
                        looks.push(look);
                    }
                }
            }
        }
        panic!("{} keeps asking", check.id())
    }

    fn look(&mut self, ask: Ask, not_before: Option<Time>) -> Look {
        self.clock = self.clock.max(not_before.unwrap_or_default()).plus(1);
        let at = self.clock;
        let outcome = match &self.fault {
            Some((what, fault)) if *what == ask.what => Err(*fault),
            Some(_) | None => (self.respond)(&ask, at),
        };
        Look { ask, at, ms: 1, outcome, note: String::new() }
    }
}

/// An address for tests.
///
/// # Panics
///
/// When `text` is not an address with a port.
pub fn address(text: &str) -> SocketAddr {
    text.parse().expect("tests write addresses that can be read")
}
