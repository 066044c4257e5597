//! N03 as GeoJSON.

use serde::Deserialize;

use super::Point;
use super::nested::Nested;
use super::read::{Feature, Properties, ReadFault};

#[derive(Deserialize)]
pub(super) struct Collection {
    features: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    properties: Option<Properties>,
    #[serde(default)]
    geometry: Option<Geometry>,
}

#[derive(Deserialize)]
struct Geometry {
    #[serde(rename = "type")]
    typ: String,
    #[serde(default)]
    coordinates: Option<Nested>,
}

pub(super) fn features(collection: Collection) -> Vec<Feature> {
    let items = collection.features.into_iter().enumerate();
    items
        .map(|(place, item)| {
            let polygons = item.geometry.map_or(Err(ReadFault::NoPolygon), polygons);
            Feature {
                number: place + 1,
                properties: item.properties.unwrap_or_default(),
                polygons,
            }
        })
        .collect()
}

/// Polygons as lists of rings, as the file closes them.
fn polygons(geometry: Geometry) -> Result<Vec<Vec<Vec<Point>>>, ReadFault> {
    match (geometry.typ.as_str(), geometry.coordinates) {
        ("Polygon", Some(one)) => Ok(vec![rings(one)?]),
        ("MultiPolygon", Some(Nested::List(all))) => all.into_iter().map(rings).collect(),
        _ => Err(ReadFault::NoPolygon),
    }
}

fn rings(polygon: Nested) -> Result<Vec<Vec<Point>>, ReadFault> {
    let Nested::List(rings) = polygon else {
        return Err(ReadFault::NoPolygon);
    };
    let lines = rings.into_iter().map(|ring| match ring {
        Nested::Line(points) => Ok(points),
        _ => Err(ReadFault::NoPolygon),
    });
    lines.collect()
}
