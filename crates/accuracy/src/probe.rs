//! What the weights say of labelled lines.

use std::{fs, path::Path};

use holdpoint_bind::{learning, understand::understand};
use holdpoint_document::parse;

/// One row per labelled line: label, what the rules bind, and what the weights say.
pub(crate) fn print(folder: &str, labels: &str) -> Result<(), String> {
    let wrong = |error: std::io::Error| error.to_string();
    let labels = fs::read_to_string(labels).map_err(wrong)?;
    let rows: Vec<Vec<&str>> = labels.lines().skip(1).map(|it| it.split('\t').collect()).collect();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bind/data/learned.bin");
    let data = fs::read(data).map_err(wrong)?;
    let mut name = "";
    let mut read = None;
    for row in &rows {
        let [doc, number, expect, checks, ..] = row.as_slice() else { continue };
        if *doc != name {
            let bytes = fs::read(Path::new(folder).join(format!("{doc}.md"))).map_err(wrong)?;
            let document = parse(&bytes);
            let features = learning::samples(&document);
            let understood = understand(&document);
            read = Some((document, features, understood));
            name = doc;
        }
        let Some((document, features, understood)) = &read else { continue };
        let number: usize = number.parse().map_err(|_| format!("no number: {number}"))?;
        let Some(at) = document.lines.iter().position(|it| it.number == number) else {
            println!("{doc}\t{number}\t{expect}\t{checks}\tabsent\t-\t-\t-");
            continue;
        };
        let (Some(line), Some(features), Some(found)) =
            (document.lines.get(at), features.get(at), understood.get(at))
        else {
            continue;
        };
        let said: Vec<String> = learning::ranked(&data, features)
            .iter()
            .take(6)
            .map(|(id, it)| format!("{id}:{it}"))
            .collect();
        let bound = found.checks.first().map_or("-", |it| it.id.as_str());
        println!(
            "{doc}\t{number}\t{expect}\t{checks}\t{:?}\t{bound}\t{}\t{}",
            found.state,
            said.join(" "),
            line.text
        );
    }
    Ok(())
}

/// What every line of a document was understood to mean, for reading.
pub(crate) fn lines(path: &str) -> Result<(), String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let document = parse(&bytes);
    for (line, found) in document.lines.iter().zip(understand(&document)) {
        let ids: Vec<&str> = found.checks.iter().map(|it| it.id.as_str()).collect();
        let because: Vec<&str> = found
            .checks
            .first()
            .into_iter()
            .flat_map(|it| &it.because)
            .map(String::as_str)
            .collect();
        println!(
            "{}\t{}\t{:?}\t{}\t{}\t{}",
            line.number,
            found.kind.word(),
            found.state,
            ids.join(","),
            because.join(" · "),
            line.text
        );
    }
    Ok(())
}
