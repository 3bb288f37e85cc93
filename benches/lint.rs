//! Parse and lint over a generated repository, as ratios to the parse time of the same bytes.
//!
//! `cargo bench --bench lint` prints a table. `--quick` takes the small repository and few rounds:
//! it shows that the benches run, and proves no number.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod repository;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gitops_lab::lint::{Catalog, Context, Linter, Selection};
use gitops_lab::object::{self, Object};
use gitops_lab::source::{Origin, Source, Sources};
use gitops_lab::yaml::{self, Tree};

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (sizes, rounds): (&[usize], _) = if quick {
        (&[1_000], 3)
    } else {
        (&[1_000, 10_000], 15)
    };
    println!("objects        bytes   parse      objects    lint       lint/parse  findings");
    for size in sizes {
        measure(*size, rounds);
    }
}

fn measure(size: usize, rounds: usize) {
    let sources = sources(size);
    let bytes: usize = sources.iter().map(|(_, source)| source.text.len()).sum();
    let parse_time = fastest(rounds, || parse(&sources));
    let trees = parse(&sources);
    let read_time = fastest(rounds, || object::read(&trees));
    let (objects, _) = object::read(&trees);
    let catalog = Catalog::builtin().expect("the embedded rules load");
    let linter = Linter::new(catalog, &Selection::default()).expect("no rule is named");
    let lint_time = fastest(rounds, || lint(&linter, &sources, &objects));
    let findings = lint(&linter, &sources, &objects);
    println!(
        "{:<8} {bytes:>11}   {:<10} {:<10} {:<10} {:<11.2} {findings}",
        objects.len(),
        milliseconds(parse_time),
        milliseconds(read_time),
        milliseconds(lint_time),
        lint_time.as_secs_f64() / parse_time.as_secs_f64(),
    );
}

fn sources(size: usize) -> Sources {
    let mut sources = Sources::default();
    for (path, text) in repository::repository(size) {
        sources.add(Source::new(path.clone(), path, Origin::File, text));
    }
    sources
}

fn parse(sources: &Sources) -> Vec<Arc<Tree>> {
    let documents = sources
        .iter()
        .map(|(id, source)| yaml::parse(id, &source.text).documents);
    documents.flatten().collect()
}

fn lint(linter: &Linter, sources: &Sources, objects: &[Object]) -> usize {
    let context = Context::new(sources, objects);
    linter.run(&context, &[], &[]).findings.len()
}

/// The fastest of some rounds: what the machine does beside only adds.
fn fastest<T>(rounds: usize, mut work: impl FnMut() -> T) -> Duration {
    let rounds = (0..rounds).map(|_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    });
    rounds.min().unwrap_or_default()
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
