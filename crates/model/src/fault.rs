//! Why a look came back empty-handed.

use serde::{Deserialize, Serialize};

/// Named for what was experienced, not for the library that reported it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The name did not resolve.
    NameNotFound,
    /// The network says there is no way to the address.
    Unreachable,
    /// The peer refused the connection.
    Refused,
    /// The peer broke the connection off.
    Reset,
    /// No answer before the deadline.
    TimedOut,
    /// The peer's certificate was rejected, and the question was not sent.
    Untrusted,
    /// The peer or the system says that we may not look.
    Denied,
    /// The peer asks for a pause (429 or 503 with Retry-After on a passive look).
    Throttled,
    /// What came back could not be read.
    Garbled,
    /// What came back was larger than the limit of the ask.
    TooLarge,
    /// The tool that looks is not there.
    NoTool,
    /// This vantage does not know how to look in this way.
    Unsupported,
    /// The connection stood and nothing was answered.
    NoAnswer,
    /// No vantage of that name is declared, or it cannot be reached.
    NoVantage,
}

impl Fault {
    /// Every fault, in the order in which the grid prints them.
    pub const ALL: [Self; 14] = [
        Self::NameNotFound,
        Self::Unreachable,
        Self::Refused,
        Self::Reset,
        Self::TimedOut,
        Self::Untrusted,
        Self::Denied,
        Self::Throttled,
        Self::Garbled,
        Self::TooLarge,
        Self::NoTool,
        Self::Unsupported,
        Self::NoAnswer,
        Self::NoVantage,
    ];

    /// The word used in JSON and settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::NameNotFound => "name-not-found",
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::TimedOut => "timed-out",
            Self::Untrusted => "untrusted",
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Garbled => "garbled",
            Self::TooLarge => "too-large",
            Self::NoTool => "no-tool",
            Self::Unsupported => "unsupported",
            Self::NoAnswer => "no-answer",
            Self::NoVantage => "no-vantage",
        }
    }

    /// What a person is told.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NameNotFound => "the name does not resolve",
            Self::Unreachable => "there is no way to the address",
            Self::Refused => "the connection was refused",
            Self::Reset => "the connection was broken off",
            Self::TimedOut => "no answer came in time",
            Self::Untrusted => "the certificate is not trusted",
            Self::Denied => "we are not allowed to look",
            Self::Throttled => "the target asks us to pause",
            Self::Garbled => "the answer could not be read",
            Self::TooLarge => "the answer is larger than the limit",
            Self::NoTool => "the tool that looks is not installed",
            Self::Unsupported => "this vantage cannot look in this way",
            Self::NoAnswer => "the connection stood, and nothing was answered",
            Self::NoVantage => "no such vantage can be reached",
        }
    }
}
