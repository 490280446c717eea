//! The program `curl`, which the transport `http` is held against.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use crate::debian;

/// Under which name tests find its path in their environment.
pub(crate) const VARIABLE: &str = "TEST_CURL";

/// What Debian calls it.
const DEBIAN_PACKAGE: &str = "curl";

/// The path of a curl, installed if need be.
///
/// # Errors
/// If there is none and none may be installed.
pub(crate) fn ready() -> Result<PathBuf> {
    let curl = Path::new("curl");
    if !runs(curl) {
        debian::install(&[DEBIAN_PACKAGE], "curl")?;
        ensure!(
            runs(curl),
            "{DEBIAN_PACKAGE} is installed, and there is still no curl to run"
        );
    }
    Ok(curl.to_owned())
}

fn runs(curl: &Path) -> bool {
    let mut probe = Command::new(curl);
    probe.arg("--version");
    let ran = probe.stdout(Stdio::null()).stderr(Stdio::null()).status();
    ran.is_ok_and(|status| status.success())
}
