//! What a line of a checklist is, before anyone asks what it claims.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$inner])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// Every value, in the order in which it is declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word used in JSON, in settings and on the screen.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The value of that word, if it is one.
            pub fn read(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.word() == word)
            }
        }
    };
}

words! {
    /// When a line is decided.
    Phase {
        /// Before the deployment.
        Pre = "pre",
        /// While it is carried out.
        Deploy = "deploy",
        /// Right after it.
        Post = "post",
        /// In the time in which triggers are judged.
        Watch = "watch",
        /// At a date after it.
        Followup = "followup",
        /// Again and again.
        Maintenance = "maintenance",
        /// When the release is taken back.
        Rollback = "rollback",
        /// When something is broken.
        Emergency = "emergency",
        /// On demand.
        Reference = "reference",
        /// By a role, before the deployment.
        Signoff = "signoff",
        /// By a role, after it.
        SignoffPost = "signoff-post",
        /// Not decided by time: fields, links, contacts, rules for other lines.
        Meta = "meta",
    }
}

words! {
    /// What sort of statement a line is.
    Kind {
        /// A state that can be looked at.
        Probe = "probe",
        /// Something to carry out.
        Command = "command",
        /// A condition observed for a time.
        Watch = "watch",
        /// Something due later or again.
        Schedule = "schedule",
        /// A step of a way back or of an emergency.
        Procedure = "procedure",
        /// A statement that only a person can make.
        Attest = "attest",
        /// A named approval.
        Signoff = "signoff",
        /// A label with a value or a blank.
        Field = "field",
        /// Who to call.
        Contact = "contact",
        /// A declaration that sets a value or a rule.
        Config = "config",
        /// Several boxes of which one is ticked.
        Choice = "choice",
        /// A parent decided by its children.
        Group = "group",
    }
}

words! {
    /// What a failure of the line does to the release.
    Severity {
        /// NO-GO.
        Blocker = "blocker",
        /// NO-GO unless waived.
        Major = "major",
        /// HOLD until acknowledged.
        Minor = "minor",
        /// Recorded only.
        Info = "info",
    }
}

words! {
    /// What looking or acting may do to the target, from least to most.
    Impact {
        /// Reads.
        Passive = "passive",
        /// Runs a local tool that changes nothing.
        ReadOnly = "read-only",
        /// Sends extra or crafted traffic.
        Active = "active",
        /// Starts scratch instances or restarts something.
        Drill = "drill",
        /// Changes the target.
        Mutating = "mutating",
        /// May lose data.
        Destructive = "destructive",
    }
}

words! {
    /// What kind of entry of the catalog an id names.
    Form {
        /// Judges looks.
        Check = "check",
        /// Changes something.
        Step = "step",
        /// Is a person's.
        Duty = "duty",
        /// Is derived by the engine from other lines.
        Fold = "fold",
        /// Is judged over a time.
        Watch = "watch",
    }
}

words! {
    /// Where a line stands in a run.
    State {
        /// Seen to be true.
        Pass = "pass",
        /// Seen to be false.
        Fail = "fail",
        /// Could not be seen.
        Unknown = "unknown",
        /// Let through by a named person.
        Waived = "waived",
        /// Does not apply, with proof.
        NotApplicable = "not-applicable",
        /// A person's turn.
        Owed = "owed",
        /// Not decided by this gate.
        Later = "later",
        /// Declares something; there is nothing to decide.
        Noted = "noted",
    }
}

words! {
    /// Which phases a run decides.
    Gate {
        /// Phase `pre` and the contacts.
        Pre = "pre",
        /// Phase `post`.
        Post = "post",
        /// Both.
        All = "all",
    }
}

words! {
    /// What became of the attempt to understand a line.
    Binding {
        /// A check decides it, or a step runs.
        Bound = "bound",
        /// A person answers.
        Asked = "asked",
        /// Not understood.
        Unbound = "unbound",
        /// At least two candidates.
        Choice = "choice",
    }
}

words! {
    /// The side of a network that a claim is seen from.
    Side {
        /// As the world sees it.
        Outside = "outside",
        /// As the operators see it.
        Inside = "inside",
    }
}
