//! Plans, runs and checks for a person at a terminal.

mod check;
mod diff;
mod evidence;
mod live;
mod plan;
mod run;

pub use check::check;
pub use diff::{diff, summary};
pub use evidence::{Answered, evidence};
pub use live::Live;
pub use plan::{Detail, Entries, plan};
pub use run::{run, standing};
