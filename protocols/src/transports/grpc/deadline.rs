//! How long a client waits: `grpc-timeout` ("gRPC over HTTP/2", Requests, Timeout).

use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;
use tonic::Status;

/// Until when the client waits, if it says so in a way that makes sense. The time is asked for only then.
pub(super) fn of(headers: &HeaderMap) -> Option<Instant> {
    timeout(headers).and_then(|timeout| Instant::now().checked_add(timeout))
}

/// What is said to a client that does not wait any more.
pub(super) fn exceeded() -> Status {
    Status::deadline_exceeded("there was no answer within grpc-timeout")
}

/// How long the client waits from now on.
fn timeout(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    if !(1..=8).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_hours(count)),
        "M" => Some(Duration::from_mins(count)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(value: &'static str, deadline: Option<Duration>) {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-timeout", HeaderValue::from_static(value));
        assert_eq!(timeout(&headers), deadline, "{value:?}");
    }

    #[test]
    fn every_unit_is_known() {
        check("1H", Some(Duration::from_hours(1)));
        check("2M", Some(Duration::from_mins(2)));
        check("3S", Some(Duration::from_secs(3)));
        check("100m", Some(Duration::from_millis(100)));
        check("5u", Some(Duration::from_micros(5)));
        check("99999999n", Some(Duration::from_nanos(99_999_999)));
        check("99999999H", Some(Duration::from_hours(99_999_999)));
    }

    #[test]
    fn what_makes_no_sense_is_no_deadline() {
        for value in ["", "S", "1", "1s", "-1S", "+1S", "100000000S", "1 S", "S1"] {
            check(value, None);
        }
        assert_eq!(timeout(&HeaderMap::new()), None);
    }
}
