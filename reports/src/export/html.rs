//! The page: one file that asks nothing of a network, and can be read without JavaScript.

use askama::Template;

use super::Report;
use crate::document::{Align, Block, Column, Section};
use crate::palette::Style;
use crate::plot::Rendered;

/// The page's template; askama escapes whatever is not marked as safe.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    title: &'a str,
    style: &'static str,
    sections: &'a [Section],
    charts: &'a [Rendered],
}

pub(super) fn render(report: &Report<'_>) -> Result<String, askama::Error> {
    Page {
        title: report.title,
        style: include_str!("../../templates/page.css"),
        sections: &report.sections,
        charts: &report.charts,
    }
    .render()
}

impl Page<'_> {
    fn chart(&self, name: &str) -> Option<&Rendered> {
        self.charts.iter().find(|chart| chart.figure.name == name)
    }

    /// A protocol's marker as it stands in charts.
    #[expect(
        clippy::unused_self,
        clippy::trivially_copy_pass_by_ref,
        reason = "templates call methods of the page, and pass references"
    )]
    fn marker(&self, style: &Style) -> String {
        let colour = style.colour.css();
        let corners = style.marker.corners();
        let shape = if corners.is_empty() {
            format!("<circle r=\"1\" fill=\"{colour}\"/>")
        } else {
            let points: Vec<String> = corners.iter().map(|(x, y)| format!("{x},{y}")).collect();
            format!(
                "<polygon points=\"{}\" fill=\"{colour}\"/>",
                points.join(" ")
            )
        };
        format!(
            "<svg class=\"marker\" viewBox=\"-1.3 -1.3 2.6 2.6\" aria-hidden=\"true\">{shape}</svg>"
        )
    }

    #[expect(clippy::unused_self, reason = "templates call methods of the page")]
    fn class(&self, column: &Column) -> &'static str {
        match column.align {
            Align::Left => "words",
            Align::Right => "number",
            Align::Prose => "prose",
        }
    }
}
