//! What a run leaves behind: nothing.

use crate::conformance::check::{Check, Checked, checks};
use crate::conformance::expect::same;
use crate::conformance::requests;
use crate::conformance::stage::Stage;

/// How many names are listed; every format can ask for as many.
const LISTED: u32 = 100;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    nothing_is_left: "remove everything that was created" => "no account of this run is left";
};

async fn nothing_is_left(stage: &mut Stage) -> Checked {
    let mut last = stage.user("last").await?;
    let pattern = format!("{}*", stage.kit.prefix);
    let (names, _) = last.list(&requests::list(&pattern, LISTED)).await?;
    same("the accounts that are left", vec![last.name()], names)
}
