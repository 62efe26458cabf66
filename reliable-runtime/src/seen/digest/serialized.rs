//! What a value serializes is digested without being written down: uncut, and in an order that does not hang on chance.

use std::any::type_name;
use std::error::Error;
use std::fmt::{self, Display};
use std::hash::Hash;

use serde::ser;
pub(crate) use serde::ser::Serialize;

use crate::said::digest::Digest;
use crate::seen::digest::digester::Digester;

/// `None` if it can't be serialized.
pub(super) fn feed(value: &impl Serialize, digester: &mut Digester) -> Option<()> {
    value.serialize(Feed(digester)).ok()
}

fn digested(value: &(impl Serialize + ?Sized)) -> Result<Digest, NotSerialized> {
    let mut digester = Digester::new();
    value.serialize(Feed(&mut digester))?;
    Ok(digester.digest())
}

#[derive(Debug)]
pub(super) struct NotSerialized;

impl Display for NotSerialized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it can't be serialized")
    }
}

impl Error for NotSerialized {}

impl ser::Error for NotSerialized {
    fn custom<T: Display>(_: T) -> Self {
        NotSerialized
    }
}

/// What comes next. All that has a length is ended, so that nothing is taken for a part of something else.
#[derive(Hash)]
enum Kind {
    Unit,
    None,
    Some,
    Bool,
    Signed,
    Unsigned,
    Float,
    Char,
    Text,
    Bytes,
    Name,
    Variant,
    Sequence,
    Item,
    Field,
    Skipped,
    End,
    Set,
    Map,
}

struct Feed<'d>(&'d mut Digester);

type Fed = Result<(), NotSerialized>;

impl<'d> Feed<'d> {
    fn add(self, kind: Kind, value: impl Hash) -> Self {
        (kind, value).hash(self.0);
        self
    }

    fn variant(self, name: &str, index: u32, variant: &str) -> Self {
        self.add(Kind::Variant, (name, index, variant))
    }

    fn sequence(self) -> Items<'d> {
        Items(self.add(Kind::Sequence, ()).0)
    }
}

macro_rules! scalars {
    ($($method:ident($type:ty) |$value:ident| $kind:ident($fed:expr);)*) => {$(
        fn $method(self, $value: $type) -> Fed {
            self.add(Kind::$kind, $fed);
            Ok(())
        }
    )*};
}

impl<'d> ser::Serializer for Feed<'d> {
    type Ok = ();
    type Error = NotSerialized;
    type SerializeSeq = Items<'d>;
    type SerializeTuple = Items<'d>;
    type SerializeTupleStruct = Items<'d>;
    type SerializeTupleVariant = Items<'d>;
    type SerializeMap = Entries<'d>;
    type SerializeStruct = Items<'d>;
    type SerializeStructVariant = Items<'d>;

