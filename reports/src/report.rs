//! Writing a report: everything is made in memory first, then each file under a temporary name, then renamed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cells::{CellError, Grid};
use crate::charts;
use crate::export::{EXPORTERS, Report};
use crate::file::{ResultsError, write_atomically};
use crate::plot::DrawError;
use crate::schema::Results;
use crate::sections::{self, Source};

/// How a report is made.
#[derive(Debug, Clone)]
pub struct ReportOptions {
    /// The page's title.
    pub title: String,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            title: "What the protocols cost".to_owned(),
        }
    }
}

/// The files of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The page to open.
    pub index_html: PathBuf,
    /// All files, the page included, in the order of writing.
    pub files: Vec<PathBuf>,
}

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A histogram in the results cannot be read.
    #[error(transparent)]
    Cell(#[from] CellError),
    /// A chart could not be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// The page could not be put together.
    #[error("cannot make {file_name}: {source}")]
    Render {
        /// The file.
        file_name: &'static str,
        /// What the template engine said.
        source: askama::Error,
    },
    /// The directory could not be made.
    #[error("cannot create the directory {}: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] ResultsError),
}

/// Writes the report on some results into a directory, which is made if need be: `index.html`, `summary.md`,
/// `results.csv`, and each chart as `charts/NAME.svg` and `charts/NAME.png`.
///
/// The same results and options give the same bytes.
///
/// # Errors
/// When a histogram in the results is broken, or something cannot be written. Nothing is written before everything
/// is ready, and no file is ever there in part.
pub fn write(
    results: &Results,
    out_dir: impl AsRef<Path>,
    options: &ReportOptions,
) -> Result<Written, ReportError> {
    let files = render(results, options)?;
    let out_dir = out_dir.as_ref();
    let charts_dir = out_dir.join("charts");
    fs::create_dir_all(&charts_dir).map_err(|source| ReportError::Directory {
        path: charts_dir,
        source,
    })?;
    let mut written = Vec::new();
    for (name, content) in files {
        let path = out_dir.join(name);
        write_atomically(&path, &content)?;
        written.push(path);
    }
    Ok(Written {
        index_html: out_dir.join("index.html"),
        files: written,
    })
}

/// A file's path within the report, and its content.
type File = (String, Vec<u8>);

/// All files of a report.
fn render(results: &Results, options: &ReportOptions) -> Result<Vec<File>, ReportError> {
    let grid = Grid::new(results)?;
    let charts = charts::render(&grid)?;
    let names: Vec<&'static str> = charts.iter().map(|chart| chart.figure.name).collect();
    let report = Report {
        title: &options.title,
        results,
        sections: sections::all(&Source {
            grid: &grid,
            charts: &names,
        }),
        charts,
    };
    let mut files = Vec::new();
    for chart in &report.charts {
        let name = chart.figure.name;
        files.push((format!("charts/{name}.svg"), chart.svg.clone().into_bytes()));
        files.push((format!("charts/{name}.png"), chart.png.clone()));
    }
    // The page last: whoever waits for it finds everything else in place.
    for exporter in EXPORTERS.iter().rev() {
        let file_name = exporter.file_name;
        let text = (exporter.render)(&report)
            .map_err(|source| ReportError::Render { file_name, source })?;
        files.push((file_name.to_owned(), text.into_bytes()));
    }
    Ok(files)
}
