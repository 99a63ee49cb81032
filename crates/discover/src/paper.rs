//! Checklists of the repository: which files are some, and what their text names.

use std::borrow::Cow;

use holdpoint_document::{Document, Form, parse};

use crate::{
    found::{By, Declared},
    names::{bare_hosts, environment_of_host, public_host, sites, version_in},
    place::Place,
};

/// Boxes below which a document is a page with a few boxes and no checklist.
const BOXES_MIN: usize = 3;

/// A checklist.
#[derive(Debug)]
pub(crate) struct Paper<'a> {
    pub(crate) path: String,
    pub(crate) document: Cow<'a, Document>,
    pub(crate) boxes: usize,
}

impl<'a> Paper<'a> {
    pub(crate) fn of(path: &str, document: Cow<'a, Document>) -> Self {
        let boxes = document.lines.iter().filter(|it| matches!(it.form, Form::Box(_))).count();
        Self { path: path.to_owned(), document, boxes }
    }

    /// A file that is a checklist by its boxes.
    pub(crate) fn read(path: &str, text: &str) -> Option<Self> {
        let rough = text.matches("[ ]").count() + text.matches("[x]").count();
        let rough = rough + text.matches("[X]").count();
        if rough < BOXES_MIN {
            return None;
        }
        let paper = Self::of(path, Cow::Owned(parse(text.as_bytes())));
        (BOXES_MIN <= paper.boxes).then_some(paper)
    }

    pub(crate) fn at(&self, line: usize) -> Place {
        Place::new(&self.path, line)
    }

    /// The physical lines, counted from one.
    pub(crate) fn rows(&self) -> Vec<(usize, String)> {
        let text = String::from_utf8_lossy(&self.document.raw);
        text.split('\n').enumerate().map(|(at, row)| (at + 1, row.to_owned())).collect()
    }

    /// The version that the document says it is for.
    pub(crate) fn version(&self) -> Option<(String, usize)> {
        self.document.lines.iter().find_map(|line| {
            let found = match &line.form {
                Form::Title => version_in(&line.repaired),
                Form::Field { fields } => fields.iter().find_map(|(label, value)| {
                    let label = label.to_lowercase();
                    let own = label == "version" || label.contains("release version");
                    version_in(value).filter(|_| own || label.contains("app version"))
                }),
                Form::Box(_)
                | Form::Item
                | Form::Command { .. }
                | Form::Assignment { .. }
                | Form::Comment { .. }
                | Form::Row { .. }
                | Form::Choice { .. }
                | Form::Rule => None,
            };
            found.map(|version| (version, line.number))
        })
    }

    /// Hosts that the text names: under a label that says that it is the one, or anywhere.
    pub(crate) fn hosts(&self) -> Vec<Declared> {
        let mut hosts = Vec::new();
        for line in &self.document.lines {
            let labelled: Vec<(&str, &str)> = match &line.form {
                Form::Field { fields } => {
                    fields.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect()
                }
                Form::Assignment { name, value, .. } => vec![(name.as_str(), value.as_str())],
                Form::Box(_)
                | Form::Item
                | Form::Command { .. }
                | Form::Comment { .. }
                | Form::Row { .. }
                | Form::Choice { .. }
                | Form::Rule
                | Form::Title => Vec::new(),
            };
            for (label, value) in labelled {
                if let Some(environment) = says_domain(label) {
                    let named = value_hosts(value).into_iter();
                    hosts.extend(named.map(|(host, tls)| {
                        self.host(host, tls, By::Label, line.number, Some(environment))
                    }));
                }
            }
        }
        for (number, row) in self.rows() {
            let named = sites(&row).into_iter();
            let secure = |site: &holdpoint_model::scope::Site| site.port == 443;
            hosts.extend(named.map(|it| {
                let tls = Some(secure(&it));
                self.host(it.host, tls, By::Mention, number, None)
            }));
        }
        hosts.retain(|it| public_host(&it.host));
        hosts
    }

    fn host(
        &self,
        host: String,
        tls: Option<bool>,
        by: By,
        line: usize,
        environment: Option<&'static str>,
    ) -> Declared {
        let environment = environment.unwrap_or_default();
        let own = environment_of_host(&host);
        Declared {
            environment: if environment.is_empty() { own } else { environment },
            tls,
            service: String::new(),
            by,
            at: self.at(line),
            host,
        }
    }
}

/// Whether a label says that its value is where the system is, and in which environment.
fn says_domain(label: &str) -> Option<&'static str> {
    let label = label.trim_matches(['*', ':', ' ']).to_lowercase();
    let label = label.replace(['_', '-'], " ");
    let environment = crate::names::environment_of_path(&label.replace(' ', "-"));
    let ours = |word: &str| {
        matches!(word, "production" | "prod" | "public" | "primary" | "live")
            || !crate::names::environment_of_path(word).is_empty()
    };
    let plain: Vec<&str> = label.split(' ').filter(|word| !ours(word) && *word != "the").collect();
    let plain = plain.join(" ");
    let names = [
        "domain",
        "domain name",
        "site url",
        "app url",
        "base url",
        "server name",
        "app domain",
        "service url",
    ];
    // Any link may be called a URL; the one of production is ours.
    let links = ["url", "site", "website", "host", "hostname", "address"];
    let own = label.split(' ').any(ours) && links.contains(&plain.as_str());
    (own || names.contains(&plain.as_str())).then_some(environment)
}

/// The hosts of a value: addresses, or a bare name.
fn value_hosts(value: &str) -> Vec<(String, Option<bool>)> {
    let sites = sites(value);
    if sites.is_empty() {
        return bare_hosts(value).into_iter().take(1).map(|host| (host, None)).collect();
    }
    sites.into_iter().map(|it| (it.host, Some(it.port == 443))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_checklists_by_their_boxes() {
        let few = "# Deploy\n- [ ] a\n";
        assert!(Paper::read("DEPLOY.md", few).is_none());
        let text = "# Release v1.4.0\n\n**Domain**: shop.acme.dev\n\n**Staging URL**: https://s.acme.dev\n\n\
                    ## Pre\n\n- [ ] a\n- [ ] b https://docs.acme.dev\n- [ ] c\n- [x] d\n- [ ] e\n";
        let paper = Paper::read("DEPLOY.md", text).unwrap();
        assert_eq!((paper.boxes, paper.version()), (5, Some(("1.4.0".to_owned(), 1))));
        let found: Vec<_> = paper
            .hosts()
            .into_iter()
            .map(|it| (it.host, it.by, it.environment, it.at.line))
            .collect();
        assert_eq!(
            found,
            [
                ("shop.acme.dev".to_owned(), By::Label, "", 3),
                ("s.acme.dev".to_owned(), By::Label, "staging", 5),
                ("s.acme.dev".to_owned(), By::Mention, "", 5),
                ("docs.acme.dev".to_owned(), By::Mention, "", 10),
            ]
        );
        assert_eq!(says_domain("Production URL"), Some(""));
        assert_eq!(says_domain("STAGING_URL"), Some("staging"));
        assert_eq!((says_domain("Monitoring URL"), says_domain("URL")), (None, None));
    }
}
