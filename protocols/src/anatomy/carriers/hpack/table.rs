//! The headers that have numbers (RFC 7541, section 2.3 and appendix A).

use std::collections::VecDeque;

use super::Header;

/// What both ends know from the beginning, from number 1.
#[rustfmt::skip]
const STATIC: [(&str, &str); 61] = [
    (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"),
    (":scheme", "http"), (":scheme", "https"), (":status", "200"), (":status", "204"), (":status", "206"),
    (":status", "304"), (":status", "400"), (":status", "404"), (":status", "500"), ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""), ("accept", ""),
    ("access-control-allow-origin", ""), ("age", ""), ("allow", ""), ("authorization", ""), ("cache-control", ""),
    ("content-disposition", ""), ("content-encoding", ""), ("content-language", ""), ("content-length", ""),
    ("content-location", ""), ("content-range", ""), ("content-type", ""), ("cookie", ""), ("date", ""), ("etag", ""),
    ("expect", ""), ("expires", ""), ("from", ""), ("host", ""), ("if-match", ""), ("if-modified-since", ""),
    ("if-none-match", ""), ("if-range", ""), ("if-unmodified-since", ""), ("last-modified", ""), ("link", ""),
    ("location", ""), ("max-forwards", ""), ("proxy-authenticate", ""), ("proxy-authorization", ""), ("range", ""),
    ("referer", ""), ("refresh", ""), ("retry-after", ""), ("server", ""), ("set-cookie", ""),
    ("strict-transport-security", ""), ("transfer-encoding", ""), ("user-agent", ""), ("vary", ""), ("via", ""),
    ("www-authenticate", ""),
];

/// What an entry takes beyond its strings, in bytes (section 4.1).
const ENTRY_BYTES: usize = 32;

/// The size of a table until somebody says otherwise, in bytes (RFC 9113, section 6.5.2).
const SIZE_BYTES: usize = 4096;

/// What was said before, the newest first.
pub(super) struct Table {
    kept: VecDeque<Header>,
    size_max_bytes: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            kept: VecDeque::new(),
            size_max_bytes: SIZE_BYTES,
        }
    }
}

impl Table {
    /// The header of this number.
    pub(super) fn header(&self, index: usize) -> Option<Header> {
        let place = index.checked_sub(1)?;
        match STATIC.get(place) {
            Some((name, value)) => Some(Header {
                name: (*name).to_owned(),
                value: (*value).to_owned(),
            }),
            None => self.kept.get(place - STATIC.len()).cloned(),
        }
    }

    /// Keeps a header, and forgets the oldest ones if there is no room.
    pub(super) fn keep(&mut self, header: Header) {
        self.kept.push_front(header);
        self.forget();
    }

    /// Gives it another size.
    pub(super) fn resize(&mut self, size_max_bytes: usize) {
        self.size_max_bytes = size_max_bytes;
        self.forget();
    }

    fn forget(&mut self) {
        while self.size_bytes() > self.size_max_bytes {
            self.kept.pop_back();
        }
    }

    fn size_bytes(&self) -> usize {
        let sizes = self
            .kept
            .iter()
            .map(|header| header.name.len() + header.value.len() + ENTRY_BYTES);
        sizes.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let header = |name: &str| Header {
            name: name.to_owned(),
            value: String::new(),
        };
        let mut table = Table::default();
        table.resize(2 * (ENTRY_BYTES + 1));
        for name in ["a", "b", "c"] {
            table.keep(header(name));
        }
        assert_eq!(table.header(62), Some(header("c")));
        assert_eq!(table.header(63), Some(header("b")));
        assert_eq!(table.header(64), None);
        assert_eq!(table.header(61), Some(header("www-authenticate")));
        assert_eq!(table.header(0), None);
        table.resize(0);
        assert_eq!(table.header(62), None);
    }
}
