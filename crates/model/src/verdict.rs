//! Verdicts, and the finding that carries one.

use serde::{Deserialize, Serialize};

/// What a check concludes. The order is that of [`worst`]: fail wins over unknown over pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The whole claim was seen to hold.
    Pass,
    /// Something of it could not be seen.
    Unknown,
    /// Something of it was seen not to hold.
    Fail,
}

impl Verdict {
    /// The word used in JSON and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Unknown => "unknown",
            Self::Fail => "fail",
        }
    }
}

/// A verdict with its reasons. Everything but the verdict is for people and is never compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// One sentence: why.
    pub reason: String,
    /// What the claim asks for.
    pub expected: Option<String>,
    /// What was seen.
    pub seen: Option<String>,
    /// The one thing to do; on every fail and every unknown.
    pub remedy: Option<String>,
    /// Parts of the claim that a pass does not cover.
    pub unproven: Vec<String>,
    /// What a person would have seen instead, and by which command.
    pub easy_to_miss: Option<String>,
}

impl Finding {
    /// The claim holds.
    pub fn pass(reason: impl Into<String>) -> Self {
        Self::new(Verdict::Pass, reason.into())
    }

    /// The claim does not hold.
    pub fn fail(
        reason: impl Into<String>,
        expected: impl Into<String>,
        seen: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(Verdict::Fail, reason.into())
            .expected(expected.into())
            .seen(seen.into())
            .remedy(remedy.into())
    }

    /// The claim could not be decided; `remedy` is what would make it decidable.
    pub fn unknown(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Verdict::Unknown, reason.into()).remedy(remedy.into())
    }

    fn new(verdict: Verdict, reason: String) -> Self {
        Self {
            verdict,
            reason,
            expected: None,
            seen: None,
            remedy: None,
            unproven: Vec::new(),
            easy_to_miss: None,
        }
    }

    /// Says what the claim asks for.
    #[must_use]
    pub fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = Some(text.into());
        self
    }

    /// Says what was seen.
    #[must_use]
    pub fn seen(mut self, text: impl Into<String>) -> Self {
        self.seen = Some(text.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn remedy(mut self, text: impl Into<String>) -> Self {
        self.remedy = Some(text.into());
        self
    }

    /// Names a part of the claim that is not covered.
    #[must_use]
    pub fn unproven(mut self, text: impl Into<String>) -> Self {
        self.unproven.push(text.into());
        self
    }

    /// Says what a person would have seen instead.
    #[must_use]
    pub fn easy_to_miss(mut self, text: impl Into<String>) -> Self {
        self.easy_to_miss = Some(text.into());
        self
    }
}

/// One finding of several parts of a claim: the worst part speaks, and unproven parts add up. No
/// part at all is unknown.
pub fn worst(parts: Vec<Finding>) -> Finding {
    let Some(verdict) = parts.iter().map(|part| part.verdict).max() else {
        return Finding::unknown("nothing was looked at", "declare what there is to look at");
    };
    let mut speaking = parts.iter().filter(|part| part.verdict == verdict);
    let first = speaking.next().expect("the maximum is one of them").clone();
    let reasons: Vec<&str> = speaking.map(|part| part.reason.as_str()).collect();
    let mut whole = first;
    for reason in reasons {
        if !whole.reason.split("; ").any(|said| said == reason) {
            whole.reason.push_str("; ");
            whole.reason.push_str(reason);
        }
    }
    whole.unproven.clear();
    for part in parts {
        if part.verdict == Verdict::Unknown && verdict == Verdict::Fail {
            whole.unproven.push(part.reason.clone());
        }
        for unproven in part.unproven {
            if !whole.unproven.contains(&unproven) {
                whole.unproven.push(unproven);
            }
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_part_speaks() {
        let pass = || Finding::pass("good").unproven("revocation");
        let fail = || Finding::fail("bad", "good", "bad", "mend it");
        let unknown = || Finding::unknown("dark", "light a lamp");
        assert_eq!(worst(vec![]).verdict, Verdict::Unknown);
        assert_eq!(worst(vec![pass(), pass()]).verdict, Verdict::Pass);
        assert_eq!(worst(vec![pass(), pass()]).unproven, ["revocation"]);
        assert_eq!(worst(vec![pass(), unknown()]).verdict, Verdict::Unknown);
        let all = worst(vec![pass(), unknown(), fail()]);
        assert_eq!((all.verdict, all.reason.as_str()), (Verdict::Fail, "bad"));
        assert_eq!(all.unproven, ["revocation", "dark"]);
    }
}
