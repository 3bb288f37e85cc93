//! Lists the rule files: one constant for the library, one test for each rule.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=rules");
    let rules = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("rules");
    let mut files: Vec<PathBuf> = fs::read_dir(&rules)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();

    let mut constant = String::from(
        "/// The files of `rules/`: id and text, sorted by id.\nconst RULE_FILES: &[(&str, &str)] = &[\n",
    );
    let mut tests = String::new();
    for path in &files {
        let id = path.file_stem().and_then(|name| name.to_str());
        let id = id.ok_or("a rule file's name is not UTF-8")?;
        let name = id.replace('-', "_");
        let path = path.to_str().ok_or("the package's path is not UTF-8")?;
        writeln!(constant, "    ({id:?}, include_str!({path:?})),")?;
        writeln!(
            tests,
            "#[test]\nfn {name}() {{\n    super::examples_hold({id:?});\n}}\n"
        )?;
    }
    constant.push_str("];\n");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("rule_files.rs"), constant)?;
    fs::write(out.join("rule_tests.rs"), tests)?;
    Ok(())
}
