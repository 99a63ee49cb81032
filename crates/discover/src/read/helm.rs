//! Values of a chart: the hosts of its ingress, how many of it, and its image.

use crate::{
    found::{By, Declared, Image, Repository, Workload},
    names::{environment_of_host, environment_of_path},
    place::Place,
    yaml,
};

/// Reads the values of a chart.
pub(crate) fn read(file: &str, text: &str, into: &mut Repository) -> Option<()> {
    let documents = yaml::documents(text)?;
    let environment = environment_of_path(file);
    for values in &documents {
        let tls = !values.items_at(&["ingress", "tls"]).is_empty();
        let on = values.text_at(&["ingress", "enabled"]) != Some("false");
        for item in values.items_at(&["ingress", "hosts"]).iter().filter(|_| on) {
            let host = item.get("host").unwrap_or(item);
            let Some(text) = host.text() else { continue };
            let text = text.to_ascii_lowercase();
            let own = environment_of_host(&text);
            into.sites.push(Declared {
                environment: if environment.is_empty() { own } else { environment },
                host: text,
                tls: Some(tls),
                service: String::new(),
                by: By::Ingress,
                at: Place::new(file, host.line),
            });
        }
        let image = values.get("image");
        if let Some(repository) = image.and_then(|it| it.text_at(&["repository"])) {
            let tag = image.and_then(|it| it.text_at(&["tag"])).unwrap_or_default();
            let at = Place::new(file, image.map_or(0, |it| it.line));
            let name = if tag.is_empty() {
                repository.to_owned()
            } else {
                [repository, ":", tag].concat()
            };
            into.images.push(Image::read(&name, environment, at));
        }
        if let Some(count) = values.number_at(&["replicaCount"]) {
            let line = values.get("replicaCount").map_or(0, |it| it.line);
            into.workloads.push(Workload {
                name: String::from("release"),
                environment,
                replicas: Some((count, Place::new(file, line))),
                probes: Vec::new(),
            });
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_values() {
        let text = "replicaCount: 2\nimage:\n  repository: acme/shop\n  tag: 1.4.0\ningress:\n  hosts:\n    \
                    - host: staging.acme.dev\n  tls:\n    - secretName: x\n";
        let mut all = Repository::default();
        read("chart/values.yaml", text, &mut all).unwrap();
        assert_eq!((all.sites[0].environment, all.sites[0].tls), ("staging", Some(true)));
        assert_eq!(all.images[0].tag, "1.4.0");
        assert_eq!(all.workloads[0].replicas.as_ref().unwrap().0, 2);
    }
}
