//! The table of what "hello" takes.

use reports::anatomy::{Hello, HelloBytes};

/// How wide a column of numbers is, in characters.
const COLUMN_WIDTH: usize = 8;

/// The lines of the table, with what it shows in front.
pub(super) fn lines(hello: &[Hello]) -> Vec<String> {
    let names = hello.iter().map(|hello| hello.protocol.len());
    let width = names.max().unwrap_or(0).max("protocol".len());
    let line = |name: &str, cells: Vec<String>| {
        let cells = cells.iter().map(|cell| format!("{cell:>COLUMN_WIDTH$}"));
        let line = format!("{name:width$}{}", cells.collect::<String>());
        line.trim_end().to_owned()
    };
    let owned =
        |cells: &[&str]| -> Vec<String> { cells.iter().map(|&cell| cell.to_owned()).collect() };
    let heads = ["request", "reply", "event", "all"];
    let mut lines = owned(&[
        "Bytes of the stream for \"hello\" from user01 to user02, both online: request,",
        "reply, and event at the recipient. The first is the first of a connection, the",
        "tenth can refer to those before it.",
        "",
    ]);
    lines.push(line("", owned(&["tenth", "", "", "", "first"])));
    lines.push(line("protocol", owned(&[heads, heads].concat())));
    for one in hello {
        let bytes = [one.tenth, one.first];
        let cells = bytes.iter().flat_map(numbers);
        lines.push(line(&one.protocol, cells.collect()));
    }
    lines
}

fn numbers(bytes: &HelloBytes) -> [String; 4] {
    [
        bytes.request_bytes,
        bytes.reply_bytes,
        bytes.event_bytes,
        bytes.total_bytes(),
    ]
    .map(|number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protocol_is_a_line() {
        let bytes = |request_bytes| HelloBytes {
            request_bytes,
            reply_bytes: 2,
            event_bytes: 9,
        };
        let hello = Hello {
            protocol: "custom".to_owned(),
            codec: "custom".to_owned(),
            transport: "tcp".to_owned(),
            first: bytes(14),
            tenth: bytes(7),
        };
        let lines = lines(&[hello]);
        let expected = [
            "           tenth                           first",
            "protocol request   reply   event     all request   reply   event     all",
            "custom         7       2       9      18      14       2       9      25",
        ];
        assert_eq!(lines[4..], expected);
    }
}
