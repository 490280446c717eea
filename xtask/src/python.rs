//! A Python of the tests' own, with other people's implementations that ours are held against.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::command::{self, root, target};
use crate::debian;

/// Under which name tests find its path in their environment.
pub(crate) const VARIABLE: &str = "TEST_PYTHON";

/// What Debian calls what is needed to make a virtual environment.
const DEBIAN_PACKAGES: [&str; 2] = ["python3", "python3-venv"];

/// The path of a Python that has all of `xtask/requirements.txt`, made if need be in cargo's target directory.
///
/// # Errors
/// If there is no Python and none may be installed, or a requirement cannot be had.
pub(crate) fn ready() -> Result<PathBuf> {
    let directory = target().join("test-python");
    let (python, installed) = (
        directory.join("bin/python3"),
        directory.join("requirements.txt"),
    );
    let wanted_path = root().join("xtask/requirements.txt");
    let wanted = std::fs::read(&wanted_path)
        .with_context(|| format!("cannot read {}", wanted_path.display()))?;
    if python.exists() && std::fs::read(&installed).is_ok_and(|had| had == wanted) {
        return Ok(python);
    }
    make(&directory)?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--requirement"]);
    command::run(install.arg(&wanted_path))?;
    std::fs::write(&installed, wanted)?;
    Ok(python)
}

/// Makes an empty virtual environment in place of whatever is there.
fn make(directory: &Path) -> Result<()> {
    if !can_make_environments() {
        install_python()?;
    }
    let mut make = Command::new("python3");
    command::run(make.args(["-m", "venv", "--clear"]).arg(directory))
}

/// Debian has `venv` without what it needs: `ensurepip` tells.
fn can_make_environments() -> bool {
    let mut probe = Command::new("python3");
    probe.args(["-c", "import ensurepip, venv"]);
    let ran = probe.stdout(Stdio::null()).stderr(Stdio::null()).status();
    ran.is_ok_and(|status| status.success())
}

fn install_python() -> Result<()> {
    debian::install(&DEBIAN_PACKAGES, "Python 3 with venv and pip")?;
    ensure!(
        can_make_environments(),
        "{} are installed, and python3 still cannot make a virtual environment",
        DEBIAN_PACKAGES.join(" and ")
    );
    Ok(())
}
