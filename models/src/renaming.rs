//! Values in which the machines have other names.
//!
//! A value is written with the new names and read back. The bytes are postcard's, but for what is
//! recognised by the name of its newtype: a [`ModelPeer`](crate::ModelPeer) is written under its new
//! name, and the elements of a [`SET`] in the order of their bytes. The entries of maps are ordered
//! so, too.

use postcard::{Error, to_extend};
use rumormill_core::SET;
use serde::ser::{self, Serializer};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::ModelPeer;

/// The value with each machine under its new name: `names[i]` for the machine at place `i`, whichever
/// of its lives it is. Machines beyond the list keep their names.
pub(crate) fn renamed<T>(value: &T, names: &[u8]) -> Result<T, Unreadable>
where
    T: Serialize + DeserializeOwned,
{
    postcard::from_bytes(&encode(value, names)?).map_err(|_| Unreadable)
}

/// The bytes of the value with each machine under its new name. Several may have the same; then
/// the bytes tell what the value looks like to one who cannot tell these machines apart.
pub(crate) fn encode<T: Serialize>(value: &T, names: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mut writer = Writer { names, out: Vec::new(), sorts: false, pair: None };
    value.serialize(&mut writer).map_err(|_| Unreadable)?;
    Ok(writer.out)
}

/// The value with its sets in order, but for two neighbours in one of them, which are swapped:
/// `pair` counts the neighbours in all sets. `None` where there are no so many.
pub(crate) fn disordered<T>(value: &T, pair: usize) -> Result<Option<T>, Unreadable>
where
    T: Serialize + DeserializeOwned,
{
    let mut writer = Writer { names: &[], out: Vec::new(), sorts: false, pair: Some(pair) };
    value.serialize(&mut writer).map_err(|_| Unreadable)?;
    if writer.pair.is_some() {
        return Ok(None);
    }
    postcard::from_bytes(&writer.out).map(Some).map_err(|_| Unreadable)
}

/// A value that cannot be written, or cannot be read back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Unreadable;

/// For `#[serde(deserialize_with)]`: reads a list that is kept in the order of its values.
pub(crate) fn sorted<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de> + Ord,
    D: serde::Deserializer<'de>,
{
    let mut list = Vec::deserialize(deserializer)?;
    list.sort_unstable();
    Ok(list)
}

type Result<T, E = Error> = std::result::Result<T, E>;

struct Writer<'a> {
    names: &'a [u8],
    out: Vec<u8>,
    /// Whether the list to come is a set.
    sorts: bool,
    /// Which neighbours are to be swapped, among those in the sets to come.
    pair: Option<usize>,
}

impl<'a> Writer<'a> {
    fn parts(&mut self, sorts: bool) -> Parts<'_, 'a> {
        Parts { writer: self, starts: sorts.then(Vec::new) }
    }

    fn plain<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.out = to_extend(value, std::mem::take(&mut self.out))?;
        Ok(())
    }

    fn peer<T: Serialize + ?Sized>(&mut self, number: &T) -> Result<()> {
        self.plain(number)?;
        if let Some(last) = self.out.last_mut() {
            let peer = ModelPeer(*last);
            if let Some(&name) = self.names.get(peer.index()) {
                *last = ModelPeer::new(name, peer.life()).0;
            }
        }
        Ok(())
    }
}

/// The parts of a value that has several.
struct Parts<'w, 'a> {
    writer: &'w mut Writer<'a>,
    /// Where each part begins, if they are to be sorted.
    starts: Option<Vec<usize>>,
}

impl Parts<'_, '_> {
    fn begin(&mut self) {
        if let Some(starts) = &mut self.starts {
            starts.push(self.writer.out.len());
        }
    }

    fn add<T: Serialize + ?Sized>(&mut self, part: &T) -> Result<()> {
        part.serialize(&mut *self.writer)
    }

