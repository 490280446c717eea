//! A way from one protocol to another: what the first takes, what each step adds or takes away, what the second takes.

use crate::attributed;
use crate::attribution;
use crate::cells::Grid;
use crate::palette::{Colour, Marker, Style};
use crate::plot::{Axis, Bar, Figure, Key, LegendItem, Line, Segment, Stroke, Weight, Whisker};
use crate::schema::{Waterfall, WaterfallStep};

/// What to draw.
pub(crate) struct Steps {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// Of results.
    pub(crate) quantity: &'static str,
    /// The label of the axis of values, with its unit.
    pub(crate) label: &'static str,
}

/// The way that is drawn, where its cells ran.
const FAVOURITE: &str = "gRPC against JSON";

const CAPTION: &str = "What each step adds or takes away; both orders of codec and transport are averaged, so that the \
                       steps add up. Whiskers are 99 % intervals over rounds of trials.";

/// How steps look: more, and less.
const MORE: Style = Style {
    colour: Colour(0xCC, 0x79, 0xA7),
    marker: Marker::TriangleUp,
};
const LESS: Style = Style {
    colour: Colour(0x56, 0xB4, 0xE9),
    marker: Marker::TriangleDown,
};

/// How wide a bar is, of the room that it has.
const WIDTH: f64 = 0.6;

/// The figure; none without a factorial run.
pub(crate) fn figure(grid: &Grid<'_>, spec: &Steps) -> Option<Figure> {
    let attribution = attribution::of(grid.results)?;
    let ways = || {
        let ways = attribution.waterfalls.iter();
        ways.filter(|way| way.quantity == spec.quantity)
    };
    let way = ways()
        .find(|way| way.title == FAVOURITE)
        .or(ways().next())?;
    let scaled = |value| attributed::scaled(spec.quantity, value);
    let mut names = vec![way.from.clone()];
    let mut bars = vec![whole(grid, (0.0, &way.from), scaled(way.from_value))];
    let mut whiskers = Vec::new();
    let mut level = scaled(way.from_value);
    for (place, step) in (1_u32..).zip(&way.steps) {
        let place = f64::from(place);
        let to = level + scaled(step.effect.value);
        bars.push(bar(place, [level, to], step_style(step)));
        whiskers.extend(whisker((place, level), step, spec.quantity));
        names.push(step.what.clone());
        level = to;
    }
    let last = f64::from(u32::try_from(names.len()).unwrap_or(u32::MAX));
    bars.push(whole(grid, (last, &way.to), scaled(way.to_value)));
    names.push(way.to.clone());
    let ends = bars.iter().map(Bar::top);
    let max = ends
        .chain(whiskers.iter().map(|whisker| whisker.to))
        .fold(0.0, f64::max);
    Some(Figure {
        name: spec.name,
        title: format!("{}: {}", way.title, spec.title),
        caption: caption(way),
        x: Axis::groups("", &names),
        // Room for the markers on top.
        y: Axis::from_zero(spec.label, max * 1.06),
        legend: vec![vec![legend(MORE, "adds"), legend(LESS, "takes away")]],
        lines: vec![Line {
            style: INK,
            stroke: Stroke::Solid,
            weight: Weight::Full,
            points: Vec::new(),
            marked: Vec::new(),
            whiskers,
        }],
        bars,
    })
}

/// For what is no protocol's.
const INK: Style = Style {
    colour: Colour(0x1F, 0x23, 0x28),
    marker: Marker::Circle,
};

fn caption(way: &Waterfall) -> String {
    format!(
        "{CAPTION} Lower is better. {}.",
        attributed::waterfall_words(way)
    )
}

fn legend(style: Style, label: &str) -> LegendItem {
    LegendItem {
        key: Key::Patch(style),
        label: label.to_owned(),
    }
}

fn step_style(step: &WaterfallStep) -> Style {
    if step.effect.value < 0.0 { LESS } else { MORE }
}

/// The bar of one end, in its protocol's look.
fn whole(grid: &Grid<'_>, (place, name): (f64, &str), value: f64) -> Bar {
    let is_it = |codec: &str, transport: &str| name.split_once('+') == Some((codec, transport));
    let cell = grid.cells.iter().find(|cell| {
        let mut runs = cell.valid.iter();
        runs.any(|run| is_it(&run.codec, &run.transport))
    });
    bar(place, [0.0, value], cell.map_or(INK, |cell| cell.style))
}

fn bar(place: f64, [from, to]: [f64; 2], style: Style) -> Bar {
    Bar {
        style,
        x_from: place - WIDTH / 2.0,
        x_to: place + WIDTH / 2.0,
        segments: vec![Segment {
            from: from.min(to),
            to: from.max(to),
            colour: style.colour,
            opacity: 0.85,
        }],
        tick: None,
    }
}

/// Where a step may end, none below 0, which an axis of amounts does not have. Of few rounds the interval would dwarf all
/// else.
fn whisker((x, level): (f64, f64), step: &WaterfallStep, quantity: &str) -> Option<Whisker> {
    if step.effect.finding == attributed::TOO_FEW {
        return None;
    }
    let end = |value| (level + attributed::scaled(quantity, value)).max(0.0);
    Some(Whisker {
        x,
        from: end(step.effect.low?),
        to: end(step.effect.high?),
    })
}
