//! An anatomy on a terminal: a table of what "hello" takes, then each message, a line for each thing that its bytes are.

mod dump;
mod ink;
mod table;

use reports::anatomy::{Anatomy, Dissected, Layer, Message, Said};

pub use self::ink::Ink;

/// How an anatomy is shown.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// How wide lines may be, in characters.
    pub width: usize,
    /// Whether layers have colours.
    pub ink: Ink,
}

/// Narrower than this nothing can be read, wider than that no line needs to be, in characters.
const WIDTHS: std::ops::RangeInclusive<usize> = 80..=200;

impl Screen {
    /// The whole of it.
    #[must_use]
    pub fn show(self, anatomy: &Anatomy) -> String {
        let screen = Self {
            width: self.width.clamp(*WIDTHS.start(), *WIDTHS.end()),
            ..self
        };
        let mut lines = table::lines(&anatomy.hello);
        lines.extend(screen.legend(anatomy));
        for dissected in &anatomy.protocols {
            lines.extend([String::new(), screen.ink.strong(&name(dissected))]);
            for message in &dissected.messages {
                lines.extend(screen.message(message, &anatomy.layers));
            }
        }
        lines.join("\n") + "\n"
    }

    /// What each layer is, as far as it has bytes here.
    fn legend(self, anatomy: &Anatomy) -> Vec<String> {
        let has_bytes = |layer: &&Layer| {
            let mut messages = anatomy.protocols.iter().flat_map(|one| &one.messages);
            messages.any(|message| message.layer_bytes.contains_key(&layer.name))
        };
        let lines = anatomy.layers.iter().filter(has_bytes).map(|layer| {
            let name = self.ink.paint(&layer.name, &format!("{:14}", layer.name));
            format!("{name}  {}", layer.description)
        });
        [String::new()].into_iter().chain(lines).collect()
    }

    fn message(self, message: &Message, layers: &[Layer]) -> Vec<String> {
        let unit = if message.bytes == 1 { "byte" } else { "bytes" };
        let title = format!("{}, {} {unit}", title(message), message.bytes);
        let sums = layers.iter().filter_map(|layer| {
            let bytes = message.layer_bytes.get(&layer.name)?;
            Some(format!("{} {bytes}", layer.name))
        });
        let mut lines = vec![String::new(), self.ink.strong(&title)];
        lines.extend(wrapped(sums, self.width));
        lines.extend(dump::lines(message, self));
        lines
    }
}

/// What a protocol is called, and what that stands for.
fn name(dissected: &Dissected) -> String {
    let whole = format!("{}+{}", dissected.codec, dissected.transport);
    if dissected.protocol == whole {
        whole
    } else {
        format!("{} = {whole}", dissected.protocol)
    }
}

/// What a message is called.
fn title(message: &Message) -> String {
    let name = match message.message.as_str() {
        "create" => "create an account",
        "log_in" => "log in",
        "log_in_start" => "log in, first half",
        "log_in_finish" => "log in, second half",
        "hello_first" => "\"hello\", the first",
        "hello_tenth" => "\"hello\", the tenth",
        "read_20" => "read 20 messages",
        other => other,
    };
    let said = match message.said {
        Said::Request => "request",
        Said::Reply => "its reply",
        Said::Event => "its event, at the recipient",
        Said::Upkeep => "what the recipient's end sends for its event",
    };
    format!("{name}: {said}")
}

/// Puts items into lines with commas between them.
fn wrapped(items: impl Iterator<Item = String>, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(line) if line.len() + 2 + item.len() < width => {
                line.push_str(", ");
                line.push_str(&item);
            }
            _ => lines.push(format!("  {item}")),
        }
    }
    lines
}
