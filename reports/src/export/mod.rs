//! What a report is written as: one file each, and one line each in [`EXPORTERS`]. Charts are files of their own.

mod csv;
mod html;
pub(crate) mod markdown;

use crate::document::Section;
use crate::plot::Rendered;
use crate::schema::Results;

/// Everything that there is to show.
pub(crate) struct Report<'a> {
    pub(crate) title: &'a str,
    pub(crate) results: &'a Results,
    pub(crate) sections: Vec<Section>,
    pub(crate) charts: Vec<Rendered>,
}

/// A file of a report.
pub(crate) struct Exporter {
    pub(crate) file_name: &'static str,
    pub(crate) render: fn(&Report<'_>) -> Result<String, askama::Error>,
}

/// All files of a report but its charts.
pub(crate) const EXPORTERS: [Exporter; 3] = [
    Exporter {
        file_name: "index.html",
        render: html::render,
    },
    Exporter {
        file_name: "summary.md",
        render: markdown::render,
    },
    Exporter {
        file_name: "results.csv",
        render: csv::render,
    },
];
