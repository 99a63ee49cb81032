//! What happens next? Reads no clock, opens no socket, writes no file.
//!
//! [`decide`] turns an input into events and changes nothing; [`State::apply`] folds an event into
//! the state and decides nothing; effects say what the driver must do. Whoever drives this puts the
//! events into the journal, and sees them on disk, before it performs an effect.
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod role;
mod standing;
mod state;
mod step;

pub use role::{Line, Role, Slot, lines};
pub use standing::Standing;
pub use state::State;
pub use step::{Effect, Input, decide, resume, step};

#[cfg(test)]
mod laws;
