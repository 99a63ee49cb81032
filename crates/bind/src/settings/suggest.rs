//! `[suggest]`: the service that may be asked for proposals, when somebody asks for them.

use holdpoint_model::ask::Scheme;
use toml::de::DeTable;

use crate::settings::{
    reader::{Entry, Reader},
    secret::name_is_secret,
};

/// A service that speaks the chat-completions format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggest {
    /// Its address as it stands in the file.
    pub url: String,
    /// Over TLS or not.
    pub scheme: Scheme,
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Path and query.
    pub path: String,
    /// The model that is asked for.
    pub model: String,
    /// Where its key is kept: `env:NAME` or `file:PATH`.
    pub key: Option<String>,
    /// Seconds for one request.
    pub timeout_s: u32,
}

const KEYS: &[&str] = &["url", "model", "key", "timeout"];

/// Seconds for one request when nobody says otherwise.
const TIMEOUT_S: u32 = 60;
/// Most seconds for one request.
const TIMEOUT_S_MAX: u32 = 600;

/// The address of a service, taken apart.
struct Address {
    scheme: Scheme,
    host: String,
    port: u16,
    path: String,
}

/// Reads `[suggest]`; `None` when something in it is wrong or missing.
pub(crate) fn read<'a>(
    reader: &mut Reader<'a>,
    head: &Entry<'a>,
    table: &'a DeTable<'a>,
) -> Option<Suggest> {
    let before = reader.diagnostics.len();
    let (mut url, mut model, mut key, mut timeout_s) = (None, None, None, TIMEOUT_S);
    for one in reader.entries(table) {
        match one.key {
            "url" => url = self::url(reader, &one),
            "model" => model = reader.string(&one),
            "key" => key = self::key(reader, &one),
            "timeout" => timeout_s = timeout(reader, &one).unwrap_or(TIMEOUT_S),
            _ => reader.unknown_key(&one, "[suggest]", KEYS),
        }
    }
    if before < reader.diagnostics.len() {
        return None;
    }
    let (Some((url, address)), Some(model)) = (url, model) else {
        let help =
            String::from("say both: `url = \"https://…/v1/chat/completions\"`, `model = \"…\"`");
        reader.complain(
            "settings::missing-key",
            head.place,
            "[suggest] needs `url` and `model`",
            help,
        );
        return None;
    };
    let Address { scheme, host, port, path } = address;
    Some(Suggest { url, scheme, host, port, path, model, key, timeout_s })
}

fn url(reader: &mut Reader<'_>, entry: &Entry<'_>) -> Option<(String, Address)> {
    let text = reader.string(entry)?;
    let query = text.split_once('?').map_or("", |(_, query)| query);
    let names = query.split('&').filter_map(|pair| pair.split_once('='));
    if names.into_iter().any(|(name, _)| name == "key" || name_is_secret(name)) {
        reader.literal_secret(entry);
        return None;
    }
    let Some(address) = address(&text) else {
        let help = String::from("write `https://host[:port]/v1/chat/completions`");
        reader.wrong_value(entry, "it is no address of a service", help);
        return None;
    };
    Some((text, address))
}

fn key(reader: &mut Reader<'_>, entry: &Entry<'_>) -> Option<String> {
    let key = reader.reference(entry)?;
    if key.starts_with("cmd:") {
        let help = String::from("write `env:NAME` or `file:PATH`");
        reader.wrong_value(entry, "no program is run for it", help);
        return None;
    }
    Some(key)
}

fn timeout(reader: &mut Reader<'_>, entry: &Entry<'_>) -> Option<u32> {
    let seconds = reader.number(entry)?;
    if (1..=TIMEOUT_S_MAX).contains(&seconds) {
        return Some(seconds);
    }
    let help = format!("seconds for one request, 1 to {TIMEOUT_S_MAX}");
    reader.wrong_value(entry, "it is out of range", help);
    None
}

fn address(url: &str) -> Option<Address> {
    let (scheme, rest) = match url.split_once("://")? {
        ("https", rest) => (Scheme::Https, rest),
        ("http", rest) => (Scheme::Http, rest),
        _ => return None,
    };
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(at)?;
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '#');
    if !path.starts_with('/') || !path.chars().all(plain) || authority.contains('@') {
        return None;
    }
    let behind = authority.rfind(']').map_or(0, |at| at + 1);
    let colon = authority.get(behind..)?.find(':').map(|at| at + behind);
    let (host, port) = match colon {
        Some(at) => {
            let (host, port) = authority.split_at_checked(at)?;
            (host, port.strip_prefix(':')?.parse().ok().filter(|port| 0 < *port)?)
        }
        None => (authority, scheme.port()),
    };
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let six = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let fits = match six {
        Some(six) => six.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.chars().all(name),
    };
    fits.then(|| Address { scheme, host: host.to_owned(), port, path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    fn read(body: &str) -> Result<Settings, Vec<&'static str>> {
        let text = format!("schema = 1\n[suggest]\n{body}");
        Settings::read(&text, "holdpoint.toml")
            .map_err(|them| them.iter().map(|it| it.code).collect())
    }

    #[test]
    fn a_service_is_read_with_its_parts() {
        let body = "url = \"http://[::1]:8080/v1/chat/completions?v=1\"\nmodel = \"m\"\n\
                    key = \"env:KEY\"\ntimeout = 5\n";
        let suggest = read(body).unwrap().suggest.unwrap();
        assert_eq!((suggest.host.as_str(), suggest.port), ("[::1]", 8080));
        assert_eq!(suggest.path, "/v1/chat/completions?v=1");
        assert_eq!((suggest.key.as_deref(), suggest.timeout_s), (Some("env:KEY"), 5));
        let suggest = read("url = \"https://llm.test/v1\"\nmodel = \"m\"\n").unwrap().suggest;
        assert_eq!(suggest.map(|it| (it.port, it.timeout_s)), Some((443, 60)));
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let url = |url: &str| format!("url = \"{url}\"\nmodel = \"m\"\n");
        let with = |more: &str| format!("{}{more}\n", url("https://llm.test/v1"));
        for (body, code) in [
            (url("ftp://llm.test/v1"), "settings::wrong-value"),
            (url("https://llm.test"), "settings::wrong-value"),
            (url("https://llm.test:0/v1"), "settings::wrong-value"),
            (url("https://llm test/v1"), "settings::wrong-value"),
            (url("https://a@llm.test/v1"), "settings::wrong-value"),
            (url("https://a:pw@llm.test/v1"), "settings::literal-secret"),
            (url("https://llm.test/v1?key=abc"), "settings::literal-secret"),
            (with("key = \"sk-0123456789abcdef\""), "settings::literal-secret"),
            (with("key = \"abc\""), "settings::literal-secret"),
            (with("key = 'cmd:[\"op\"]'"), "settings::wrong-value"),
            (with("timeout = 0"), "settings::wrong-value"),
            (with("timeuot = 1"), "settings::unknown-key"),
            (String::from("model = \"m\"\n"), "settings::missing-key"),
        ] {
            assert_eq!(read(&body).err(), Some(vec![code]), "{body}");
        }
    }
}
