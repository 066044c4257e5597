//! Lists in lists of numbers. GeoJSON's coordinates: points as plain pairs and lines as plain lists of points.
//! TopoJSON's arcs: pairs, and numbers of whatever depth.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Point;

/// A list of numbers, of whatever depth.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Nested {
    Number(f64),
    Point(Point),
    Line(Vec<Point>),
    List(Vec<Self>),
}

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Nested;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a list")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Nested, E> {
        Ok(Nested::Number(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "no degree has that many digits")]
    fn visit_u64<E: Error>(self, value: u64) -> Result<Nested, E> {
        Ok(Nested::Number(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "no degree has that many digits")]
    fn visit_i64<E: Error>(self, value: i64) -> Result<Nested, E> {
        Ok(Nested::Number(value as f64))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Nested, A::Error> {
        let number = precise(map)?.as_f64();
        let number = number.ok_or_else(|| A::Error::custom("not a number"))?;
        Ok(Nested::Number(number))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Nested, A::Error> {
        match seq.next_element()? {
            None => Ok(Nested::List(Vec::new())),
            Some(Nested::Number(x)) => point(x, seq),
            Some(Nested::Point(first)) => line(first, seq),
            Some(first) => {
                let mut list = vec![first];
                while let Some(next) = seq.next_element()? {
                    list.push(next);
                }
                Ok(Nested::List(list))
            }
        }
    }
}

/// The rest of `[x, y]`; a height after it is read and left.
fn point<'de, A: SeqAccess<'de>>(x: f64, mut seq: A) -> Result<Nested, A::Error> {
    let Some(Nested::Number(y)) = seq.next_element()? else {
        return Err(A::Error::custom("a point has two numbers"));
    };
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(Nested::Point(Point::of_degrees(x, y)))
}

fn line<'de, A: SeqAccess<'de>>(first: Point, mut seq: A) -> Result<Nested, A::Error> {
    let mut points = vec![first];
    while let Some(next) = seq.next_element()? {
        let Nested::Point(next) = next else {
            return Err(A::Error::custom("a line has points"));
        };
        points.push(next);
    }
    Ok(Nested::Line(points))
}

/// Numbers of arbitrary precision come as a map with one entry.
fn precise<'de, A: MapAccess<'de>>(map: A) -> Result<serde_json::Number, A::Error> {
    serde_json::Number::deserialize(MapAccessDeserializer::new(map))
}

/// Two numbers; more are read and left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair(pub(super) f64, pub(super) f64);

impl<'de> Deserialize<'de> for Pair {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(PairReader)
    }
}

struct PairReader;

impl<'de> Visitor<'de> for PairReader {
    type Value = Pair;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("two numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Pair, A::Error> {
        let short = || A::Error::custom("a point has two numbers");
        let x = seq.next_element()?.ok_or_else(short)?;
        let y = seq.next_element()?.ok_or_else(short)?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Pair(x, y))
    }
}

/// Whole numbers, of whatever depth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deep {
    Number(i64),
    List(Vec<Self>),
}

impl Deep {
    /// The numbers of a list of numbers.
    pub(super) fn numbers(&self) -> Option<Vec<i64>> {
        let numbers = self.list()?.iter().map(|one| match one {
            Self::Number(number) => Some(*number),
            Self::List(_) => None,
        });
        numbers.collect()
    }

    pub(super) fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            Self::Number(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Deep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DeepReader)
    }
}

struct DeepReader;

impl<'de> Visitor<'de> for DeepReader {
    type Value = Deep;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number or a list")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Deep, E> {
        Ok(Deep::Number(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Deep, E> {
        i64::try_from(value).map(Deep::Number).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Deep, A::Error> {
        let number = precise(map)?.as_i64();
        let number = number.ok_or_else(|| A::Error::custom("not a whole number"))?;
        Ok(Deep::Number(number))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Deep, A::Error> {
        let mut list = Vec::new();
        while let Some(next) = seq.next_element()? {
            list.push(next);
        }
        Ok(Deep::List(list))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_any_depth() {
        let read = |text: &str| serde_json::from_str::<Nested>(text);
        let point = Point {
            x: 13_970_000,
            y: 3_560_000,
        };
        assert_eq!(read("[139.7, 35.6]").unwrap(), Nested::Point(point));
        assert_eq!(read("[139.7, 35.6, 12]").unwrap(), Nested::Point(point));
        assert_eq!(
            read("[[[139.7, 35.6], [139.7, 35.6]]]").unwrap(),
            Nested::List(vec![Nested::Line(vec![point, point])])
        );
        assert_eq!(
            read("[140, 36]").unwrap(),
            Nested::Point(Point {
                x: 14_000_000,
                y: 3_600_000
            })
        );
        assert_eq!(read("[]").unwrap(), Nested::List(vec![]));
        for bad in ["[1]", "[[1,2],3]", "[1,\"2\"]", "\"x\"", "[[1,2],[[1,2]]]"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(read(&"[".repeat(200)).is_err(), "depth has its end");
    }
}
