//! Settings as this process finds them: the file, the overlay, the variables it names.

use std::path::{Path, PathBuf};

use holdpoint_bind::settings::Settings;
use holdpoint_model::diagnostic::Diagnostic;
use holdpoint_report::{snippet, style::Style};

use crate::exit::{Exit, Stop};

/// The settings of a command.
pub(crate) struct Loaded {
    /// With the overlay of the chosen environment.
    pub(crate) settings: Settings,
}

/// Where settings are when nobody says otherwise.
const NAME: &str = "holdpoint.toml";

impl Loaded {
    /// Reads the settings, or explains every complaint with its place.
    pub(crate) fn read(
        config: Option<&Path>,
        environment: Option<&str>,
        style: Style,
    ) -> Result<Self, Stop> {
        let path = config.map_or_else(|| PathBuf::from(NAME), Path::to_owned);
        let shown = path.display().to_string();
        let text = match std::fs::read(&path) {
            Ok(bytes) => String::from_utf8(bytes)
                .map_err(|_| Stop::usage(format!("{shown} is not UTF-8 text")))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && config.is_none() => {
                return match environment {
                    Some(name) => Err(Stop::usage(format!(
                        "there is no {NAME} in this folder, so nothing declares the environment \
                         `{name}`; `holdpoint init` writes one, then add `[env.{name}.target.web]`"
                    ))),
                    None => Ok(Self { settings: Settings::empty(NAME) }),
                };
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let named = std::env::var_os("HOLDPOINT_CONFIG").is_some_and(|it| path == it);
                let by = if named { "HOLDPOINT_CONFIG" } else { "--config" };
                return Err(Stop::usage(format!(
                    "there is no settings file {shown}, which {by} names; correct the path, or \
                     leave it out to use {NAME} of this folder"
                )));
            }
            Err(error) => return Err(Stop::usage(format!("failed to read {shown}: {error}"))),
        };
        let complain = |them: &[Diagnostic]| complain(them, &text, &shown, style);
        let settings = Settings::read(&text, &shown).map_err(|them| complain(&them))?;
        let settings = settings.in_environment(environment).map_err(|it| complain(&[it]))?;
        let lookup = |name: &str| std::env::var(name).ok();
        let settings = settings.resolved(&lookup).map_err(|them| complain(&them))?;
        Ok(Self { settings })
    }
}

/// Diagnostics as one message that ends a command.
pub(crate) fn complain(them: &[Diagnostic], source: &str, path: &str, style: Style) -> Stop {
    let texts: Vec<String> =
        them.iter().map(|it| snippet::render(it, source, path, style)).collect();
    Stop { exit: Exit::Usage, message: texts.join("\n\n") }
}
