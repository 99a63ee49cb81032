//! The fault grid: what every fault at every look of every check leads to, as a table.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_model::{
    ask::What,
    check::AnyCheck,
    fault::Fault,
    verdict::{Finding, Verdict},
};

/// One cell of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Id of the check.
    pub check: &'static str,
    /// What the look is to the check, see [`holdpoint_model::check::Check::role`].
    pub role: &'static str,
    /// What every repetition of the look ends in.
    pub fault: Fault,
    /// What the check then says; the worst, where several looks have that role.
    pub verdict: Verdict,
}

/// The grid of these checks, each in its own healthy world: by check, role and fault.
pub fn fault_grid(checks: &[&dyn AnyCheck]) -> Vec<Cell> {
    let mut cells: BTreeMap<_, Verdict> = BTreeMap::new();
    for check in checks {
        for (what, role) in roles(*check) {
            for fault in Fault::ALL {
                let said = blind(*check, what.clone(), fault).verdict;
                let cell = cells.entry((check.id(), role, fault)).or_insert(said);
                *cell = said.max(*cell);
            }
        }
    }
    let cell = |((check, role, fault), verdict)| Cell { check, role, fault, verdict };
    cells.into_iter().map(cell).collect()
}

/// What a check asks in its healthy world, each question once, with its role.
pub(crate) fn roles(check: &dyn AnyCheck) -> BTreeSet<(What, &'static str)> {
    let mut world = check.world();
    world.judge(check);
    world.made().iter().map(|look| (look.ask.what.clone(), check.role(&look.ask))).collect()
}

/// What a check says when every look that asks `what` ends in `fault`.
pub(crate) fn blind(check: &dyn AnyCheck, what: What, fault: Fault) -> Finding {
    check.world().blind(what, fault).judge(check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_answers_and_blindness() {
        let grid = fault_grid(&[crate::find("net.port-open").unwrap()]);
        let at = |role, fault| {
            grid.iter().find(|it| it.role == role && it.fault == fault).map(|it| it.verdict)
        };
        assert_eq!(at("connect", Fault::Refused), Some(Verdict::Fail));
        assert_eq!(at("connect", Fault::NoVantage), Some(Verdict::Unknown));
        assert_eq!(at("addresses", Fault::NameNotFound), Some(Verdict::Unknown));
    }
}
