//! What the tests of codecs share.

pub(crate) mod vocabulary;
