//! Terraform: regions, providers, databases, services, balancers, names of the DNS.

use std::collections::BTreeMap;

use crate::{
    found::{By, Declared, Image, Repository, Resource, Workload},
    hcl::{self, Block, Expression},
    names::{environment_of_host, environment_of_path},
    place::Place,
};

/// Reads all files of Terraform together: variables and locals are declared in one file of a
/// folder and used in others.
pub(crate) fn read(files: &[(&str, &str)], into: &mut Repository) {
    let mut folders: BTreeMap<&str, Vec<(&str, Vec<Block>)>> = BTreeMap::new();
    for (file, text) in files {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.entry(folder).or_default().push((file, hcl::blocks(text)));
    }
    for files in folders.values() {
        let values = Values::of(files);
        for (file, blocks) in files {
            for block in blocks {
                top(file, block, &values, into);
            }
        }
    }
}

/// Defaults of variables and plain locals of a folder.
struct Values(BTreeMap<String, String>);

impl Values {
    fn of(files: &[(&str, Vec<Block>)]) -> Self {
        let mut values = BTreeMap::new();
        for block in files.iter().flat_map(|(_, blocks)| blocks) {
            match block.kind.as_str() {
                "variable" => {
                    let sensitive = block.attribute("sensitive").is_some();
                    let default = block.attribute("default").filter(|_| !sensitive);
                    if let Some(Expression::Text(text)) = default.map(|it| &it.value) {
                        values.insert(format!("var.{}", block.label(0)), text.clone());
                    }
                }
                "locals" => {
                    for it in &block.attributes {
                        if let Expression::Text(text) = &it.value {
                            values.insert(format!("local.{}", it.name), text.clone());
                        }
                    }
                }
                _ => {}
            }
        }
        Self(values)
    }

    /// The text of an attribute, as far as it can be told without Terraform.
    fn text(&self, block: &Block, name: &str) -> Option<(String, usize)> {
        let attribute = block.attribute(name)?;
        let text = match &attribute.value {
            Expression::Text(text) => self.filled(text)?,
            Expression::Word(word)
                if word.contains('.') && !word.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                self.filled(self.0.get(word)?)?
            }
            Expression::Word(word) => word.clone(),
            Expression::List(_) | Expression::Other => return None,
        };
        Some((text, attribute.line))
    }

    fn filled(&self, text: &str) -> Option<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (inner, behind) = after.split_once('}')?;
            filled.push_str(before);
            let value = self.0.get(inner.trim()).filter(|it| !it.contains("${"))?;
            filled.push_str(value);
            rest = behind;
        }
        filled.push_str(rest);
        Some(filled)
    }
}

fn top(file: &str, block: &Block, values: &Values, into: &mut Repository) {
    let at = Place::new(file, block.line);
    match block.kind.as_str() {
        "provider" => {
            let region = values.text(block, "region");
            let place = region.as_ref().map_or_else(|| at.clone(), |it| Place::new(file, it.1));
            let region = region.map_or_else(String::new, |it| format!(" in {}", it.0));
            into.notes.push((format!("provider {}{region}", block.label(0)), place));
        }
        "resource" => resource(file, block, values, at, into),
        "module" => {
            let source = values.text(block, "source").map(|it| it.0).unwrap_or_default();
            into.notes.push((format!("module {} from {source}", block.label(0)), at));
        }
        _ => {}
    }
}

