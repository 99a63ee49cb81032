//! Manifests of a cluster: ingresses, services, workloads and their scaling.

use crate::{
    found::{By, Declared, Image, Listener, Repository, Workload},
    names::{environment_of_host, environment_of_path},
    place::Place,
    yaml::{self, Node},
};

/// Reads the manifests of a file; what is none gives nothing.
pub(crate) fn read(file: &str, text: &str, into: &mut Repository) -> Option<()> {
    if !text.contains("apiVersion:") || !text.contains("kind:") {
        return Some(());
    }
    let documents = yaml::documents(text)?;
    for document in &documents {
        let listed = document.items_at(&["items"]);
        for manifest in std::iter::once(document).chain(listed) {
            one(file, manifest, into);
        }
    }
    Some(())
}

fn one(file: &str, manifest: &Node, into: &mut Repository) {
    let name = manifest.text_at(&["metadata", "name"]).unwrap_or_default();
    let namespace = manifest.text_at(&["metadata", "namespace"]).unwrap_or_default();
    let mut environment = environment_of_path(file);
    if environment.is_empty() {
        environment = environment_of_path(namespace);
    }
    match manifest.text_at(&["kind"]).unwrap_or_default() {
        "Ingress" => ingress(file, manifest, environment, into),
        "IngressRoute" | "HTTPRoute" | "Gateway" => {
            for host in manifest.items_at(&["spec", "hostnames"]) {
                let text = host.text().unwrap_or_default();
                let declared = site(file, text, None, name, environment, host.line);
                into.sites.push(declared);
            }
        }
        "Service" => {
            for port in manifest.items_at(&["spec", "ports"]) {
                for key in ["port", "targetPort", "nodePort"] {
                    let Some(number) = port.text_at(&[key]).and_then(|it| it.parse().ok()) else {
                        continue;
                    };
                    let at = Place::new(file, port.get(key).map_or(port.line, |it| it.line));
                    into.listeners.push(Listener { service: name.to_owned(), port: number, at });
                }
            }
        }
        "Deployment" | "StatefulSet" | "DaemonSet" => {
            workload(file, manifest, name, environment, into);
            if !namespace.is_empty() {
                let line = manifest.at(&["metadata", "namespace"]).map_or(0, |it| it.line);
                let note = format!("workload {name} in the namespace {namespace}");
                into.notes.push((note, Place::new(file, line)));
            }
        }
        "HorizontalPodAutoscaler" => {
            let target = manifest.text_at(&["spec", "scaleTargetRef", "name"]).unwrap_or(name);
            let at = |key| manifest.at(&["spec", key]);
            let least = manifest.number_at(&["spec", "minReplicas"]);
            let most = manifest.number_at(&["spec", "maxReplicas"]);
            let line = at("minReplicas").or_else(|| at("maxReplicas")).map_or(0, |it| it.line);
            let place = Place::new(file, line);
            if let (Some(least), Some(most)) = (least, most) {
                let note = format!("{target} is scaled between {least} and {most}");
                into.notes.push((note, place.clone()));
            }
            into.workloads.push(Workload {
                name: target.to_owned(),
                environment,
                replicas: least.map(|it| (it, place)),
                probes: Vec::new(),
            });
        }
        _ => {}
    }
}

fn site(
    file: &str,
    host: &str,
    tls: Option<bool>,
    service: &str,
    environment: &'static str,
    line: usize,
) -> Declared {
    let host = host.to_ascii_lowercase();
    let environment = if environment.is_empty() { environment_of_host(&host) } else { environment };
    let at = Place::new(file, line);
    Declared { host, tls, service: service.to_owned(), environment, by: By::Ingress, at }
}

fn ingress(file: &str, manifest: &Node, environment: &'static str, into: &mut Repository) {
    let covered: Vec<&str> = manifest
        .items_at(&["spec", "tls"])
        .iter()
        .flat_map(|it| it.items_at(&["hosts"]))
        .filter_map(Node::text)
        .collect();
    for rule in manifest.items_at(&["spec", "rules"]) {
        let Some(host) = rule.get("host") else { continue };
        let Some(text) = host.text() else { continue };
        let paths = rule.items_at(&["http", "paths"]);
        let service = paths.first().and_then(|path| {
            path.text_at(&["backend", "service", "name"])
                .or_else(|| path.text_at(&["backend", "serviceName"]))
        });
        let tls = Some(covered.contains(&text));
        let service = service.unwrap_or_default();
        into.sites.push(site(file, text, tls, service, environment, host.line));
    }
}

fn workload(
    file: &str,
    manifest: &Node,
    name: &str,
    environment: &'static str,
    into: &mut Repository,
) {
    let replicas = manifest.at(&["spec", "replicas"]);
    let replicas = replicas.and_then(|it| Some((it.text()?.parse().ok()?, it.line)));
    let mut probes = Vec::new();
    for container in manifest.items_at(&["spec", "template", "spec", "containers"]) {
        if let Some(image) = container.get("image")
            && let Some(text) = image.text()
        {
            into.images.push(Image::read(text, environment, Place::new(file, image.line)));
        }
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            let path = container.at(&[probe, "httpGet", "path"]);
            let path = path.and_then(|it| Some((it.text()?.to_owned(), it.line)));
            probes.extend(path.map(|(path, line)| (path, Place::new(file, line))));
        }
        for port in container.items_at(&["ports"]) {
            let Some(number) = port.text_at(&["containerPort"]).and_then(|it| it.parse().ok())
            else {
                continue;
            };
            let at = Place::new(file, port.line);
            into.listeners.push(Listener { service: name.to_owned(), port: number, at });
        }
    }
    into.workloads.push(Workload {
        name: name.to_owned(),
        environment,
        replicas: replicas.map(|(count, line)| (count, Place::new(file, line))),
        probes,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_manifests() {
        let text = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: shop\nspec:\n  \
                    tls:\n    - hosts: [shop.acme.dev]\n  rules:\n    - host: shop.acme.dev\n      http:\n        \
                    paths:\n          - backend:\n              service:\n                name: shop\n    - host: \
                    old.acme.dev\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\n  \
                    namespace: shop\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n        - \
                    image: acme/shop:1.4.0\n          readinessProbe:\n            httpGet:\n              path: /ready\n          \
                    ports:\n            - containerPort: 8080\n---\napiVersion: v1\nkind: Secret\ndata:\n  a: aHVudGVyMg==\n";
        let mut all = Repository::default();
        read("k8s/all.yaml", text, &mut all).unwrap();
        let hosts: Vec<_> = all.sites.iter().map(|it| (it.host.as_str(), it.tls)).collect();
        assert_eq!(hosts, [("shop.acme.dev", Some(true)), ("old.acme.dev", Some(false))]);
        assert_eq!(all.sites[0].at.line, 9);
        assert_eq!(all.workloads[0].replicas.as_ref().unwrap().0, 3);
        assert_eq!(all.workloads[0].probes[0].0, "/ready");
        assert_eq!((all.images[0].tag.as_str(), all.listeners[0].port), ("1.4.0", 8080));
        assert!(!format!("{all:?}").contains("aHVudGVyMg"));
        let none = Repository::default();
        assert!(read("x.yaml", "a: {{ .Values.x }}\n", &mut all).is_some());
        assert!(none.sites.is_empty());
    }
}
