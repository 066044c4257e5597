//! N03 as GeoJSON.

use serde::Deserialize;
use serde::de::MapAccess;

use super::Point;
use super::nested::Nested;
use super::read::{Feature, Properties, ReadFault};
use super::soft::{self, Soft, Wanted};

#[derive(Deserialize)]
pub(super) struct Collection {
    features: Vec<Soft<Item>>,
}

#[derive(Default, Deserialize)]
struct Item {
    #[serde(default)]
    properties: Soft<Properties>,
    #[serde(default)]
    geometry: Soft<Geometry>,
}

#[derive(Default, Deserialize)]
struct Geometry {
    #[serde(rename = "type", default)]
    typ: Soft<String>,
    #[serde(default)]
    coordinates: Option<Nested>,
}

impl Wanted for Item {
    fn of_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        soft::object(map)
    }
}

impl Wanted for Geometry {
    fn of_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        soft::object(map)
    }
}

pub(super) fn features(collection: Collection) -> Vec<Feature> {
    let items = collection.features.into_iter().enumerate();
    items
        .map(|(place, item)| {
            let item = item.0.unwrap_or_default();
            let geometry = item.geometry.0;
            Feature {
                number: place + 1,
                properties: item.properties.0.unwrap_or_default(),
                polygons: geometry.map_or(Err(ReadFault::NoPolygon), polygons),
            }
        })
        .collect()
}

/// Polygons as lists of rings, as the file closes them.
fn polygons(geometry: Geometry) -> Result<Vec<Vec<Vec<Point>>>, ReadFault> {
    let typ = geometry.typ.0.unwrap_or_default();
    match (typ.as_str(), geometry.coordinates) {
        ("Polygon", Some(one)) => Ok(vec![rings(1, one)?]),
        ("MultiPolygon", Some(Nested::List(all))) => {
            let each = (1..).zip(all);
            each.map(|(number, one)| rings(number, one)).collect()
        }
        _ => Err(ReadFault::NoPolygon),
    }
}

fn rings(polygon: usize, one: Nested) -> Result<Vec<Vec<Point>>, ReadFault> {
    let bad = |ring, point| ReadFault::BadPoint {
        polygon,
        ring,
        point,
    };
    let rings = match one {
        Nested::List(rings) => rings,
        // Points where rings should be.
        Nested::Line(_) | Nested::Point(_) | Nested::Number(_) => return Err(ReadFault::NoPolygon),
        Nested::Bad => return Err(bad(1, 1)),
    };
    let lines = (1..).zip(rings).map(|(ring, points)| match points {
        Nested::Line(points) => Ok(points),
        // The first that is no point.
        Nested::List(points) => {
            let mut each = points.iter();
            let place = each.position(|one| !matches!(one, Nested::Point(_)));
            Err(place.map_or(ReadFault::NoPolygon, |place| bad(ring, place + 1)))
        }
        Nested::Point(_) | Nested::Number(_) | Nested::Bad => Err(bad(ring, 1)),
    });
    lines.collect()
}