fn resource(file: &str, block: &Block, values: &Values, at: Place, into: &mut Repository) {
    let kind = block.label(0);
    let text = |name: &str| values.text(block, name).map(|it| it.0);
    let name = text("name").or_else(|| text("identifier")).or_else(|| text("bucket"));
    let name = name.or_else(|| text("cluster_id")).or_else(|| text("replication_group_id"));
    let name = name.unwrap_or_else(|| block.label(1).to_owned());
    let says = |words: String, into: &mut Repository| into.notes.push((words, at.clone()));
    match kind {
        "aws_db_instance" | "aws_rds_cluster" | "google_sql_database_instance" => {
            let engine = text("engine").or_else(|| text("database_version"));
            let version = text("engine_version").unwrap_or_default();
            let shown = engine.clone().unwrap_or_default();
            let image = [shown.as_str(), ":", version.as_str()].concat();
            into.images.push(Image::read(&image, environment_of_path(file), at.clone()));
            says(format!("database {name}: {shown} {version}").trim_end().to_owned(), into);
            into.resources.push(Resource { kind: kind.to_owned(), engine, at });
        }
        "aws_elasticache_cluster" | "aws_elasticache_replication_group" => {
            let engine = text("engine").or_else(|| Some(String::from("redis")));
            says(format!("cache {name}: {}", engine.clone().unwrap_or_default()), into);
            into.resources.push(Resource { kind: kind.to_owned(), engine, at });
        }
        "aws_ecs_cluster" => says(format!("ECS cluster {name}"), into),
        "aws_ecs_service" => {
            let count = values.text(block, "desired_count");
            let count = count.and_then(|(count, line)| Some((count.parse().ok()?, line)));
            into.workloads.push(Workload {
                name: name.clone(),
                environment: environment_of_path(file),
                replicas: count.map(|(count, line)| (count, Place::new(file, line))),
                probes: Vec::new(),
            });
            says(format!("ECS service {name}"), into);
        }
        "aws_lb" | "aws_alb" => says(format!("load balancer {name}"), into),
        "aws_s3_bucket" => says(format!("bucket {name}"), into),
        "aws_lb_target_group" => {
            for check in block.blocks.iter().filter(|it| it.kind == "health_check") {
                if let Some((path, line)) = values.text(check, "path") {
                    into.workloads.push(Workload {
                        name: name.clone(),
                        environment: environment_of_path(file),
                        replicas: None,
                        probes: vec![(path, Place::new(file, line))],
                    });
                }
            }
        }
        "aws_route53_record" | "cloudflare_record" | "google_dns_record_set" => {
            let web = text("type").is_none_or(|it| matches!(it.as_str(), "A" | "AAAA" | "CNAME"));
            if let Some((host, line)) = values.text(block, "name").filter(|_| web) {
                site(file, host, line, into);
            }
        }
        "aws_lb_listener" | "aws_alb_listener"
            if text("protocol").is_some_and(|it| it == "HTTPS") =>
        {
            into.resources.push(Resource { kind: String::from("tls"), engine: None, at });
        }
        "aws_acm_certificate" => {
            let tls = Resource { kind: String::from("tls"), engine: None, at: at.clone() };
            into.resources.push(tls);
            if let Some((host, line)) = values.text(block, "domain_name") {
                site(file, host, line, into);
            }
        }
        _ => {}
    }
}

/// A name of the DNS or of a certificate. Whether TLS is spoken there it does not say.
fn site(file: &str, host: String, line: usize, into: &mut Repository) {
    let environment = environment_of_path(file);
    let own = environment_of_host(&host);
    into.sites.push(Declared {
        tls: None,
        service: String::new(),
        environment: if environment.is_empty() { own } else { environment },
        by: By::Infrastructure,
        at: Place::new(file, line),
        host: host.trim_end_matches('.').to_ascii_lowercase(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_runs_where() {
        let main = "provider \"aws\" {\n  region = var.region\n}\nresource \"aws_route53_record\" \"app\" {\n  \
                    name = \"${local.sub}.acme.dev\"\n  type = \"A\"\n}\nresource \"aws_route53_record\" \"mx\" {\n  \
                    name = \"acme.dev\"\n  type = \"MX\"\n}\nresource \"aws_db_instance\" \"main\" {\n  identifier = \
                    \"shop\"\n  engine = \"postgres\"\n  engine_version = \"15.4\"\n  password = \"hunter2\"\n}\n\
                    resource \"aws_ecs_service\" \"web\" {\n  name = \"web\"\n  desired_count = 2\n}\n";
        let vars =
            "variable \"region\" {\n  default = \"eu-west-1\"\n}\nlocals {\n  sub = \"shop\"\n}\n";
        let mut all = Repository::default();
        read(&[("infra/main.tf", main), ("infra/vars.tf", vars)], &mut all);
        let hosts: Vec<_> = all.sites.iter().map(|it| (it.host.as_str(), it.at.line)).collect();
        assert_eq!(hosts, [("shop.acme.dev", 5)]);
        let notes: Vec<&str> = all.notes.iter().map(|it| it.0.as_str()).collect();
        assert_eq!(
            notes,
            ["provider aws in eu-west-1", "database shop: postgres 15.4", "ECS service web"]
        );
        assert_eq!(all.workloads[0].replicas.as_ref().unwrap().0, 2);
        assert!(!format!("{all:?}").contains("hunter2"));
    }
}
