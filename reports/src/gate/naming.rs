//! What the name of a metric means, in words.

use super::metric::MetricId;

/// What it is a number of: `the request send with codec custom`. The name itself where its layer is none that is known.
pub(crate) fn subject(metric: &MetricId) -> String {
    let segments: Vec<&str> = metric.segments().collect();
    match segments.as_slice() {
        ["message", codec, what @ .., "bytes"] => {
            format!("the {} with codec {codec}", what.join(" "))
        }
        ["stream", protocol, step @ .., quantity] => {
            format!("{} {} over {protocol}", streamed(quantity), step.join(" "))
        }
        ["store", store, step @ .., quantity] => {
            format!("{} {} on {store}", stored(quantity), step.join(" "))
        }
        ["count", codec, act, what @ .., quantity] => {
            format!(
                "{quantity} to {act} the {} with codec {codec}",
                what.join(" ")
            )
        }
        _ => metric.as_str().to_owned(),
    }
}

fn streamed(quantity: &str) -> &str {
    match quantity {
        "sent_bytes" => "what the client sends in step",
        "received_bytes" => "what the client receives in step",
        "frames" => "the frames of step",
        "round_trips" => "the round trips of step",
        other => other,
    }
}

fn stored(quantity: &str) -> &str {
    match quantity {
        "statements" => "the SQL statements of step",
        "commits" => "the commits of step",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_in_words() {
        let cases = [
            (
                "message/custom/request/send/bytes",
                "the request send with codec custom",
            ),
            (
                "message/json/event/message/bytes",
                "the event message with codec json",
            ),
            (
                "stream/grpc/send/sent_bytes",
                "what the client sends in step send over grpc",
            ),
            (
                "stream/json+ws/log_in/frames",
                "the frames of step log_in over json+ws",
            ),
            (
                "store/sqlite/send/commits",
                "the commits of step send on sqlite",
            ),
            (
                "count/json/encode/request/send/instructions",
                "instructions to encode the request send with codec json",
            ),
            ("nonsense", "nonsense"),
        ];
        for (name, expected) in cases {
            assert_eq!(subject(&MetricId::of(&[name])), expected);
        }
    }
}
