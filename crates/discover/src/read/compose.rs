//! Compose files: services with their images, published ports, variables and mounts.

use crate::{
    found::{By, Declared, Image, Listener, Repository, Service, Workload},
    names::environment_of_path,
    place::Place,
    yaml::{self, Node},
};

/// Reads a compose file; what is none gives nothing.
pub(crate) fn read(file: &str, text: &str, into: &mut Repository) -> Option<()> {
    let documents = yaml::documents(text)?;
    let environment = environment_of_path(file);
    for document in &documents {
        for entry in document.entries_at(&["services"]) {
            let at = Place::new(file, entry.line);
            service(file, &entry.key, &entry.node, at, environment, into);
        }
    }
    Some(())
}

fn service(
    file: &str,
    name: &str,
    node: &Node,
    at: Place,
    environment: &'static str,
    into: &mut Repository,
) {
    let place = |node: &Node| Place::new(file, node.line);
    if let Some(image) = node.get("image").and_then(|it| Some((it.text()?, place(it)))) {
        into.images.push(Image::read(image.0, environment, image.1));
    }
    let mut published = Vec::new();
    for port in node.items_at(&["ports"]) {
        let Some(outer) = published_port(port) else { continue };
        published.push((outer, place(port)));
        let at = place(port);
        into.listeners.push(Listener { service: name.to_owned(), port: outer, at });
    }
    for port in node.items_at(&["expose"]).iter().filter(|_| published.is_empty()) {
        if let Some(number) = port.text().and_then(|it| it.parse().ok()) {
            let listener = Listener { service: name.to_owned(), port: number, at: place(port) };
            into.listeners.push(listener);
        }
    }
    let labels = labels(node);
    let tls = labels.iter().any(|it| it.contains("tls") || it.contains("websecure"));
    for label in &labels {
        let Some((_, rest)) = label.split_once("Host(") else { continue };
        for host in rest.split(')').next().unwrap_or_default().split(['`', '"', '\'', ',']) {
            if host.trim().is_empty() {
                continue;
            }
            into.sites.push(Declared {
                host: host.trim().to_ascii_lowercase(),
                tls: tls.then_some(true),
                service: name.to_owned(),
                environment,
                by: By::Proxy,
                at: at.clone(),
            });
        }
    }
    if let Some(count) = node.number_at(&["deploy", "replicas"]) {
        let line = node.at(&["deploy", "replicas"]).map_or(0, |it| it.line);
        into.workloads.push(Workload {
            name: name.to_owned(),
            environment,
            replicas: Some((count, Place::new(file, line))),
            probes: Vec::new(),
        });
    }
    let mounts = node.items_at(&["volumes"]).iter().filter_map(|it| mount(it, place(it)));
    into.services.push(Service {
        name: name.to_owned(),
        environment,
        published,
        variables: variables(file, node),
        health: health(node),
        mounts: mounts.collect(),
        at,
    });
}

/// Names of variables; values stay where they are.
fn variables(file: &str, node: &Node) -> Vec<(String, Place)> {
    let mut names = Vec::new();
    for entry in node.entries_at(&["environment"]) {
        names.push((entry.key.clone(), Place::new(file, entry.line)));
    }
    for item in node.items_at(&["environment"]) {
        let name = item.text().and_then(|it| it.split('=').next()).map(str::trim);
        names.extend(name.map(|name| (name.to_owned(), Place::new(file, item.line))));
    }
    names
}

fn labels(node: &Node) -> Vec<String> {
    let listed = node.items_at(&["labels"]).iter().filter_map(|it| it.text());
    let named = node.entries_at(&["labels"]).iter();
    let named = named.map(|it| format!("{}={}", it.key, it.node.text().unwrap_or_default()));
    listed.map(str::to_owned).chain(named).collect()
}

/// The port of the machine, where one is published at a number that can be told.
fn published_port(node: &Node) -> Option<u16> {
    if let Some(text) = node.text() {
        let text = text.split('/').next().unwrap_or(text);
        // A variable with a default stands for it.
        let plain = with_defaults(text);
        let mut parts = plain.rsplit(':').map(|part| part.split('-').next().unwrap_or(part));
        parts.next()?.trim().parse::<u16>().ok()?;
        return parts.next()?.trim().parse().ok();
    }
    with_defaults(node.text_at(&["published"])?).parse().ok()
}

/// `${NAME:-8080}` as `8080`.
fn with_defaults(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        let (inner, behind) = after.split_once('}').unwrap_or((after, ""));
        let default = inner.split_once(":-").or_else(|| inner.split_once('-'));
        plain.push_str(default.map_or("$", |(_, default)| default));
        rest = behind;
    }
    plain.push_str(rest);
    plain
}

/// What a health check runs, as one text.
fn health(node: &Node) -> Option<String> {
    let test = node.at(&["healthcheck", "test"])?;
    let words: Vec<&str> = test.items().iter().filter_map(Node::text).collect();
    Some(test.text().map_or_else(|| words.join(" "), str::to_owned))
}

/// A folder of the machine that is mounted.
fn mount(node: &Node, at: Place) -> Option<(String, Place)> {
    let source = match node.text() {
        Some(text) => text.split(':').next()?,
        None => node.text_at(&["source"])?,
    };
    let folder = source.starts_with(['.', '/', '~']) && !source.contains('$');
    folder.then(|| (source.to_owned(), at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_services() {
        let text = "services:\n  web:\n    image: ghcr.io/acme/shop:1.4.0\n    ports:\n      - \
                    \"${PORT:-8080}:80\"\n      - 127.0.0.1:9000:9001/tcp\n      - target: 5\n        \
                    published: 6\n    environment:\n      DATABASE_URL: postgres://a:hunter2@db/x\n    \
                    labels:\n      - traefik.http.routers.web.rule=Host(`shop.acme.dev`)\n    \
                    healthcheck:\n      test: [CMD, curl, -f, http://localhost/health]\n  db:\n    \
                    image: postgres:15\n    environment:\n      - POSTGRES_PASSWORD=hunter2\n    \
                    volumes:\n      - ./backups:/backups\n      - data:/var/lib\n";
        let mut all = Repository::default();
        read("docker-compose.yml", text, &mut all).unwrap();
        let web = &all.services[0];
        let ports: Vec<u16> = web.published.iter().map(|it| it.0).collect();
        assert_eq!(ports, [8080, 9000, 6]);
        assert_eq!(web.published[0].1.to_string(), "docker-compose.yml:5");
        assert_eq!(web.variables[0].0, "DATABASE_URL");
        assert_eq!(web.health.as_deref(), Some("CMD curl -f http://localhost/health"));
        assert_eq!(all.sites[0].host, "shop.acme.dev");
        assert_eq!(all.services[1].mounts[0].0, "./backups");
        assert_eq!(all.services[1].variables[0].0, "POSTGRES_PASSWORD");
        assert_eq!((all.images[1].name.as_str(), all.images[1].tag.as_str()), ("postgres", "15"));
        assert!(!format!("{all:?}").contains("hunter2"));
        assert!(read("x", "services: [", &mut all).is_none());
    }
}
