//! Exit codes: part of the interface.

use std::process::ExitCode;

use holdpoint_model::{event::Release, verdict::Verdict};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// GO, pass, done.
    Go,
    /// NO-GO, fail, a record that does not hold.
    NoGo,
    /// Usage, document or settings error; nothing was looked at.
    Usage,
    /// HOLD, unknown, a record that is unfinished or unsealed.
    Hold,
    /// A bug in holdpoint.
    Bug,
    /// The journal could not be written; nothing further was done.
    Journal,
    /// Interrupted; the run can be gone on with.
    Interrupted,
    /// Terminated; the run can be gone on with.
    Terminated,
}

impl Exit {
    /// The number.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Go => 0,
            Self::NoGo => 1,
            Self::Usage => 2,
            Self::Hold => 3,
            Self::Bug => 70,
            Self::Journal => 74,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

impl From<Release> for Exit {
    fn from(verdict: Release) -> Self {
        match verdict {
            Release::Go => Self::Go,
            Release::Hold => Self::Hold,
            Release::NoGo => Self::NoGo,
        }
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Go,
            Verdict::Unknown => Self::Hold,
            Verdict::Fail => Self::NoGo,
        }
    }
}

/// An error that ends a command, with the code it ends with.
#[derive(Debug)]
pub(crate) struct Stop {
    /// How the command ends.
    pub(crate) exit: Exit,
    /// What is said on standard error; may be several lines, may be empty.
    pub(crate) message: String,
}

impl Stop {
    /// A mistake of the user: nothing was looked at.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into() }
    }

    /// The journal could not be written.
    pub(crate) fn journal(message: impl Into<String>) -> Self {
        Self { exit: Exit::Journal, message: message.into() }
    }
}

/// What a command returns.
pub(crate) type Done = Result<Exit, Stop>;
