//! Servers on loopback that behave, or misbehave on purpose, for the tests of other crates.
//!
//! Every server listens on port 0 of `127.0.0.1` and ends when it is dropped. What cannot be made
//! (no socket, no key) ends the test: nothing here is meant for a program.

pub mod authority;
pub mod dns;
pub mod http;
pub mod limiter;
pub mod raw;
pub mod tls;
pub mod wrong;

pub use authority::{Authority, Identity, authority, self_signed, self_signed_authority};
pub use dns::{Dns, Said, dns};
pub use http::{Reply, Request, http, https};
pub use limiter::{Key, Limiter};
pub use raw::{Server, bind, refused, serve};
pub use tls::Tls;
pub use wrong::Wrong;
