//! What happened, provably: the journal of a run, its evidence, its seal, and the verifier.

pub mod canonical;
