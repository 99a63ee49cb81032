//! Prints the lines of a checklist, one a row.
#![expect(clippy::print_stdout, reason = "an example prints what it shows")]

use holdpoint_document::parse;

fn main() -> Result<(), std::io::Error> {
    let path = std::env::args().nth(1).unwrap_or_default();
    let document = parse(&std::fs::read(path)?);
    for (id, line) in document.lines.iter().enumerate() {
        let parent = line.parent.map_or_else(|| "-".to_owned(), |it| it.0.to_string());
        println!(
            "{}\t#{id}\t^{parent}\td{}\t{:?}\t{}",
            line.number, line.depth, line.form, line.repaired
        );
    }
    for heading in &document.headings {
        println!("{}\tH{}\t{}", heading.number, heading.level, heading.repaired);
    }
    for fence in &document.fences {
        println!("{}\tF\t{}\t{:?}", fence.number, fence.info, fence.owner);
    }
    for complaint in &document.diagnostics {
        println!(
            "{}\t{:?}\t{}\t{}",
            complaint.line, complaint.level, complaint.code, complaint.message
        );
    }
    Ok(())
}
