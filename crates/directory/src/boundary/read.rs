//! A boundary file as features: 国土数値情報（行政区域データ）N03, GeoJSON or TopoJSON.

use renkei_base::{Fault, Refusal};
use serde::de::{IgnoredAny, MapAccess};
use serde::{Deserialize, Deserializer};

use super::Point;
use super::soft::{self, Soft, Wanted};
use super::{geojson, topojson};

/// Bytes of the text. A prefecture's GeoJSON in full has some tens of millions.
pub const TEXT_BYTES: u64 = 100 * 1024 * 1024;
/// Points of all features together.
pub const POINTS: usize = 4_000_000;

/// The columns of N03 that are used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Properties {
    /// 郡・政令市
    #[serde(rename = "N03_003", default, deserialize_with = "text")]
    pub county: Option<String>,
    /// 市区町村
    #[serde(rename = "N03_004", default, deserialize_with = "text")]
    pub name: Option<String>,
    /// 行政区 (from 2024 on)
    #[serde(rename = "N03_005", default, deserialize_with = "text")]
    pub ward: Option<String>,
    /// Five digits, none for 所属未定地.
    #[serde(rename = "N03_007", default, deserialize_with = "text")]
    pub code: Option<String>,
}

impl Wanted for Properties {
    fn of_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        soft::object(map)
    }
}

/// A text, or a number that should be one; of anything else nothing.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Soft::deserialize(deserializer)?.0)
}

impl Properties {
    /// 目黒区, 札幌市中央区, 余市町.
    pub fn full_name(&self) -> String {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let (county, name, ward) = (text(&self.county), text(&self.name), text(&self.ward));
        if name.is_empty() {
            county
        } else if county.ends_with('市') && county != name {
            format!("{county}{name}")
        } else {
            format!("{name}{ward}")
        }
    }

    /// 所属未定地: land that no municipality has.
    pub fn nobodys(&self) -> bool {
        let no_code = self.code.as_deref().unwrap_or_default().trim().is_empty();
        no_code
            && self
                .name
                .as_deref()
                .is_some_and(|name| name.contains("所属未定"))
    }
}

/// Why the geometry of a feature cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadFault {
    /// A point, a line, or nothing.
    NoPolygon,
    /// TopoJSON: a number that no arc has.
    NoArc,
    /// TopoJSON: an arc does not begin where the one before ended.
    ArcsApart,
    TooMany,
    /// TopoJSON: an arc, by its number, with something else than pairs of numbers.
    BadArc(i64),
    /// Something else than a pair of numbers; counted from 1.
    BadPoint {
        polygon: usize,
        ring: usize,
        point: usize,
    },
}

impl ReadFault {
    /// The message key.
    pub const fn key(self) -> &'static str {
        match self {
            Self::NoPolygon => "fault-import-boundary-no-polygon",
            Self::NoArc => "fault-import-boundary-no-arc",
            Self::ArcsApart => "fault-import-boundary-arcs-apart",
            Self::TooMany => "fault-import-boundary-points",
            Self::BadArc(_) => "fault-import-boundary-bad-arc",
            Self::BadPoint { .. } => "fault-import-boundary-bad-point",
        }
    }

    /// Where it is, as `polygon 1, ring 2, point 14`; empty for the whole feature.
    pub fn place(self) -> String {
        match self {
            Self::BadArc(arc) => format!("arc {arc}"),
            Self::BadPoint {
                polygon,
                ring,
                point,
            } => format!("polygon {polygon}, ring {ring}, point {point}"),
            _ => String::new(),
        }
    }
}

/// One feature. N03 has one for each municipality or for each of its polygons.
#[derive(Clone, Debug)]
pub struct Feature {
    /// From 1, as in the file.
    pub number: usize,
    pub properties: Properties,
    /// Polygons as rings, the outline first, closed as in the file.
    pub polygons: Result<Vec<Vec<Vec<Point>>>, ReadFault>,
}

/// What tells the two formats apart.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    typ: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arcs: Option<IgnoredAny>,
}

