//! `record`: verify, show, replay and export what runs left behind.

mod export;
mod replay;
mod show;
mod verify;

use std::path::PathBuf;

use holdpoint_report::style::Style;

use crate::{
    args::{RecordArgs, RecordCommand},
    exit::{Done, Stop},
    recorded::{last, read},
    runs::named,
};

/// `holdpoint record`
pub(crate) fn record(args: &RecordArgs, style: Style) -> Done {
    match &args.command {
        RecordCommand::Verify { path, key, explain, format } => {
            verify::verified(path.as_deref(), key, *explain, *format, style)
        }
        RecordCommand::Show { line, run, path, format } => {
            show::shown(*line, path.as_deref(), run.as_deref(), *format, style)
        }
        RecordCommand::Replay { run, format } => {
            let loaded = read(&meant(run.as_deref())?)?;
            replay::replay(&loaded, *format, style)
        }
        RecordCommand::Export { run, bundle, report, force } => {
            let path = meant(run.as_deref())?;
            export::export(&path, bundle.as_deref(), report, *force, style)
        }
    }
}

/// The record that a user names; without a name, the newest that looked.
fn meant(run: Option<&str>) -> Result<PathBuf, Stop> {
    run.map_or_else(|| last(None), named)
}
