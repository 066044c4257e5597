//! Values that are not what they should be: one broken feature does not cost the others.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A value, or `None` where something else stands in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Soft<T>(pub(super) Option<T>);

impl<T> Default for Soft<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// What a value should be: a text, an object or a list.
pub(super) trait Wanted: Sized {
    fn of_text(_text: &str) -> Option<Self> {
        None
    }
    fn of_number(_number: f64) -> Option<Self> {
        None
    }
    /// An object; also a number, which comes as one (`arbitrary_precision`).
    fn of_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let number = serde_json::Number::deserialize(MapAccessDeserializer::new(map))?;
        Ok(number.as_f64().and_then(Self::of_number))
    }
    fn of_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        skip_list(list).map(|()| None)
    }
}

impl Wanted for String {
    fn of_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    /// A code is written as a text by some and as a number by others.
    fn of_number(number: f64) -> Option<Self> {
        Some(number.to_string())
    }
}

/// An object.
pub(super) fn object<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    map: A,
) -> Result<Option<T>, A::Error> {
    T::deserialize(MapAccessDeserializer::new(map)).map(Some)
}

/// A list of such values.
pub(super) fn list<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(
    list: A,
) -> Result<Option<T>, A::Error> {
    T::deserialize(SeqAccessDeserializer::new(list)).map(Some)
}

fn skip_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

impl<'de, T: Wanted> Deserialize<'de> for Soft<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Wanted> Visitor<'de> for Reader<T> {
    type Value = Soft<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_unit<E: Error>(self) -> Result<Soft<T>, E> {
        Ok(Soft(None))
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<Soft<T>, E> {
        Ok(Soft(None))
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "no code or degree has that many digits"
    )]
    fn visit_i64<E: Error>(self, value: i64) -> Result<Soft<T>, E> {
        Ok(Soft(T::of_number(value as f64)))
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "no code or degree has that many digits"
    )]
    fn visit_u64<E: Error>(self, value: u64) -> Result<Soft<T>, E> {
        Ok(Soft(T::of_number(value as f64)))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Soft<T>, E> {
        Ok(Soft(T::of_number(value)))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Soft<T>, E> {
        Ok(Soft(T::of_text(text)))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Soft<T>, A::Error> {
        T::of_map(map).map(Soft)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Soft<T>, A::Error> {
        T::of_list(list).map(Soft)
    }
}
