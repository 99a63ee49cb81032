//! Says when a line is decided: the first rule that matches, from its form and its headings.

use holdpoint_document::{Form, Line};
use holdpoint_model::line::Phase;

use crate::{
    line_form,
    outline::{NAMES, Outline, Section, Trouble, is_post_verification},
    when::Window,
};

/// The phase of a line.
pub(crate) fn phase(line: &Line, outline: &Outline) -> Phase {
    let section = outline.section(line.section);
    let has = |class| section.is_some_and(|it| it.path.has(class));
    let in_signoff = has(NAMES.signoff);
    if is_meta(line, section, in_signoff) {
        return Phase::Meta;
    }
    let signed = line_form::is_signoff_row(line) || line_form::is_signoff_label(line);
    // A signature stays one wherever a person puts it.
    if let Some(phase) = section.and_then(|it| it.said).filter(|_| !signed) {
        return phase;
    }
    if in_signoff || signed {
        let post = section.is_some_and(|it| it.path.has(NAMES.post) || it.outcome);
        return if in_signoff && post { Phase::SignoffPost } else { Phase::Signoff };
    }
    let Some(section) = section else {
        return Phase::Pre;
    };
    if is_trigger_list(section) {
        return Phase::Watch;
    }
    match section.trouble {
        Trouble::Rollback => return Phase::Rollback,
        Trouble::Emergency => return Phase::Emergency,
        Trouble::None => {}
    }
    of_heading(section)
}

/// The phase of a line about which its form says nothing.
fn of_heading(section: &Section) -> Phase {
    let has = |class| section.path.has(class);
    if has(NAMES.reference) {
        return Phase::Reference;
    }
    if section.window == Some(Window::Recurring)
        || (has(NAMES.maintenance) && !has(NAMES.no_maintenance))
    {
        return Phase::Maintenance;
    }
    if section.window.is_some() || (has(NAMES.post) && has(NAMES.tasks)) {
        return Phase::Followup;
    }
    if is_post_verification(&section.path) && has(NAMES.post)
        || section.after
        || is_only_post(section)
    {
        return Phase::Post;
    }
    if has(NAMES.deploy) {
        return Phase::Deploy;
    }
    Phase::Pre
}

/// "Post-Deployment" alone names the time after it, unless a heading below goes back before it.
fn is_only_post(section: &Section) -> bool {
    section.path.has(NAMES.post) && !section.own.has(NAMES.pre)
}

/// Lines that belong to no time: contacts, fields, links, rules.
fn is_meta(line: &Line, section: Option<&Section>, in_signoff: bool) -> bool {
    match &line.form {
        Form::Title | Form::Rule => true,
        Form::Field { .. } => {
            (!in_signoff || line.after_break) && !line_form::is_signoff_label(line)
        }
        Form::Choice { .. } => !in_signoff || line.after_break,
        Form::Item | Form::Row { .. } => {
            line_form::is_contact(line, section) || line_form::is_link(line)
        }
        Form::Box(_) | Form::Command { .. } | Form::Assignment { .. } | Form::Comment { .. } => {
            false
        }
    }
}

/// Whether a section lists conditions that trigger a rollback.
pub(crate) fn is_trigger_list(section: &Section) -> bool {
    section.path.has(NAMES.rollback) && section.own.has(NAMES.trigger)
}