    scalars! {
        serialize_bool(bool) |v| Bool(v);
        serialize_i8(i8) |v| Signed(v);
        serialize_i16(i16) |v| Signed(v);
        serialize_i32(i32) |v| Signed(v);
        serialize_i64(i64) |v| Signed(v);
        serialize_i128(i128) |v| Signed(v);
        serialize_u8(u8) |v| Unsigned(v);
        serialize_u16(u16) |v| Unsigned(v);
        serialize_u32(u32) |v| Unsigned(v);
        serialize_u64(u64) |v| Unsigned(v);
        serialize_u128(u128) |v| Unsigned(v);
        serialize_f32(f32) |v| Float(v.to_bits());
        serialize_f64(f64) |v| Float(v.to_bits());
        serialize_char(char) |v| Char(v);
        serialize_str(&str) |v| Text(v);
        serialize_bytes(&[u8]) |v| Bytes(v);
        serialize_unit_struct(&'static str) |name| Name(name);
    }

    fn serialize_none(self) -> Fed {
        self.add(Kind::None, ());
        Ok(())
    }

    fn serialize_unit(self) -> Fed {
        self.add(Kind::Unit, ());
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Fed {
        value.serialize(self.add(Kind::Some, ()))
    }

    fn serialize_unit_variant(self, name: &'static str, index: u32, variant: &'static str) -> Fed {
        self.variant(name, index, variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Fed {
        value.serialize(self.add(Kind::Name, name))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Fed {
        value.serialize(self.variant(name, index, variant))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'d>, NotSerialized> {
        Ok(self.sequence())
    }

    /// A set is a sequence to serde, in the order that chance has given it.
    fn collect_seq<I>(self, items: I) -> Fed
    where
        I: IntoIterator,
        I::Item: Serialize,
    {
        if is_without_order::<I>() {
            let items: Result<Vec<Digest>, NotSerialized> = items.into_iter().map(|item| digested(&item)).collect();
            let mut items = items?;
            items.sort_unstable();
            self.add(Kind::Set, items);
            return Ok(());
        }
        let mut sequence = self.sequence();
        for item in items {
            ser::SerializeSeq::serialize_element(&mut sequence, &item)?;
        }
        ser::SerializeSeq::end(sequence)
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'d>, NotSerialized> {
        Ok(self.sequence())
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Items<'d>, NotSerialized> {
        Ok(self.add(Kind::Name, name).sequence())
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'d>, NotSerialized> {
        Ok(self.variant(name, index, variant).sequence())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'d>, NotSerialized> {
        Ok(Entries { digester: self.0, known: Vec::new(), key: None })
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Items<'d>, NotSerialized> {
        Ok(self.add(Kind::Name, name).sequence())
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'d>, NotSerialized> {
        Ok(self.variant(name, index, variant).sequence())
    }
}

/// Known by its name, since no trait tells it. One that is not known is digested in its order: then the same set may be
/// another call, and two sets are never one.
fn is_without_order<I>() -> bool {
    const SETS: [&str; 2] = ["std::collections::hash::set::HashSet<", "hashbrown::set::HashSet<"];
    let name = type_name::<I>().trim_start_matches('&');
    SETS.iter().any(|set| name.starts_with(set))
}

/// The items of something whose order counts, or the fields of a struct.
pub(super) struct Items<'d>(&'d mut Digester);

impl Items<'_> {
    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Fed {
        value.serialize(Feed(self.0).add(Kind::Item, ()))
    }

    fn field(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Fed {
        value.serialize(Feed(self.0).add(Kind::Field, name))
    }

    fn ended(self) {
        Feed(self.0).add(Kind::End, ());
    }
}

macro_rules! items {
    ($($trait:ident::$method:ident;)*) => {$(
        impl ser::$trait for Items<'_> {
            type Ok = ();
            type Error = NotSerialized;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Fed {
                self.item(value)
            }

            fn end(self) -> Fed {
                self.ended();
                Ok(())
            }
        }
    )*};
}

items! {
    SerializeSeq::serialize_element;
    SerializeTuple::serialize_element;
    SerializeTupleStruct::serialize_field;
    SerializeTupleVariant::serialize_field;
}

macro_rules! fields {
    ($($trait:ident;)*) => {$(
        impl ser::$trait for Items<'_> {
            type Ok = ();
            type Error = NotSerialized;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Fed {
                self.field(name, value)
            }

            fn skip_field(&mut self, name: &'static str) -> Fed {
                Feed(self.0).add(Kind::Skipped, name);
                Ok(())
            }

            fn end(self) -> Fed {
                self.ended();
                Ok(())
            }
        }
    )*};
}

fields! {
    SerializeStruct;
    SerializeStructVariant;
}

/// The entries of a map, whose order does not count. That of two entries with one key does.
pub(super) struct Entries<'d> {
    digester: &'d mut Digester,
    known: Vec<(Digest, Digest)>,
    key: Option<Digest>,
}

impl ser::SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = NotSerialized;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Fed {
        self.key = Some(digested(key)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Fed {
        let key = self.key.take().ok_or(NotSerialized)?;
        self.known.push((key, digested(value)?));
        Ok(())
    }

    fn end(mut self) -> Fed {
        self.known.sort_by_key(|(key, _)| *key);
        Feed(self.digester).add(Kind::Map, self.known);
        Ok(())
    }
}
