//! Configuration of nginx: names, ports and certificates of its servers.

use crate::{
    found::{By, Declared, Listener, Repository},
    names::{environment_of_host, environment_of_path},
    place::Place,
};

/// A word of the file, or one of its three marks.
#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Open,
    Close,
    End,
}

#[derive(Default)]
struct Server {
    names: Vec<(String, usize)>,
    ports: Vec<(u16, usize)>,
    tls: bool,
    certificate: Option<(String, usize)>,
}

/// Reads a configuration.
pub(crate) fn read(file: &str, text: &str, into: &mut Repository) {
    let mut stack: Vec<&str> = Vec::new();
    let mut server = Server::default();
    let mut words: Vec<(&str, usize)> = Vec::new();
    for (token, line) in tokens(text) {
        match token {
            Token::Word(word) => words.push((word, line)),
            Token::Open => {
                let name = words.first().map_or("", |it| it.0);
                if name == "server" {
                    server = Server::default();
                }
                stack.push(name);
                words.clear();
            }
            Token::Close => {
                if stack.pop() == Some("server") {
                    take(file, std::mem::take(&mut server), into);
                }
                words.clear();
            }
            Token::End => {
                directive(&words, &mut server);
                words.clear();
            }
        }
    }
}

fn directive(words: &[(&str, usize)], server: &mut Server) {
    let Some(((name, line), rest)) = words.split_first() else { return };
    match *name {
        "server_name" => {
            server.names.extend(rest.iter().map(|(host, line)| (host.to_ascii_lowercase(), *line)));
        }
        "listen" => {
            let port = rest.first().map_or("", |it| it.0).rsplit(':').next().unwrap_or_default();
            let flags = rest.iter().any(|it| matches!(it.0, "ssl" | "quic"));
            if let Ok(port) = port.parse() {
                server.ports.push((port, *line));
                server.tls |= port == 443;
            }
            server.tls |= flags;
        }
        "ssl_certificate" => {
            server.certificate = rest.first().map(|it| (it.0.to_owned(), it.1));
        }
        _ => {}
    }
}

fn take(file: &str, server: Server, into: &mut Repository) {
    let place = |line| Place::new(file, line);
    for (host, line) in server.names {
        let environment = environment_of_path(file);
        let own = environment_of_host(&host);
        into.sites.push(Declared {
            tls: Some(server.tls),
            service: String::new(),
            environment: if environment.is_empty() { own } else { environment },
            by: By::Proxy,
            at: place(line),
            host,
        });
    }
    for (port, line) in server.ports {
        into.listeners.push(Listener { service: String::from("nginx"), port, at: place(line) });
    }
    if let Some((path, line)) = server.certificate {
        into.notes.push((format!("the proxy's certificate is {path}"), place(line)));
    }
}

fn tokens(text: &str) -> Vec<(Token<'_>, usize)> {
    let mut tokens = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let (token, length) = match first {
                '#' => break,
                '{' => (Token::Open, 1),
                '}' => (Token::Close, 1),
                ';' => (Token::End, 1),
                '"' | '\'' => {
                    let inner = rest.get(1..).unwrap_or_default();
                    let end = inner.find(first).unwrap_or(inner.len());
                    (Token::Word(inner.get(..end).unwrap_or_default()), (end + 2).min(rest.len()))
                }
                _ => {
                    // `${name}` stands within a word.
                    let end = rest
                        .char_indices()
                        .find(|(at, c)| {
                            let opens =
                                *c == '{' && rest.get(..*at).is_some_and(|it| it.ends_with('$'));
                            c.is_whitespace() || *c == ';' || (*c == '{' && !opens)
                        })
                        .map_or(rest.len(), |(at, _)| at);
                    (Token::Word(rest.get(..end).unwrap_or_default()), end)
                }
            };
            tokens.push((token, at + 1));
            rest = rest.get(length.max(1)..).unwrap_or_default().trim_start();
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_servers() {
        let text = "http {\n  server {\n    listen 80;\n    server_name shop.acme.dev;\n    return 301 \
                    https://$host$request_uri;\n  }\n  server { # main\n    listen 443 ssl;\n    server_name \
                    shop.acme.dev www.acme.dev;\n    ssl_certificate /etc/tls/shop.pem;\n    location / {\n      \
                    proxy_pass http://app:3000;\n    }\n  }\n}\n";
        let mut all = Repository::default();
        read("nginx/nginx.conf", text, &mut all);
        let found: Vec<_> =
            all.sites.iter().map(|it| (it.host.as_str(), it.tls, it.at.line)).collect();
        assert_eq!(
            found,
            [
                ("shop.acme.dev", Some(false), 4),
                ("shop.acme.dev", Some(true), 9),
                ("www.acme.dev", Some(true), 9)
            ]
        );
        assert_eq!(all.notes[0].1.line, 10);
        for odd in ["}", "server {", "\"", "'a", "a ${b} c;", "listen", "é{é;"] {
            read("x", odd, &mut all);
        }
    }
}
