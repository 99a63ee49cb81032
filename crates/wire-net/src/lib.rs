//! The wire to the network: names, connections, handshakes, requests and bursts of requests.
//!
//! One look is one attempt: nothing is tried twice, no redirect is followed, no second address is
//! tried, no proxy is taken from the environment.

mod trouble;
mod watched;

mod addresses;
mod connect;

mod certificate;
mod handshake;
mod roots;
mod tls;
mod trust;

mod body;
mod burst;
mod http;
mod link;
mod post;
mod request;
mod secret;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use holdpoint_model::{
    ask::What,
    wire::{BoxFuture, Outcome, Wire},
};
use tokio::sync::OnceCell;

use crate::{roots::Authorities, trouble::Trouble};

pub use crate::post::{Post, Posted, Unposted};

/// Answers what a variable of the environment holds.
type Variables = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Looks at the network from this machine.
pub struct Net {
    nameserver: Option<SocketAddr>,
    hosts: Option<PathBuf>,
    variables: Variables,
    system: OnceCell<Arc<Authorities>>,
}

impl Default for Net {
    /// With this machine's resolver, hosts file, environment and authorities.
    fn default() -> Self {
        let variables: Variables = Arc::new(|name| std::env::var(name).ok());
        Self { nameserver: None, hosts: None, variables, system: OnceCell::new() }
    }
}

impl Net {
    /// Asks this nameserver instead of the system's.
    #[must_use]
    pub fn with_nameserver(self, at: SocketAddr) -> Self {
        Self { nameserver: Some(at), ..self }
    }

    /// Reads this hosts file instead of the system's.
    #[must_use]
    pub fn with_hosts(self, path: PathBuf) -> Self {
        Self { hosts: Some(path), ..self }
    }

    /// Resolves `env:NAME` with this instead of the environment.
    #[must_use]
    pub fn with_variables(
        self,
        variables: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self { variables: Arc::new(variables), ..self }
    }
}

impl Wire for Net {
    fn look<'a>(&'a self, what: &'a What) -> Option<BoxFuture<'a, Outcome>> {
        Some(match what {
            What::Addresses { name } => told(addresses::look(self, name)),
            What::Control { host, port } => told(connect::control(self, host, *port)),
            What::Connect { at, timeout_ms, send, read_max } => {
                told(connect::look(*at, *timeout_ms, send, *read_max))
            }
            What::Handshake { at, name, roots, timeout_ms } => {
                told(handshake::look(self, *at, name.as_deref(), roots, *timeout_ms))
            }
            What::Http(request) => told(http::look(self, request)),
            What::Burst { request, count, over_ms, forged } => {
                told(burst::look(self, request, *count, *over_ms, *forged))
            }
            What::Read { .. }
            | What::Stat { .. }
            | What::List { .. }
            | What::Filesystem { .. }
            | What::Run { .. }
            | What::Listeners { .. }
            | What::Variables { .. }
            | What::Stream { .. }
            | What::Sqlite { .. }
            | What::Find { .. }
            | What::Setting { .. }
            | What::Search { .. }
            | What::Git { .. }
            | What::Earlier(_) => return None,
        })
    }
}

fn told<'a>(
    look: impl Future<Output = Result<Outcome, Trouble>> + Send + 'a,
) -> BoxFuture<'a, Outcome> {
    Box::pin(async { look.await.unwrap_or_else(Trouble::outcome) })
}
