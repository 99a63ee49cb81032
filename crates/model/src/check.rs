//! What a check is.

use std::collections::BTreeMap;

use crate::{
    ask::Ask,
    fault::Fault,
    look::{Looks, Need},
    param::{Complaint, Params, Spec},
    verdict::{Finding, Verdict},
    world::World,
};

/// A finding, or what is still needed to reach one.
pub type Judgement = Result<Finding, Need>;

/// A fault that is an answer, at asks of one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// See [`Check::role`].
    pub role: &'static str,
    /// The fault.
    pub fault: Fault,
    /// What it means when every repetition of the ask ends in it.
    pub verdict: Verdict,
}

impl Answer {
    /// A fault that means that the claim does not hold.
    pub const fn fail(role: &'static str, fault: Fault) -> Self {
        Self { role, fault, verdict: Verdict::Fail }
    }

    /// A fault that leaves the claim standing: what could not be seen is named as unproven.
    pub const fn pass(role: &'static str, fault: Fault) -> Self {
        Self { role, fault, verdict: Verdict::Pass }
    }
}

/// A check as its author writes it: data, and one pure function.
///
/// Title, severity, impact and surfaces stand in the table of heads, under the same id.
pub trait Check: Sync {
    /// What a line may set.
    type Params: Params;
    /// Id in the catalog: `family.noun-phrase`.
    const ID: &'static str;
    /// Rises with every change that can change a verdict.
    const REVISION: u32;
    /// First release that had it.
    const SINCE: &'static str;
    /// The manual page, in Markdown: **Proves**, **Does not prove**, **Remedy.**, an example.
    const DOC: &'static str;
    /// Faults that are answers here. Every other fault is [`Verdict::Unknown`].
    const ANSWERS: &'static [Answer] = &[];

    /// What an ask is to this check, so that the same fault can mean different things.
    fn role(ask: &Ask) -> &'static str {
        ask.what.word()
    }

    /// Reads the looks made so far. Called again, from the top, when new looks have been made.
    fn judge(params: &Self::Params, looks: &Looks) -> Judgement;

    /// A world in which the claim holds, for the laws and the manual.
    fn world() -> World;
}

/// A check with the type of its parameters erased, as the catalog and the runtime hold it.
pub trait AnyCheck: Sync {
    /// See [`Check::ID`].
    fn id(&self) -> &'static str;
    /// See [`Check::REVISION`].
    fn revision(&self) -> u32;
    /// See [`Check::SINCE`].
    fn since(&self) -> &'static str;
    /// See [`Check::DOC`].
    fn doc(&self) -> &'static str;
    /// See [`Check::ANSWERS`].
    fn answers(&self) -> &'static [Answer];
    /// See [`Check::role`].
    fn role(&self, ask: &Ask) -> &'static str;
    /// See [`Params::SPECS`].
    fn specs(&self) -> &'static [Spec];
    /// Every complaint about the parameters; none when they can be judged with.
    fn complaints(&self, params: &BTreeMap<String, String>) -> Vec<Complaint>;
    /// Reads the parameters, then judges.
    fn judge(
        &self,
        params: &BTreeMap<String, String>,
        looks: &Looks,
    ) -> Result<Judgement, Vec<Complaint>>;
    /// See [`Check::world`].
    fn world(&self) -> World;
}

impl<C: Check> AnyCheck for C {
    fn id(&self) -> &'static str {
        C::ID
    }
    fn revision(&self) -> u32 {
        C::REVISION
    }
    fn since(&self) -> &'static str {
        C::SINCE
    }
    fn doc(&self) -> &'static str {
        C::DOC
    }
    fn answers(&self) -> &'static [Answer] {
        C::ANSWERS
    }
    fn role(&self, ask: &Ask) -> &'static str {
        C::role(ask)
    }
    fn specs(&self) -> &'static [Spec] {
        C::Params::SPECS
    }
    fn complaints(&self, params: &BTreeMap<String, String>) -> Vec<Complaint> {
        C::Params::read(params).err().unwrap_or_default()
    }
    fn judge(
        &self,
        params: &BTreeMap<String, String>,
        looks: &Looks,
    ) -> Result<Judgement, Vec<Complaint>> {
        Ok(C::judge(&C::Params::read(params)?, looks))
    }
    fn world(&self) -> World {
        C::world()
    }
}