    fn finish(self) {
        let Some((starts, &first)) = self.starts.as_ref().and_then(|s| Some((s, s.first()?)))
        else {
            return;
        };
        let Writer { out, pair, .. } = self.writer;
        let ends = starts[1..].iter().copied().chain([out.len()]);
        let mut parts: Vec<_> =
            starts.iter().zip(ends).map(|(&start, end)| &out[start..end]).collect();
        parts.sort_unstable();
        disorder(&mut parts, pair);
        let sorted = parts.concat();
        out.truncate(first);
        out.extend(sorted);
    }
}

/// Swaps the pair of neighbours, if it is among these.
fn disorder(parts: &mut [&[u8]], pair: &mut Option<usize>) {
    let pairs = parts.len().saturating_sub(1);
    match *pair {
        Some(here) if here < pairs => {
            parts.swap(here, here + 1);
            *pair = None;
        }
        Some(later) => *pair = Some(later - pairs),
        None => {}
    }
}

/// What holds neither peers nor sets.
macro_rules! plainly {
    ($($serialize:ident($type:ty))*) => {$(
        fn $serialize(self, value: $type) -> Result<()> {
            self.plain(&value)
        }
    )*};
}

impl<'w, 'a> Serializer for &'w mut Writer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Parts<'w, 'a>;
    type SerializeTuple = Parts<'w, 'a>;
    type SerializeTupleStruct = Parts<'w, 'a>;
    type SerializeTupleVariant = Parts<'w, 'a>;
    type SerializeMap = Parts<'w, 'a>;
    type SerializeStruct = Parts<'w, 'a>;
    type SerializeStructVariant = Parts<'w, 'a>;

    fn is_human_readable(&self) -> bool {
        false
    }

    plainly! {
        serialize_bool(bool) serialize_char(char) serialize_str(&str) serialize_bytes(&[u8])
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64)
        serialize_i128(i128) serialize_u128(u128) serialize_f32(f32) serialize_f64(f64)
    }

    fn serialize_none(self) -> Result<()> {
        self.plain(&false)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        self.plain(&true)?;
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, which: u32, _: &'static str) -> Result<()> {
        self.plain(&which)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<()> {
        if name == "ModelPeer" {
            return self.peer(value);
        }
        self.sorts = name == SET;
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        which: u32,
        _: &'static str,
        value: &T,
    ) -> Result<()> {
        self.plain(&which)?;
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Parts<'w, 'a>> {
        let sorts = std::mem::take(&mut self.sorts);
        self.plain(&length.ok_or(Error::SerializeSeqLengthUnknown)?)?;
        Ok(self.parts(sorts))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'w, 'a>> {
        Ok(self.parts(false))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'w, 'a>> {
        Ok(self.parts(false))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        which: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'w, 'a>> {
        self.plain(&which)?;
        Ok(self.parts(false))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Parts<'w, 'a>> {
        self.plain(&length.ok_or(Error::SerializeSeqLengthUnknown)?)?;
        Ok(self.parts(true))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'w, 'a>> {
        Ok(self.parts(false))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        which: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'w, 'a>> {
        self.plain(&which)?;
        Ok(self.parts(false))
    }
}

/// Each of these traits adds parts under a name of its own.
macro_rules! parts {
    ($($trait:ident::$add:ident($($name:ident)?))*) => {$(
        impl ser::$trait for Parts<'_, '_> {
            type Ok = ();
            type Error = Error;

            fn $add<T: Serialize + ?Sized>(&mut self, $($name: &'static str,)? part: &T) -> Result<()> {
                $(let _ = $name;)?
                self.begin();
                self.add(part)
            }

            fn end(self) -> Result<()> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

parts! {
    SerializeSeq::serialize_element()
    SerializeTuple::serialize_element()
    SerializeTupleStruct::serialize_field()
    SerializeTupleVariant::serialize_field()
    SerializeStruct::serialize_field(name)
    SerializeStructVariant::serialize_field(name)
}

impl ser::SerializeMap for Parts<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.begin();
        self.add(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.add(value)
    }

    fn end(self) -> Result<()> {
        self.finish();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rumormill_core::as_set;

    use super::*;

    #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
    enum Shape {
        Unit,
        Newtype(ModelPeer),
        Tuple(i8, Option<ModelPeer>),
        Struct { list: Vec<ModelPeer>, text: String },
    }

    #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
    struct Everything {
        shapes: Vec<Shape>,
        wide: (u128, i64, f64, char, bool),
        bytes: bytes::Bytes,
        map: BTreeMap<ModelPeer, u16>,
        #[serde(serialize_with = "as_set")]
        set: Vec<(ModelPeer, Option<u8>)>,
    }

    fn everything() -> Everything {
        let list = vec![ModelPeer(2), ModelPeer(0), ModelPeer(9)];
        Everything {
            shapes: vec![
                Shape::Unit,
                Shape::Newtype(ModelPeer(1)),
                Shape::Tuple(-3, Some(ModelPeer(0))),
                Shape::Tuple(4, None),
                Shape::Struct { list, text: "two".into() },
            ],
            wide: (1 << 100, -70_000, 0.5, 'é', true),
            bytes: bytes::Bytes::from_static(b"payload"),
            map: BTreeMap::from([(ModelPeer(0), 300), (ModelPeer(1), 5)]),
            set: vec![(ModelPeer(0), Some(7)), (ModelPeer(1), None)],
        }
    }

    #[test]
    fn without_a_renaming_the_bytes_are_postcards() {
        let plain = to_extend(&everything(), Vec::new()).map_err(|_| Unreadable);
        assert_eq!(encode(&everything(), &[]), plain);
        assert_eq!(renamed(&everything(), &[]), Ok(everything()));
    }

    #[test]
    fn peers_are_renamed_wherever_they_are_and_sets_are_put_in_order() {
        let list = vec![ModelPeer(2), ModelPeer(1), ModelPeer(9)];
        let expected = Everything {
            shapes: vec![
                Shape::Unit,
                Shape::Newtype(ModelPeer(0)),
                Shape::Tuple(-3, Some(ModelPeer(1))),
                Shape::Tuple(4, None),
                Shape::Struct { list, text: "two".into() },
            ],
            map: BTreeMap::from([(ModelPeer(1), 300), (ModelPeer(0), 5)]),
            set: vec![(ModelPeer(0), None), (ModelPeer(1), Some(7))],
            ..everything()
        };
        assert_eq!(renamed(&everything(), &[1, 0]), Ok(expected));
    }

    #[test]
    fn a_later_life_takes_the_new_name_of_its_place() {
        let later = |place| ModelPeer(place).next_life().expect("a second life");
        assert_eq!(renamed(&[later(0), later(9)], &[1, 0]), Ok([later(1), later(9)]));
    }

    #[test]
    fn neighbours_in_sets_are_swapped_one_pair_after_the_other() {
        #[derive(PartialEq, Debug, Serialize, Deserialize)]
        struct Sets {
            #[serde(serialize_with = "as_set")]
            few: Vec<u8>,
            list: Vec<u8>,
            #[serde(serialize_with = "as_set")]
            many: Vec<u8>,
        }
        let sets = |few: [u8; 2], many: [u8; 3]| Sets {
            few: few.into(),
            list: vec![9, 8],
            many: many.into(),
        };
        let pair = |pair| disordered(&sets([2, 1], [3, 1, 2]), pair).expect("a value");
        assert_eq!(pair(0), Some(sets([2, 1], [1, 2, 3])));
        assert_eq!(pair(1), Some(sets([1, 2], [2, 1, 3])));
        assert_eq!(pair(2), Some(sets([1, 2], [1, 3, 2])));
        assert_eq!(pair(3), None);
    }

    #[test]
    fn who_cannot_tell_machines_apart_sees_the_same() {
        let other = renamed(&everything(), &[1, 0]).expect("a value");
        assert_ne!(encode(&everything(), &[0, 1]), encode(&other, &[0, 1]));
        let either = |swapped: bool| {
            let mut value = everything();
            value.map = BTreeMap::from([(ModelPeer(u8::from(swapped)), 300)]);
            encode(&value, &[7, 7])
        };
        assert_eq!(either(true), either(false));
    }
}
