//! Every bound of the program, with its unit and its reason.

/// Rounds of asking that one judgement may take: a check that still asks then is a bug.
pub const ROUNDS_MAX: usize = 32;
/// Looks that one judgement may take.
pub const LOOKS_MAX: usize = 1_000;
/// Looks that a check's healthy world may take, so that the laws stay fast.
pub const WORLD_LOOKS_MAX: usize = 24;
/// Bytes of a document: ten times the largest checklist anyone keeps by hand.
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of a settings file.
pub const SETTINGS_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of an HTTP body that are kept for judging.
pub const BODY_BYTES_MAX: u32 = 256 * 1024;
/// Bytes of a file that are kept for judging.
pub const FILE_BYTES_MAX: u32 = 1024 * 1024;
/// Bytes of a command's output that are kept for judging.
pub const OUTPUT_BYTES_MAX: u32 = 256 * 1024;
/// Entries of a folder that are listed.
pub const ENTRIES_MAX: u32 = 10_000;
/// Folders that one look for a pattern goes into.
pub const FOLDERS_MAX: u32 = 2_000;
/// Paths that one look for a pattern brings back.
pub const HITS_MAX: usize = 200;
/// Files that one search of a work tree reads.
pub const SEARCHED_FILES_MAX: u32 = 50_000;
/// Bytes of a source file beyond which a search leaves it out.
pub const SEARCHED_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Places that one search brings back.
pub const SPOTS_MAX: usize = 50;
/// Milliseconds one look may take unless its ask says otherwise.
pub const LOOK_MS: u32 = 10_000;
/// Milliseconds a network connection may take to stand.
pub const CONNECT_MS: u32 = 3_000;
/// Milliseconds between our clock and a target's beyond which nothing that rests on time is judged.
pub const SKEW_MS_MAX: i64 = 5 * 60 * 1_000;
/// Looks of one run that may be under way at the same time.
pub const IN_FLIGHT_MAX: usize = 1_000;
/// Passive looks under way at one target unless its budget says otherwise.
pub const TARGET_IN_FLIGHT: usize = 8;
/// Age in milliseconds below which an unfinished run is gone on with.
pub const RESUME_MS_MAX: i64 = 60 * 60 * 1_000;