/// What a file holds.
#[derive(Clone, Debug)]
pub struct Read {
    pub features: Vec<Feature>,
    /// The day that its own name of itself ends in: `N03-21_13_210101` is of 2021-01-01.
    pub date: Option<String>,
}

/// Reads a file. Refused as a whole where it is neither format, or larger than a file of this kind can be.
pub fn features(text: &str) -> Result<Read, Refusal> {
    if text.len() as u64 > TEXT_BYTES {
        return Err(refused("fault-import-too-large"));
    }
    let text = text.trim_start_matches('\u{feff}');
    let head: Head = serde_json::from_str(text).map_err(|error| broken(&error))?;
    let (features, name) = match head.typ.as_deref() {
        Some("Topology") if head.arcs.is_some() => {
            let topology = serde_json::from_str(text).map_err(|error| broken(&error))?;
            topojson::features(topology)
        }
        Some("FeatureCollection") => {
            let collection = serde_json::from_str(text).map_err(|error| broken(&error))?;
            (geojson::features(collection), head.name)
        }
        _ => return Err(refused("fault-import-boundary-format")),
    };
    let points: usize = features
        .iter()
        .filter_map(|feature| feature.polygons.as_ref().ok())
        .flatten()
        .flatten()
        .map(Vec::len)
        .sum();
    if points > POINTS {
        return Err(refused("fault-import-boundary-points"));
    }
    if features.is_empty() {
        return Err(refused("fault-import-boundary-empty"));
    }
    Ok(Read {
        features,
        date: name.as_deref().and_then(day_of),
    })
}

/// The six digits at the end of a name as a day of this century.
fn day_of(name: &str) -> Option<String> {
    let digits = name.get(name.len().checked_sub(6)?..)?;
    let (year, rest) = digits.split_at_checked(2)?;
    let (month, day) = rest.split_at_checked(2)?;
    let year: i16 = year.parse().ok()?;
    let day = jiff::civil::Date::new(2000 + year, month.parse().ok()?, day.parse().ok()?);
    day.ok().map(|day| day.to_string())
}

fn refused(key: &'static str) -> Refusal {
    Refusal::Invalid(vec![Fault::new("file", key)])
}

fn broken(error: &serde_json::Error) -> Refusal {
    let fault = Fault::new("file", "fault-import-boundary-json")
        .with("line", error.line())
        .with("column", error.column());
    Refusal::Invalid(vec![fault])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> String {
        let Err(Refusal::Invalid(faults)) = features(text) else {
            panic!("refused")
        };
        faults[0].key.clone()
    }

    #[test]
    fn names_as_offices_write_them() {
        let name = |county: &str, name: &str, ward: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let properties = Properties {
                county: some(county),
                name: some(name),
                ward: some(ward),
                code: None,
            };
            properties.full_name()
        };
        assert_eq!(name("", "目黒区", ""), "目黒区");
        assert_eq!(name("三宅支庁", "御蔵島村", ""), "御蔵島村");
        assert_eq!(name("余市郡", "余市町", ""), "余市町");
        assert_eq!(name("札幌市", "中央区", ""), "札幌市中央区");
        assert_eq!(name("", "札幌市", "中央区"), "札幌市中央区");
    }

    #[test]
    fn other_files_are_refused_as_a_whole() {
        assert_eq!(key("団体コード,名"), "fault-import-boundary-json");
        assert_eq!(
            key("{\"type\":\"FeatureCollection\",\"features\":["),
            "fault-import-boundary-json"
        );
        assert_eq!(
            key("{\"type\":\"Feature\"}"),
            "fault-import-boundary-format"
        );
        assert_eq!(
            key("{\"type\":\"Topology\"}"),
            "fault-import-boundary-format"
        );
        assert_eq!(
            key("{\"type\":\"FeatureCollection\",\"features\":[]}"),
            "fault-import-boundary-empty"
        );
        assert_eq!(key(&"[".repeat(100_000)), "fault-import-boundary-json");
    }
}
