//! Lists whose order means nothing, marked for whoever compares states up to the names of peers.

use serde::{Serialize, Serializer};

/// The name of the newtype in which [`as_set`] writes.
pub const SET: &str = "rumormill set";

/// Writes a list as one whose order means nothing: for `#[serde(serialize_with)]`.
///
/// It belongs to every list in a state or message whose order no behaviour depends on, or whose
/// order is that of the values in it, if there are peers among them: two states that differ only in
/// that order, or in the names of peers, are then recognised as the same. What is read back may be
/// in another order; a list that must be sorted is sorted then. Formats that write newtypes as what
/// is in them, as postcard and JSON do, write the list as it is.
///
/// # Errors
/// When the serializer fails.
pub fn as_set<T: Serialize, S: Serializer>(list: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(SET, list)
}
