//! The faults that can be planted: each of the kind that a person or a `curl` would tick.

/// One planted fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A session secret of 33 characters that every attacker tries first.
    Secret,
    /// The certificate was renewed on disk and the server was not reloaded.
    Certificate,
    /// The HSTS header is missing on errors.
    Hsts,
    /// Health answers 200 and says `degraded`.
    Health,
    /// Last night's backup was cut off in the middle.
    Backup,
    /// The target allows no active looks.
    Permission,
}

impl Fault {
    /// Every fault, in the order of the lines they break.
    pub const ALL: [Self; 6] =
        [Self::Secret, Self::Certificate, Self::Hsts, Self::Permission, Self::Health, Self::Backup];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Certificate => "certificate",
            Self::Hsts => "hsts",
            Self::Health => "health",
            Self::Backup => "backup",
            Self::Permission => "permission",
        }
    }

    /// Words that only the broken line of the checklist holds.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Secret => "SESSION_SECRET",
            Self::Certificate => "certificate",
            Self::Hsts => "HSTS",
            Self::Health => "Health endpoint",
            Self::Backup => "Backup integrity",
            Self::Permission => "Rate limiting",
        }
    }

    /// The physical line of the checklist that it breaks.
    pub fn line(self) -> usize {
        let before = crate::files::CHECKLIST.lines();
        before.take_while(|line| !line.contains(self.words())).count() + 1
    }

    /// The fault of that name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_breaks_one_line_of_the_checklist() {
        for fault in Fault::ALL {
            let lines = crate::files::CHECKLIST.lines();
            let broken = lines.filter(|line| line.contains(fault.words())).count();
            assert_eq!(broken, 1, "{fault:?}");
            assert_eq!(Fault::read(fault.name()), Some(fault));
        }
        assert!(Fault::ALL.windows(2).all(|pair| pair[0].line() < pair[1].line()));
    }
}
