//! What every protocol must do.
