//! The service's own settings file, read again for every connection, so that mending it is enough.

use std::path::Path;

use serde::Deserialize;

/// `service.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The certificate that is served, below the folder.
    pub(crate) certificate: String,
    /// Its key.
    pub(crate) key: String,
    /// On which answers the HSTS header is sent: `always` or `success`.
    pub(crate) hsts: String,
    /// What `/health` says.
    pub(crate) health: String,
    /// Requests that one client may send within the window.
    pub(crate) limit: usize,
    /// The window in milliseconds.
    pub(crate) window_ms: u64,
}

impl Settings {
    /// Reads the file; one that cannot be read stops the service from answering.
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join("service.toml")).ok()?;
        toml::from_str(&text).ok()
    }
}
