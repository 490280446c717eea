//! A figure as files: SVG for pages, PNG for everything else, from the same strokes.

use std::sync::OnceLock;

use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::{FontStyle, register_font};

use super::canvas::SCALE;
use super::figure::Figure;
use super::look::{EDGE, INK, WIDTH};
use super::painter::Layout;

/// A figure could not be drawn: the built-in font or the picture's encoder failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw the chart {name}: {reason}")]
pub struct DrawError {
    /// The chart.
    pub name: &'static str,
    /// What the drawing library said.
    pub reason: String,
}

/// A figure, drawn.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) figure: Figure,
    /// A document of its own, which follows light and dark.
    pub(crate) svg: String,
    /// An element for a page, which takes the page's colour and font.
    pub(crate) svg_inline: String,
    pub(crate) png: Vec<u8>,
}

/// plotters centres text on the middle of small letters in SVG, and above that in bitmaps; here it is to be centred on
/// the middle of digits. In ems.
const SVG_TEXT_DROP_EM: f64 = 0.08;
const PNG_TEXT_DROP_EM: f64 = 0.24;

/// Pixels of a bitmap for a design pixel: what is left of `SCALE` is averaged, so that edges are smooth.
const PNG_SCALE: usize = 2;

/// Draws a figure in both formats.
pub(crate) fn render(figure: Figure) -> Result<Rendered, DrawError> {
    let name = figure.name;
    let error = |reason| DrawError { name, reason };
    register_fonts().map_err(|reason| error(reason.to_owned()))?;
    let layout = Layout::of(&figure).map_err(error)?;
    let strokes = svg_strokes(&layout).map_err(error)?;
    let frame = Frame {
        title: escape(&figure.title),
        height: layout.height,
    };
    Ok(Rendered {
        svg: svg_document(&frame, &strokes),
        svg_inline: svg_inline(&frame, &strokes),
        png: png(&layout).map_err(error)?,
        figure,
    })
}

/// What the element around strokes must know.
struct Frame {
    /// Escaped.
    title: String,
    /// In design pixels.
    height: f64,
}

fn register_fonts() -> Result<(), &'static str> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let registered = REGISTERED.get_or_init(|| {
        let regular = include_bytes!("../../fonts/Inter-Regular.ttf");
        let bold = include_bytes!("../../fonts/Inter-SemiBold.ttf");
        register_font("sans-serif", FontStyle::Normal, regular).is_ok()
            && register_font("sans-serif", FontStyle::Bold, bold).is_ok()
    });
    if *registered {
        Ok(())
    } else {
        Err("the built-in font cannot be read")
    }
}

/// Width and height in the backends' pixels.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a width and a height of some hundred pixels"
)]
fn device_size(layout: &Layout<'_>) -> (u32, u32) {
    let scale = f64::from(SCALE);
    ((WIDTH * scale) as u32, (layout.height * scale) as u32)
}

/// What plotters draws, without the element around it.
fn svg_strokes(layout: &Layout<'_>) -> Result<String, String> {
    let mut text = String::new();
    let mut backend = SVGBackend::with_string(&mut text, device_size(layout));
    layout.draw(&mut backend, SVG_TEXT_DROP_EM)?;
    backend.present().map_err(|error| error.to_string())?;
    drop(backend);
    let (_, inner) = text.split_once('\n').unwrap_or_default();
    let inner = inner.trim_end().strip_suffix("</svg>").unwrap_or(inner);
    // Quotes inside texts are escaped, so these patterns match attributes alone.
    Ok(inner
        .replace(&format!("\"{}\"", INK.css()), "\"currentColor\"")
        .replace(" font-family=\"sans-serif\"", ""))
}

/// The element of a page: it begins where the text of the page begins, without the margin of a picture.
fn svg_inline(frame: &Frame, strokes: &str) -> String {
    svg_element(frame, strokes, EDGE)
}

fn svg_document(frame: &Frame, strokes: &str) -> String {
    const STYLE: &str = "<style>\
        svg { color: #1F2328; background: #FFFFFF; \
        font-family: Inter, system-ui, -apple-system, \"Segoe UI\", Roboto, \"Liberation Sans\", sans-serif }\n\
        @media (prefers-color-scheme: dark) { svg { color: #E6EDF3; background: #14171C } }\
        </style>\n";
    svg_element(frame, &format!("{STYLE}{strokes}"), 0.0)
}

/// The element around strokes, with so many design pixels cut off at the left.
fn svg_element(frame: &Frame, content: &str, cut: f64) -> String {
    let scale = f64::from(SCALE);
    let Frame { title, height } = frame;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{} 0 {} {}\" width=\"{}\" height=\"{height}\" \
         role=\"img\" aria-label=\"{title}\" class=\"chart\">\n<title>{title}</title>\n{content}</svg>\n",
        cut * scale,
        (WIDTH - cut) * scale,
        height * scale,
        WIDTH - cut,
    )
}

fn png(layout: &Layout<'_>) -> Result<Vec<u8>, String> {
    let (width, height) = device_size(layout);
    let mut pixels = vec![0xFF; 3 * width as usize * height as usize];
    {
        let mut backend = BitMapBackend::with_buffer(&mut pixels, (width, height));
        layout.draw(&mut backend, PNG_TEXT_DROP_EM)?;
        backend.present().map_err(|error| error.to_string())?;
    }
    let step = SCALE.unsigned_abs() as usize / PNG_SCALE;
    let small = shrink(&pixels, width as usize, step);
    let size = (width as usize / step, height as usize / step);
    encode_png(&small, size)
}

/// Averages squares of `step` by `step` pixels, three bytes each, in rows of `width`.
fn shrink(pixels: &[u8], width: usize, step: usize) -> Vec<u8> {
    let area = step * step;
    let mut small = Vec::with_capacity(pixels.len() / area);
    for rows in pixels.chunks_exact(3 * width * step) {
        let mut sums = vec![0; 3 * width / step];
        for row in rows.chunks_exact(3 * width) {
            for (sum, square) in sums.chunks_exact_mut(3).zip(row.chunks_exact(3 * step)) {
                for (channel, byte) in square.iter().enumerate() {
                    sum[channel % 3] += usize::from(*byte);
                }
            }
        }
        let mean = |sum: usize| u8::try_from((sum + area / 2) / area).unwrap_or(u8::MAX);
        small.extend(sums.into_iter().map(mean));
    }
    small
}

fn encode_png(pixels: &[u8], (width, height): (usize, usize)) -> Result<Vec<u8>, String> {
    let size = |length: usize| u32::try_from(length).map_err(|error| error.to_string());
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, size(width)?, size(height)?);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
    writer
        .write_image_data(pixels)
        .map_err(|error| error.to_string())?;
    writer.finish().map_err(|error| error.to_string())?;
    Ok(file)
}

/// Text for an SVG attribute or element.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrinking_averages() {
        let white_and_black = [255, 255, 255, 0, 0, 0, 255, 255, 255, 0, 0, 0];
        assert_eq!(shrink(&white_and_black, 2, 2), [128, 128, 128]);
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escape("<a & 'b'>"), "&lt;a &amp; &#39;b&#39;&gt;");
    }
}
