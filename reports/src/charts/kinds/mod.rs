//! The kinds of charts: each turns cells into a figure of one shape.

pub(crate) mod by_accounts;
pub(crate) mod by_distance;
pub(crate) mod percentiles;
pub(crate) mod stacked;
pub(crate) mod waterfall;
