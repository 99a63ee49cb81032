//! `record replay`: shows a run again, from its journal.

use holdpoint_record::Loaded;
use holdpoint_report::{style::Style, terminal};
use serde_json::json;

use crate::{
    args::Format,
    commands::run::{Ending, show},
    exit::{Done, Exit, Stop},
    out,
    past::plan_of,
    recorded::folded,
    view,
};

/// Drives the reporters with the journal, as the run did.
pub(super) fn replay(loaded: &Loaded, format: Format, style: Style) -> Done {
    let plan = plan_of(loaded).ok_or_else(|| Stop {
        exit: Exit::NoGo,
        message: String::from("the record holds no plan"),
    })?;
    let mut live = terminal::Live::new(&plan, style);
    for (seq, event) in &loaded.events {
        let text = live.event(*seq, event);
        match format {
            Format::Jsonl => out::result(&format!("{}\n", json!({"seq": seq, "event": event}))),
            Format::Text => {
                if let Some(text) = text {
                    out::progress(&format!("{text}\n"));
                }
            }
            Format::Json => {}
        }
    }
    let state = folded(&plan, &loaded.events);
    let view = view::of(&plan, &state, &loaded.events).ok_or_else(|| Stop {
        exit: Exit::NoGo,
        message: String::from("it does not begin as a run does"),
    })?;
    show(&view, format, false, style, &Ending::default());
    Ok(Exit::Go)
}
