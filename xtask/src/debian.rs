//! Programs of other people that tests need, from Debian's packages where they are missing.

use std::process::Command;

use anyhow::{Result, bail};

use crate::command;

/// Installs these packages; `what` is what some tests need of them.
///
/// # Errors
/// If they may not be installed here: then it says what to do by hand.
pub(crate) fn install(packages: &[&str], what: &str) -> Result<()> {
    let mut install = Command::new("apt-get");
    install.args(["install", "--yes", "--no-install-recommends"]);
    install.args(packages);
    if command::run(&mut install).is_ok() {
        return Ok(());
    }
    // The package lists of a fresh machine are empty.
    let updated = command::run(Command::new("apt-get").arg("update"));
    if updated.and_then(|()| command::run(&mut install)).is_err() {
        let packages = packages.join(" and ");
        bail!(
            "some tests need {what}, and this user may not install it: install {packages}, or what your system calls \
             them, and run the tests again"
        );
    }
    Ok(())
}
