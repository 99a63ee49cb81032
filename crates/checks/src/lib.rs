//! The catalog: every check of this version, and the table of heads of all that will ever be one.
//!
//! Adding a check is one file, `src/<family>/<noun_phrase>.rs`, and one line in the list below. The
//! laws in `tests.rs` then hold it to what every check must keep. `cargo fmt` does not see modules
//! that a macro declares: `rustfmt src/*/*.rs` does.
#![warn(missing_docs, clippy::disallowed_methods, clippy::disallowed_types)]

use holdpoint_model::check::AnyCheck;

/// Declares the modules of the listed checks and the list itself, so that a check that is not
/// listed is not compiled either.
macro_rules! catalog {
    ($( $family:ident { $( $file:ident :: $check:ident ),* $(,)? } )*) => {
        $( mod $family { $( pub(crate) mod $file; )* } )*
        static CATALOG: &[&dyn AnyCheck] = &[ $( $( &$family::$file::$check, )* )* ];
    };
}

catalog! {
    backup {
        fresh::BackupFresh,
        integrity::BackupIntegrity,
    }
    code {
        pattern::CodePattern,
    }
    config {
        value::ConfigValue,
    }
    db {
        integrity::DbIntegrity,
    }
    env {
        required::EnvRequired,
        secret_strength::EnvSecretStrength,
    }
    file {
        exists::FileExists,
    }
    host {
        memory::HostMemory,
    }
    http {
        health::Health,
        https_enforced::HttpsEnforced,
        rate_limit::RateLimit,
        security_headers::SecurityHeaders,
    }
    metrics {
        endpoint::Endpoint,
    }
    net {
        port_open::PortOpen,
        port_restricted::PortRestricted,
    }
    tls {
        certificate_served::CertificateServed,
    }
}

pub mod grid;
pub mod heads;
pub mod names;

mod backups;
mod dates;
mod dump;
mod exposition;
mod header_rules;
mod health_body;
mod hello;
mod hsts;
mod leaf;
mod machine;
mod policy;
mod repo;
mod sqlite;
mod twice;
mod values;
mod variables;
mod web;
mod worlds;

#[cfg(test)]
mod tests;

/// Every check that this version can judge with, by id.
pub fn catalog() -> &'static [&'static dyn AnyCheck] {
    CATALOG
}

/// The check of that id, if this version has it.
pub fn find(id: &str) -> Option<&'static dyn AnyCheck> {
    let at = CATALOG.binary_search_by(|check| check.id().cmp(id)).ok()?;
    CATALOG.get(at).copied()
}
