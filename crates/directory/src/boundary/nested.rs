//! Lists in lists of numbers. GeoJSON's coordinates: points as plain pairs and lines as plain lists of points.
//! TopoJSON's arcs: pairs, and numbers of whatever depth.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Point;
use super::soft::{self, Soft, Wanted};

/// A list of numbers, of whatever depth.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Nested {
    Number(f64),
    Point(Point),
    Line(Vec<Point>),
    List(Vec<Self>),
    /// Anything else: a text, nothing, a point with one number.
    Bad,
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

    fn visit_unit<E: Error>(self) -> Result<Nested, E> {
        Ok(Nested::Bad)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Nested, E> {
        Ok(Nested::Bad)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Nested, E> {
        Ok(Nested::Bad)
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
        Ok(number.map_or(Nested::Bad, Nested::Number))
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
    let y = seq.next_element()?;
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(match y {
        Some(Nested::Number(y)) => Nested::Point(Point::of_degrees(x, y)),
        _ => Nested::Bad,
    })
}

fn line<'de, A: SeqAccess<'de>>(first: Point, mut seq: A) -> Result<Nested, A::Error> {
    let mut points = vec![first];
    while let Some(next) = seq.next_element()? {
        match next {
            Nested::Point(next) => points.push(next),
            other => {
                let mut list: Vec<Nested> = points.into_iter().map(Nested::Point).collect();
                list.push(other);
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(Nested::List(list));
            }
        }
    }
    Ok(Nested::Line(points))
}

/// Numbers of arbitrary precision come as a map with one entry.
fn precise<'de, A: MapAccess<'de>>(map: A) -> Result<serde_json::Number, A::Error> {
    serde_json::Number::deserialize(MapAccessDeserializer::new(map))
}

/// A line of pairs of numbers; `None` where one of them is something else. More than two numbers are read and left.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arc(pub(super) Option<Vec<(f64, f64)>>);

impl<'de> Deserialize<'de> for Arc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Soft(pairs) = Soft::<Vec<Soft<Vec<Soft<Number>>>>>::deserialize(deserializer)?;
        let pair = |pair: Soft<Vec<Soft<Number>>>| match pair.0?.as_slice() {
            [Soft(Some(x)), Soft(Some(y)), ..] => Some((x.0, y.0)),
            _ => None,
        };
        Ok(Self(
            pairs.and_then(|pairs| pairs.into_iter().map(pair).collect()),
        ))
    }
}

/// A number among other things.
struct Number(f64);

impl Wanted for Number {
    fn of_number(value: f64) -> Option<Self> {
        Some(Self(value))
    }
}

impl<T: Wanted> Wanted for Vec<Soft<T>> {
    fn of_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        soft::list(list)
    }
}

/// Whole numbers, of whatever depth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deep {
    Number(i64),
    List(Vec<Self>),
    /// Anything else.
    Bad,
}

impl Deep {
    /// The numbers of a list of numbers.
    pub(super) fn numbers(&self) -> Option<Vec<i64>> {
        let numbers = self.list()?.iter().map(|one| match one {
            Self::Number(number) => Some(*number),
            Self::List(_) | Self::Bad => None,
        });
        numbers.collect()
    }

    pub(super) fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            Self::Number(_) | Self::Bad => None,
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

    fn visit_unit<E: Error>(self) -> Result<Deep, E> {
        Ok(Deep::Bad)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Deep, E> {
        Ok(Deep::Bad)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Deep, E> {
        Ok(Deep::Bad)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Deep, E> {
        Ok(Deep::Number(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Deep, E> {
        Ok(i64::try_from(value).map_or(Deep::Bad, Deep::Number))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Deep, A::Error> {
        let number = precise(map)?.as_i64();
        Ok(number.map_or(Deep::Bad, Deep::Number))
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
        for bad in ["[1]", "[1,\"2\"]", "\"x\"", "null", "[1,[2]]"] {
            assert_eq!(read(bad).unwrap(), Nested::Bad, "{bad}");
        }
        for bad in ["[[1,2],3]", "[[1,2],[[1,2]]]", "[[1,2],null,[3,4]]"] {
            let Nested::List(list) = read(bad).unwrap() else {
                panic!("{bad}")
            };
            assert!(!matches!(list[1], Nested::Point(_)), "{bad}");
        }
        assert!(read("[[1,2],[1").is_err(), "half a file");
        assert!(read(&"[".repeat(200)).is_err(), "depth has its end");
    }
}
