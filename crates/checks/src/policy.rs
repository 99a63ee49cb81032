//! Content security policies: what they let run, and whom they let frame a page.

use holdpoint_model::seen::Response;

/// The directives of one policy with their sources, the first of each name: browsers ignore others.
#[derive(Clone, Debug)]
pub(crate) struct Policy(Vec<(String, Vec<String>)>);

/// Every policy that a response enforces: browsers keep to all of them together.
pub(crate) fn enforced(response: &Response) -> Vec<Policy> {
    let headers = response.values("content-security-policy");
    headers.flat_map(|value| value.split(',')).map(Policy::read).collect()
}

impl Policy {
    fn read(text: &str) -> Self {
        let mut directives: Vec<(String, Vec<String>)> = Vec::new();
        for part in text.split(';') {
            let mut words = part.split_whitespace().map(str::to_ascii_lowercase);
            let Some(name) = words.next() else { continue };
            if !directives.iter().any(|(other, _)| *other == name) {
                directives.push((name, words.collect()));
            }
        }
        Self(directives)
    }

    fn find(&self, wanted: &str) -> Option<(&str, &[String])> {
        let found = self.0.iter().find(|(name, _)| name == wanted);
        found.map(|(name, sources)| (name.as_str(), sources.as_slice()))
    }

    /// Whom it lets frame the page: `None` where it says nothing of that, otherwise what is wrong
    /// with it, if anything is.
    pub(crate) fn framing(&self) -> Option<Result<(), String>> {
        let (name, sources) = self.find("frame-ancestors")?;
        Some(match sources.iter().find(|it| everybody(it) || unquoted(it)) {
            Some(source) => Err(format!("`{name} {source}` keeps nobody out")),
            None => Ok(()),
        })
    }

    /// Why it stops no script that somebody smuggles in, if that is so.
    pub(crate) fn trouble(&self) -> Option<String> {
        let default = self.find("default-src");
        let Some(script) = self.find("script-src").or(default) else {
            return Some(String::from("it has neither default-src nor script-src"));
        };
        let more = ["script-src-elem", "script-src-attr"];
        let scripts: Vec<_> =
            std::iter::once(script).chain(more.iter().filter_map(|name| self.find(name))).collect();
        for (name, sources) in &scripts {
            if sources.iter().any(|it| it == "'unsafe-inline'") && !guarded(sources) {
                return Some(format!("{name} has 'unsafe-inline' without a nonce or hash"));
            }
        }
        // Plug-ins run code too, though hardly any browser still has one.
        let object = self.find("object-src");
        let all = scripts.into_iter().chain(object).chain(default);
        for (name, sources) in all {
            let explicit = name != "default-src" || script.0 == name;
            // Whoever is let in by a nonce lets others in; hosts and schemes count for nothing then.
            let strict = sources.iter().any(|it| it == "'strict-dynamic'") && guarded(sources);
            let wide = |it: &&String| match it.as_str() {
                "*" => true,
                _ if strict => false,
                "data:" | "blob:" => explicit,
                it => everybody(it) && (explicit || object.is_none()),
            };
            if let Some(source) = sources.iter().find(wide) {
                return Some(format!("{name} lets every source in with {source}"));
            }
            if let Some(word) = sources.iter().find(|it| unquoted(it)) {
                return Some(format!("{name} names a host `{word}`: the keyword has quotes"));
            }
        }
        None
    }
}

/// Whether a nonce or a hash is among the sources, which switches `'unsafe-inline'` off.
fn guarded(sources: &[String]) -> bool {
    sources.iter().any(|source| {
        let inner = source.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
        let inner = inner.unwrap_or_default();
        let kinds = ["nonce-", "sha256-", "sha384-", "sha512-"];
        let value = kinds.iter().find_map(|kind| inner.strip_prefix(kind)).unwrap_or_default();
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
        !value.trim_end_matches('=').is_empty() && value.bytes().all(good)
    })
}

/// Whether a source is any host at all, or any below a top-level domain.
fn everybody(source: &str) -> bool {
    let schemes = ["http:", "https:", "ws:", "wss:", "data:", "blob:", "filesystem:", "ftp:"];
    if schemes.contains(&source) {
        return true;
    }
    let host = source.split_once("://").map_or(source, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or_default();
    host == "*" || host.strip_prefix("*.").is_some_and(|parent| !parent.contains('.'))
}

/// Whether a keyword lacks the quotes without which it is the name of a host.
fn unquoted(source: &str) -> bool {
    let words = ["self", "none", "unsafe-inline", "unsafe-eval", "strict-dynamic"];
    words.contains(&source) || source.starts_with("nonce-") || source.starts_with("sha256-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_let_in_whom_they_name() {
        for (text, good) in [
            ("default-src 'self'", true),
            ("default-src 'self' https://cdn.shop.test *.shop.test", true),
            ("default-src https:; script-src 'self'; object-src 'none'", true),
            ("default-src 'self' data:; script-src 'self'", true),
            ("script-src 'strict-dynamic' 'nonce-r4nd' https: 'unsafe-inline'", true),
            ("default-src 'self'; img-src * data: blob:", true),
            ("default-src https:", false),
            ("default-src https:; script-src 'self'", false),
            ("default-src http://*", false),
            ("default-src https://*", false),
            ("default-src *:*", false),
            ("default-src *.com", false),
            ("default-src 'self'; script-src 'self' data:", false),
            ("default-src 'self'; script-src 'self' blob:", false),
            ("default-src 'self'; script-src-elem https:", false),
            ("default-src 'self'; script-src-attr 'unsafe-inline'", false),
            ("default-src 'self'; script-src 'unsafe-inline' 'nonce-'", false),
            ("default-src 'self'; script-src 'unsafe-inline' 'nonce-a", false),
            ("script-src 'strict-dynamic' https:", false),
            ("default-src self", false),
            ("script-src 'unsafe-inline'; script-src 'self'", false),
            ("", false),
        ] {
            assert_eq!(Policy::read(text).trouble().is_none(), good, "{text}");
        }
    }

    #[test]
    fn frames_are_kept_out_by_names_only() {
        let framing = |sources: &str| Policy::read(&format!("frame-ancestors {sources}")).framing();
        for good in ["", "'none'", "'self'", "'self' https://shop.test", "*.shop.test"] {
            assert_eq!(framing(good), Some(Ok(())), "{good}");
        }
        for wide in ["*", "https:", "http:", "https://*", "*:*", "'self' *", "*.com", "self"] {
            assert!(matches!(framing(wide), Some(Err(_))), "{wide}");
        }
        assert_eq!(Policy::read("default-src 'self'").framing(), None);
    }
}