/// What one call of a check leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It has concluded.
    Found(Finding),
    /// It wants to see more first.
    Wants(Vec<crate::look::Wanted>),
}

/// Calls a check and turns everything that is not a wish to see more into a finding.
///
/// This is the one place where "could not look" becomes *unknown*; the runtime and the verifier of
/// records both come through here.
pub fn turn(check: &dyn AnyCheck, params: &BTreeMap<String, String>, looks: &Looks) -> Turn {
    match check.judge(params, looks) {
        Err(complaints) => Turn::Found(incomplete(&complaints, looks.scope().line)),
        Ok(Ok(finding)) => Turn::Found(finding),
        Ok(Err(Need::Look(wanted))) => Turn::Wants(wanted),
        Ok(Err(Need::Blind(blind))) => Turn::Found(blindness(&blind)),
        Ok(Err(Need::Missing { setting, why })) => {
            let field = setting.rsplit('.').next().unwrap_or(&setting);
            Turn::Found(Finding::unknown(
                why,
                match looks.scope().line {
                    0 => format!("give `{field}=…`, or declare `{setting}` in holdpoint.toml"),
                    _ => format!("declare `{setting}` in holdpoint.toml"),
                },
            ))
        }
        Ok(Err(Need::NotAllowed { impact })) => Turn::Found(not_allowed(impact, looks)),
    }
}

/// The finding of a look that came back empty-handed.
pub fn blindness(blind: &crate::look::Blind) -> Finding {
    let mut reason = format!(
        "could not look at {} ({} from {}): {}",
        blind.ask.what.subject(),
        blind.ask.what.word(),
        blind.ask.from.0,
        blind.fault.sentence()
    );
    if !blind.note.is_empty() {
        reason.push_str(": ");
        reason.push_str(&blind.note);
    }
    Finding::unknown(reason, remedy_for(blind))
}

fn remedy_for(blind: &crate::look::Blind) -> String {
    let from = &blind.ask.from.0;
    let it = blind.ask.what.subject();
    match blind.fault {
        Fault::NameNotFound => {
            format!("mend the name {it}, or pin it with `resolve` at the target in holdpoint.toml")
        }
        Fault::TimedOut if blind.ask.what.is_file() => {
            format!("see that nobody else holds {it}, then run again")
        }
        Fault::Unreachable | Fault::TimedOut | Fault::NoAnswer => {
            format!("see that `{from}` can reach {it}, then run again")
        }
        Fault::Refused | Fault::Reset => format!("see that {it} is up, then run again"),
        Fault::Untrusted => String::from(
            "mend the certificate, or name its authority with `roots` at the target in \
             holdpoint.toml",
        ),
        Fault::Denied => format!("give `{from}` the right to read {it}, then run again"),
        Fault::Throttled => format!("wait for the pause that {it} asks for, then run again"),
        Fault::Garbled => format!("look by hand at what {it} answers, then run again"),
        Fault::TooLarge => format!("point the line at something smaller than {it}"),
        Fault::NoTool => format!("install the tool that the reason names at `{from}`"),
        Fault::Unsupported => {
            format!("look at {it} from another vantage: `{from}` cannot look in this way")
        }
        Fault::NoVantage => format!("declare the vantage `{from}` in holdpoint.toml"),
    }
}

fn incomplete(complaints: &[Complaint], line: usize) -> Finding {
    let said: Vec<String> = complaints.iter().map(Complaint::to_string).collect();
    let names: Vec<String> = complaints
        .iter()
        .map(|complaint| match line {
            0 => format!("`{}=…`", complaint.name),
            line => format!("`line.{line}.params.{}`", complaint.name),
        })
        .collect();
    Finding::unknown(said.join("; "), format!("declare {}", names.join(" and ")))
}

fn not_allowed(impact: crate::line::Impact, looks: &Looks) -> Finding {
    let word = impact.word();
    let target = &looks.scope().target;
    Finding::unknown(
        format!("{word} looks are not allowed on the target `{target}`"),
        format!("set `allow = [\"{word}\"]` at [target.{target}] in holdpoint.toml"),
    )
}
