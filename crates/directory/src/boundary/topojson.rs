//! N03 as TopoJSON: borders are arcs that neighbours share.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::MapAccess;

use super::Point;
use super::nested::{Arc, Deep};
use super::read::{Feature, Properties, ReadFault};
use super::soft::{self, Soft, Wanted};

#[derive(Deserialize)]
pub(super) struct Topology {
    #[serde(default)]
    transform: Option<Transform>,
    arcs: Vec<Arc>,
    objects: BTreeMap<String, Object>,
}

#[derive(Clone, Copy, Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

#[derive(Default, Deserialize)]
struct Object {
    #[serde(rename = "type", default)]
    typ: Soft<String>,
    #[serde(default)]
    geometries: Vec<Soft<Self>>,
    #[serde(default)]
    properties: Soft<Properties>,
    #[serde(default)]
    /// Numbers of arcs: rings of polygons. A negative number is the arc `!n`, backwards.
    arcs: Option<Deep>,
}

impl Wanted for Object {
    fn of_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        soft::object(map)
    }
}

/// The features, and the name of the first object.
pub(super) fn features(topology: Topology) -> (Vec<Feature>, Option<String>) {
    let arcs: Vec<Option<Vec<Point>>> = topology
        .arcs
        .iter()
        .map(|arc| points(arc, topology.transform))
        .collect();
    let name = topology.objects.keys().next().cloned();
    let mut found = Vec::new();
    for object in topology.objects.into_values() {
        collect(object, &arcs, &mut found);
    }
    (found, name)
}

/// Collections within collections are followed as deep as JSON is read.
fn collect(object: Object, arcs: &[Option<Vec<Point>>], found: &mut Vec<Feature>) {
    let typ = object.typ.0.unwrap_or_default();
    if typ == "GeometryCollection" {
        for one in object.geometries {
            collect(one.0.unwrap_or_default(), arcs, found);
        }
        return;
    }
    let polygons = match (typ.as_str(), object.arcs) {
        ("Polygon", Some(one)) => polygon(&one, arcs).map(|one| vec![one]),
        ("MultiPolygon", Some(Deep::List(all))) => {
            all.iter().map(|one| polygon(one, arcs)).collect()
        }
        _ => Err(ReadFault::NoPolygon),
    };
    found.push(Feature {
        number: found.len() + 1,
        properties: object.properties.0.unwrap_or_default(),
        polygons,
    });
}

/// An arc's points; quantised ones are steps from one to the next. `None` where it is broken.
fn points(arc: &Arc, transform: Option<Transform>) -> Option<Vec<Point>> {
    let (mut x, mut y) = (0.0, 0.0);
    let pairs = arc.0.as_ref()?.iter().map(|(a, b)| match transform {
        None => Point::of_degrees(*a, *b),
        Some(Transform { scale, translate }) => {
            x += a;
            y += b;
            let [sx, sy] = scale;
            let [tx, ty] = translate;
            Point::of_degrees(x * sx + tx, y * sy + ty)
        }
    });
    Some(pairs.collect())
}

fn polygon(rings: &Deep, arcs: &[Option<Vec<Point>>]) -> Result<Vec<Vec<Point>>, ReadFault> {
    let rings = rings.list().ok_or(ReadFault::NoPolygon)?.iter();
    let rings = rings.map(|ring| joined(&ring.numbers().ok_or(ReadFault::NoPolygon)?, arcs));
    rings.collect()
}

/// Arcs one after another; each begins where the one before ended.
fn joined(ring: &[i64], arcs: &[Option<Vec<Point>>]) -> Result<Vec<Point>, ReadFault> {
    let mut points: Vec<Point> = Vec::new();
    for number in ring {
        let backwards = *number < 0;
        let at = if backwards { !*number } else { *number };
        let arc = usize::try_from(at).ok().and_then(|at| arcs.get(at));
        let arc = arc.ok_or(ReadFault::NoArc)?.clone();
        let mut arc = arc.ok_or(ReadFault::BadArc(at))?;
        if backwards {
            arc.reverse();
        }
        if let Some(last) = points.pop()
            && arc.first() != Some(&last)
        {
            return Err(ReadFault::ArcsApart);
        }
        points.extend(arc);
        if points.len() > super::read::POINTS {
            return Err(ReadFault::TooMany);
        }
    }
    Ok(points)
}
