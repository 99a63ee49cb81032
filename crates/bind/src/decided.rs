//! What decided how a line was understood, in words.

/// What decided a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// The form of the line, or its kind.
    Form,
    /// The command that it is, or owns.
    Command,
    /// Words that only people can stand for.
    People,
    /// One rule that is clear of all others.
    Rule,
    /// A rule for each of its parts.
    Parts,
    /// Weights learned from examples, where no rule is clear.
    Examples,
    /// Weights that contradict a rule, so that it is asked.
    Doubt,
    /// Several rules that are too near to each other.
    Several,
    /// What is left when no claim is clear.
    Rest,
    /// A heading that says in which order things are deployed.
    Order,
    /// The line that it stands in, of which it tells a detail.
    Parent,
    /// A prohibition above it, so that it is asked.
    Forbidden,
    /// Nothing did.
    Nothing,
}

impl Decided {
    /// The word of machine formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Command => "command",
            Self::People => "people",
            Self::Rule => "rule",
            Self::Parts => "parts",
            Self::Examples => "examples",
            Self::Doubt => "doubt",
            Self::Several => "several",
            Self::Rest => "rest",
            Self::Order => "order",
            Self::Parent => "parent",
            Self::Forbidden => "forbidden",
            Self::Nothing => "nothing",
        }
    }

    /// What that means, as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Form => "the form of the line says all",
            Self::Command => "the command that stands in it",
            Self::People => "its words are what only people can stand for",
            Self::Rule => "one rule explains the line better than all others",
            Self::Parts => "each part of the line has a rule of its own",
            Self::Examples => "no rule is clear; the weights learned from examples are sure",
            Self::Doubt => "a rule is clear, and the examples speak against it: it is asked",
            Self::Several => "several rules are too near to each other: it is asked",
            Self::Rest => "no claim is clear; what is left of the line says who answers it",
            Self::Order => {
                "it only names a thing, below a heading that says in which order things are deployed"
            }
            Self::Parent => {
                "it says nothing by itself; it tells a detail of the line that it stands in"
            }
            Self::Forbidden => "what stands above forbids what it names: it is asked",
            Self::Nothing => "no rule is clear, and the examples are not sure",
        }
    }
}
