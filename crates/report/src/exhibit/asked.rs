//! What was asked, in one line.

use holdpoint_model::ask::{GitAsk, Host, Request, Source, What};

/// The question as a reader would put it: a request line, a command, a path.
pub fn asked(what: &What) -> String {
    match what {
        What::Addresses { name } => format!("addresses of {name}"),
        What::Control { host, port } => format!("does the control {host}:{port} answer"),
        What::Connect { at, .. } => format!("connect to {at}"),
        What::Handshake { at, name, .. } => match name {
            Some(name) => format!("TLS handshake with {at} as {name}"),
            None => format!("TLS handshake with {at}, no name sent"),
        },
        What::Http(request) => format!("{} {}", request.method, url(request)),
        What::Burst { request, count, over_ms, forged } => {
            let forged = if *forged { ", each with another forged X-Forwarded-For" } else { "" };
            format!("{count} × {} {} in {over_ms} ms{forged}", request.method, url(request))
        }
        What::Read { on, path, .. } => format!("read {path}{}", place(on)),
        What::Stat { on, path } => format!("facts about {path}{}", place(on)),
        What::List { on, path } => format!("list {path}{}", place(on)),
        What::Filesystem { on, path } => format!("the file system of {path}{}", place(on)),
        What::Run { on, argv, .. } => format!("run {}{}", argv.join(" "), place(on)),
        What::Listeners { on } => format!("listening sockets{}", place(on)),
        What::Variables { on, source, .. } => match source {
            Source::File(path) => format!("variables of {path}{}", place(on)),
            Source::Process(id) => format!("variables of process {id}{}", place(on)),
        },
        What::Stream { on, path, .. } => format!("read {path} to its end{}", place(on)),
        What::Sqlite { on, path } => format!("the database {path}{}", place(on)),
        What::Git { repo, ask } => match ask {
            GitAsk::Head => format!("what is checked out in {repo}"),
            GitAsk::Tag(tag) => format!("the tag {tag} of {repo}"),
            GitAsk::Path(path) => format!("whether {path} is tracked in {repo}"),
            GitAsk::MergedInto(branch) => format!("whether {repo} is merged into {branch}"),
        },
        What::Find { on, below, pattern } => {
            let below = below.as_ref().map_or_else(String::new, |it| format!(" below {it}"));
            format!("find {pattern}{below}{}", place(on))
        }
        What::Setting { on, path, key, .. } => format!("{key} in {path}{}", place(on)),
        What::Search { repo, paths, text, .. } => {
            let paths = if paths.is_empty() { String::from("everything") } else { paths.join(" ") };
            format!("search {paths} of {repo} for {text}")
        }
        What::Earlier(what) => format!("what an earlier run saw: {}", asked(what)),
    }
}

/// The URL of a request, without the port that goes without saying, and where its name led.
fn url(request: &Request) -> String {
    let Request { scheme, host, port, path, .. } = request;
    let port = if *port == scheme.port() { String::new() } else { format!(":{port}") };
    // What is put into a request so that no cache answers is no part of the question.
    let cut = ["?holdpoint=", "&holdpoint="].iter().find_map(|it| path.find(it));
    let path = cut.and_then(|at| path.get(..at)).unwrap_or(path);
    let plain = request.headers.iter().any(|(name, _)| name == "cache-control");
    let plain = if plain { " without a query of our own" } else { "" };
    let at = request.at.to_string();
    let at = if at == *host { String::new() } else { format!(" at {at}") };
    format!("{}://{host}{port}{path}{at}{plain}", scheme.word())
}

/// Where, unless it is the vantage itself.
fn place(host: &Host) -> String {
    match host {
        Host::Here => String::new(),
        Host::Root(root) => format!(" below {root}"),
        Host::Ssh(destination) => format!(" on {destination}"),
        Host::Command(argv) => format!(" inside {}", argv.join(" ")),
    }
}
