//! What went wrong on the way, as a fault and a note.

use std::{error::Error as StdError, future::Future, io};

use holdpoint_model::{fault::Fault, redact, wire::Outcome};
use tokio::time::{Instant, timeout_at};

/// A fault with what a person may want to know beyond it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) fault: Fault,
    pub(crate) note: String,
}

/// How hyper tells a client of a head beyond its bounds; it has a function for that in servers only.
const HEAD_TOO_LARGE: &str = "message head is too large";

/// What a step came to.
pub(crate) type Tried<T> = Result<T, Trouble>;

/// How far a look had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Resolve,
    Connect,
    Send,
    Handshake,
    FirstByte,
    Body,
}

impl Phase {
    fn word(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Send => "send",
            Self::Handshake => "handshake",
            Self::FirstByte => "first byte",
            Self::Body => "body",
        }
    }
}

impl Trouble {
    pub(crate) fn new(fault: Fault, note: impl Into<String>) -> Self {
        Self { fault, note: note.into() }
    }

    /// With the phase in front of the note.
    pub(crate) fn at(phase: Phase, fault: Fault, note: impl std::fmt::Display) -> Self {
        Self { fault, note: format!("{}: {note}", phase.word()) }
    }

    pub(crate) fn outcome(self) -> Outcome {
        // A peer's words and parts of a URL may stand in a note.
        Outcome::fault(self.fault, redact::text(&self.note))
    }

    /// A connection that could not be made.
    pub(crate) fn connecting(error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        let kind = error.kind();
        // The address has no way out of this machine, or needs a scope that nobody gave.
        let astray = matches!(kind, Kind::AddrNotAvailable | Kind::InvalidInput);
        let fault =
            if astray { Fault::Unreachable } else { by_kind(kind).unwrap_or(Fault::Denied) };
        Self::at(Phase::Connect, fault, error)
    }

    /// A connection that stood and broke.
    pub(crate) fn talking(phase: Phase, error: &io::Error) -> Self {
        if let Some(error) = error.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>()) {
            return Self::at(phase, tls(error), error);
        }
        Self::at(phase, by_kind(error.kind()).unwrap_or(Fault::Reset), error)
    }

    /// An exchange that hyper gave up; `answered` says whether any byte had come back.
    pub(crate) fn exchanging(phase: Phase, error: &hyper::Error, answered: bool) -> Self {
        let note = causes(error);
        let fault = if note.starts_with(HEAD_TOO_LARGE) {
            Fault::TooLarge
        } else if error.is_parse() {
            Fault::Garbled
        } else if error.is_user() {
            Fault::Unsupported
        } else if let Some(error) = io_cause(error) {
            let fault = Self::talking(phase, error).fault;
            let ended = error.kind() == io::ErrorKind::UnexpectedEof;
            if ended && !answered { Fault::NoAnswer } else { fault }
        } else if error.is_incomplete_message() {
            if answered { Fault::Reset } else { Fault::NoAnswer }
        } else if (error.is_canceled() || error.is_closed()) && !answered {
            Fault::NoAnswer
        } else {
            // Bytes came that nobody had asked for, among others.
            Fault::Garbled
        };
        Self::at(phase, fault, note)
    }
}

/// What a kind of system error is experienced as; `None` for those of this machine.
fn by_kind(kind: io::ErrorKind) -> Option<Fault> {
    use io::ErrorKind as Kind;
    const FAULTS: [(Kind, Fault); 13] = [
        (Kind::ConnectionRefused, Fault::Refused),
        (Kind::ConnectionReset, Fault::Reset),
        (Kind::ConnectionAborted, Fault::Reset),
        (Kind::BrokenPipe, Fault::Reset),
        (Kind::NotConnected, Fault::Reset),
        (Kind::UnexpectedEof, Fault::Reset),
        (Kind::NetworkUnreachable, Fault::Unreachable),
        (Kind::HostUnreachable, Fault::Unreachable),
        (Kind::NetworkDown, Fault::Unreachable),
        (Kind::PermissionDenied, Fault::Denied),
        (Kind::TimedOut, Fault::TimedOut),
        (Kind::InvalidData, Fault::Garbled),
        (Kind::InvalidInput, Fault::Garbled),
    ];
    FAULTS.iter().find(|(it, _)| *it == kind).map(|(_, fault)| *fault)
}

fn tls(error: &rustls::Error) -> Fault {
    use rustls::Error;
    if matches!(error, Error::InvalidCertificate(_)) {
        Fault::Untrusted
    } else if matches!(error, Error::AlertReceived(_)) {
        // An alert is how a peer breaks off.
        Fault::Reset
    } else if matches!(error, Error::PeerIncompatible(_)) {
        // It speaks a TLS that this wire does not.
        Fault::Unsupported
    } else {
        Fault::Garbled
    }
}

fn io_cause(error: &hyper::Error) -> Option<&io::Error> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error);
        }
        cause = error.source();
    }
    None
}

fn causes(error: &hyper::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Runs one step until it ends or the deadline is there.
pub(crate) async fn within<T>(
    deadline: Instant,
    phase: Phase,
    step: impl Future<Output = T>,
) -> Tried<T> {
    let late = |_| Trouble::at(phase, Fault::TimedOut, "the time was over");
    timeout_at(deadline, step).await.map_err(late)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_errors_are_named_for_what_is_experienced() {
        // Linux: EPERM 1, EACCES 13, EMFILE 24, ENETUNREACH 101, ECONNREFUSED 111, EHOSTUNREACH 113.
        let cases = [
            (1, Fault::Denied),
            (13, Fault::Denied),
            (24, Fault::Denied),
            (101, Fault::Unreachable),
            (111, Fault::Refused),
            (113, Fault::Unreachable),
            (110, Fault::TimedOut),
            (104, Fault::Reset),
            (99, Fault::Unreachable),
            (22, Fault::Unreachable),
        ];
        for (number, fault) in cases {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(Trouble::connecting(&error).fault, fault, "{error}");
        }
    }

    #[test]
    fn tls_errors_are_told_apart() {
        use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible};
        let cases = [
            (Error::InvalidCertificate(CertificateError::Expired), Fault::Untrusted),
            (Error::AlertReceived(AlertDescription::HandshakeFailure), Fault::Reset),
            (Error::InvalidMessage(InvalidMessage::InvalidContentType), Fault::Garbled),
            (
                Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13),
                Fault::Unsupported,
            ),
        ];
        for (error, fault) in cases {
            let error = io::Error::new(io::ErrorKind::InvalidData, error);
            let trouble = Trouble::talking(Phase::Handshake, &error);
            assert_eq!(trouble.fault, fault, "{error}");
            assert!(trouble.note.starts_with("handshake: "), "{}", trouble.note);
        }
    }
}
