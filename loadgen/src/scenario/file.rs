//! The keys of a scenario file. An unknown one is an error, and every value knows where it stands.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::pacing::Arrivals;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) name: Spanned<String>,
    pub(super) accounts: Spanned<u32>,
    pub(super) seed: Option<u64>,
    pub(super) texts: TextsTable,
    #[serde(default)]
    pub(super) pages: PagesTable,
    pub(super) mix: Option<Spanned<MixTable>>,
    #[serde(default)]
    pub(super) phases: Vec<Spanned<PhaseTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextsTable {
    pub(super) size: Spanned<SizeTable>,
    pub(super) unicode: Option<Spanned<f64>>,
    pub(super) escaping: Option<Spanned<f64>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SizeTable {
    Fixed(u32),
    Uniform(UniformTable),
    Weighted(BTreeMap<String, f64>),
    LogNormal(LogNormalTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UniformTable {
    pub(super) min: u32,
    pub(super) max: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogNormalTable {
    pub(super) median: f64,
    pub(super) sigma: f64,
    pub(super) min: u32,
    pub(super) max: u32,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PagesTable {
    pub(super) read: Option<Spanned<u32>>,
    pub(super) history: Option<Spanned<u32>>,
    pub(super) list: Option<Spanned<u32>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MixTable {
    pub(super) send: Option<Spanned<f64>>,
    pub(super) read: Option<Spanned<f64>>,
    pub(super) history: Option<Spanned<f64>>,
    pub(super) list: Option<Spanned<f64>>,
    pub(super) delete: Option<Spanned<f64>>,
    pub(super) unread: Option<Spanned<f64>>,
    pub(super) ping: Option<Spanned<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhaseTable {
    pub(super) name: Spanned<String>,
    pub(super) operations: Option<Spanned<u64>>,
    pub(super) duration: Option<Spanned<String>>,
    pub(super) rate: Option<Spanned<f64>>,
    pub(super) arrivals: Option<Spanned<Arrivals>>,
    pub(super) in_flight: Option<Spanned<u32>>,
    pub(super) mix: Option<Spanned<MixTable>>,
}
