//! Makes the copies of the core's protocols that have a bug seeded into them.

#[path = "src/bugs/list.rs"]
#[expect(unreachable_pub, reason = "the library includes this file, too")]
mod list;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use list::{BUGS, Bug};

/// Where the sources are that the bugs are seeded into, when not beside: `docs/mutants.md` says
/// what that is for.
const SEEDED_FROM: &str = "RUMORMILL_SEEDED_FROM";

fn main() -> Result<(), Box<dyn Error>> {
    let core = match env::var(SEEDED_FROM) {
        Ok(elsewhere) => elsewhere.into(),
        Err(_) => Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../core/src"),
    };
    println!("cargo:rerun-if-env-changed={SEEDED_FROM}");
    println!("cargo:rerun-if-changed=src/bugs/list.rs");
    let mut modules = String::new();
    for bug in BUGS {
        let path = core.join(bug.file);
        println!("cargo:rerun-if-changed={}", path.display());
        let seeded = seed(bug, &fs::read_to_string(&path)?)?;
        modules.push_str(&format!("pub mod {} {{\n{seeded}\n}}\n", bug.name));
    }
    let out = Path::new(&env::var("OUT_DIR")?).join("bugs.rs");
    fs::write(out, modules)?;
    Ok(())
}

/// The file with the mistake in it, as it reads from outside the core, without its tests.
fn seed(bug: &Bug, file: &str) -> Result<String, String> {
    let code = file.split("#[cfg(test)]").next().unwrap_or_default();
    match code.matches(bug.right).count() {
        1 => Ok(from_outside(&code.replace(bug.right, bug.wrong))),
        times => Err(format!(
            "the seeded bug `{}` no longer fits: `{}` stands {times} times in core/src/{}; \
             mend src/bugs/list.rs",
            bug.name, bug.right, bug.file
        )),
    }
}

/// What the file says of `crate` is said of the core, and its parts are the core's.
fn from_outside(code: &str) -> String {
    let is_a_part = |line: &&str| line.starts_with("pub mod ") && line.ends_with(';');
    let lines: Vec<_> = code.lines().filter(|line| !is_a_part(line)).collect();
    lines.join("\n").replace("crate::", "rumormill_core::")
}
