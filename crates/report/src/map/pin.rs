//! Pins: a dot each; several at one place as one with their number. Those with a label of their own step aside for one
//! another, so that each label of a printed map can be found.

use std::fmt::Write as _;

use super::cluster::{self, Cluster};
use super::draw::{escape, linked};
use super::frame::Frame;
use super::label::width;
use super::path::Spot;
use super::{Box2, Map};

const RED: &str = "#b3261e";
/// Letters of a label: read in print too, where a map is half as wide as the paper.
const LETTERS: f64 = 34.0;
/// Half of a label's height.
const HALF: f64 = 21.0;
/// How far a label steps aside, and in how many directions.
const STEP: f64 = 28.0;
const STEPS: i32 = 9;
const WAYS: i32 = 12;
/// Kilometres of a degree of latitude.
const DEGREE_KM: f64 = 111.2;

/// A pin with a label, beside its point where that was taken.
struct Flag<'a> {
    point: Spot,
    at: Spot,
    label: &'a str,
    title: &'a str,
    href: &'a str,
}

/// All pins of a map, laid out.
pub(super) struct Pins<'a> {
    map: &'a Map,
    clusters: Vec<Cluster>,
    flags: Vec<Flag<'a>>,
}

impl<'a> Pins<'a> {
    pub(super) fn of(map: &'a Map, frame: &Frame) -> Self {
        let mut flags: Vec<Flag<'_>> = Vec::new();
        let mut taken: Vec<Box2> = Vec::new();
        let mut plain: Vec<(usize, Spot)> = Vec::new();
        for (at, pin) in map.pins.iter().enumerate() {
            let Some(point) = frame.spot(pin.at) else {
                continue;
            };
            let free = |spot: &Spot| !taken.iter().any(|one| one.meets(bounds(*spot, &pin.label)));
            match around(point).find(free) {
                Some(spot) if !pin.label.is_empty() => {
                    taken.push(bounds(spot, &pin.label));
                    flags.push(Flag {
                        point,
                        at: spot,
                        label: &pin.label,
                        title: &pin.title,
                        href: &pin.href,
                    });
                }
                _ => plain.push((at, point)),
            }
        }
        Self {
            map,
            clusters: cluster::clusters(plain),
            flags,
        }
    }

    /// What names had better leave free.
    pub(super) fn bounds(&self) -> Vec<Box2> {
        let clusters = self.clusters.iter().map(|one| {
            let ((x, y), r) = (one.at, radius(one.pins.len()));
            Box2::of([(x - r, y - r), (x + r, y + r)])
        });
        let flags = self.flags.iter().map(|one| bounds(one.at, one.label));
        clusters.chain(flags).collect()
    }

    pub(super) fn draw(&self, body: &mut String) {
        for one in &self.clusters {
            self.cluster(one, body);
        }
        for flag in &self.flags {
            let ((px, py), (x, y)) = (flag.point, flag.at);
            if flag.point != flag.at {
                let _ = write!(
                    body,
                    "<path d=\"M{px:.0} {py:.0}L{x:.0} {y:.0}\" stroke=\"{RED}\" stroke-width=\"3\"/>\
                     <circle cx=\"{px:.0}\" cy=\"{py:.0}\" r=\"6\" fill=\"{RED}\"/>"
                );
            }
        }
        for flag in &self.flags {
            let own = bounds(flag.at, flag.label);
            let shape = format!(
                "<rect x=\"{:.0}\" y=\"{:.0}\" width=\"{:.0}\" height=\"{:.0}\" rx=\"{HALF}\" fill=\"{RED}\" stroke=\"#fff\" \
                 stroke-width=\"3\"/><text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\" font-size=\"{LETTERS}\" \
                 font-weight=\"bold\" fill=\"#fff\">{}</text>",
                own.left,
                own.top,
                own.width(),
                own.height(),
                flag.at.0,
                flag.at.1 + LETTERS * 0.36,
                escape(flag.label)
            );
            linked(body, flag.title, flag.href, &shape);
        }
    }

    fn cluster(&self, one: &Cluster, body: &mut String) {
        let pins = one.pins.iter().filter_map(|at| self.map.pins.get(*at));
        let names: Vec<&str> = pins.map(|pin| pin.title.as_str()).collect();
        let ((x, y), r) = (one.at, radius(names.len()));
        let shape = match names.len() {
            1 => format!(
                "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{r}\" fill=\"{RED}\" stroke=\"#fff\" stroke-width=\"3\"/>"
            ),
            count => format!(
                "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{r}\" fill=\"#fff\" stroke=\"{RED}\" stroke-width=\"5\"/>\
                 <text x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\" font-size=\"24\">{count}</text>",
                y + 9.0
            ),
        };
        linked(body, &titles(&names), &self.address(one), &shape);
    }

    /// Of the only one; of several, the list around their middle.
    fn address(&self, one: &Cluster) -> String {
        let pins: Vec<_> = one
            .pins
            .iter()
            .filter_map(|at| self.map.pins.get(*at))
            .collect();
        if let [only] = pins.as_slice() {
            return only.href.clone();
        }
        if self.map.list.is_empty() {
            return String::new();
        }
        let all = Box2::of(pins.iter().map(|pin| pin.at));
        let (longitude, latitude) = ((all.left + all.right) / 2.0, (all.top + all.bottom) / 2.0);
        let squeeze = latitude.to_radians().cos();
        let far = pins
            .iter()
            .map(|pin| ((pin.at.0 - longitude) * squeeze).hypot(pin.at.1 - latitude) * DEGREE_KM);
        // The address has few digits.
        let km = (far.fold(0.0, f64::max) + 0.02).ceil();
        format!(
            "{}&near={latitude:.4},{longitude:.4}&within={km:.0}",
            self.map.list
        )
    }
}

fn radius(pins: usize) -> f64 {
    match pins {
        1 => 11.0,
        2..10 => 20.0,
        10..100 => 26.0,
        _ => 32.0,
    }
}

/// The box of a label.
fn bounds((x, y): Spot, label: &str) -> Box2 {
    let half = (width(label) * LETTERS / 2.0 + 8.0).max(HALF);
    Box2::of([(x - half, y - HALF), (x + half, y + HALF)])
}

/// A point, then rings around it.
fn around((x, y): Spot) -> impl Iterator<Item = Spot> {
    let rings = (1..=STEPS).flat_map(move |step| {
        (0..WAYS).map(move |way| {
            let turn = f64::from(way) * std::f64::consts::TAU / f64::from(WAYS);
            let far = f64::from(step) * STEP + HALF;
            (x + far * turn.cos(), y + far * turn.sin())
        })
    });
    std::iter::once((x, y)).chain(rings)
}

/// The first few names, and how many more.
fn titles(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let mut text = names
        .iter()
        .take(SHOWN)
        .copied()
        .collect::<Vec<_>>()
        .join("\n");
    if let Some(more) = names.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = write!(text, "\n+{more}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::{Map, Pin, Place, svg};

    fn pin(longitude: f64, label: &str) -> Pin {
        Pin {
            at: (longitude, 35.6),
            title: format!("見本医院{longitude}"),
            href: format!("/institutions/{longitude}"),
            label: label.to_owned(),
        }
    }

    fn map(pins: Vec<Pin>) -> Map {
        let ring = vec![(139.0, 35.4), (140.0, 35.4), (140.0, 35.8), (139.0, 35.8)];
        Map {
            places: vec![Place {
                label: "目黒区".to_owned(),
                rings: vec![ring],
                ..Place::default()
            }],
            pins,
            list: "/institutions?kind=clinic".to_owned(),
            ..Map::default()
        }
    }

    #[test]
    fn every_label_is_seen() {
        let picture = svg(&map((1..=30).map(|n| pin(139.5, &n.to_string())).collect()));
        for n in 1..=30 {
            assert!(picture.contains(&format!(">{n}</text>")), "{n}");
        }
        assert_eq!(picture.matches("<rect").count(), 30);
    }

    #[test]
    fn several_lead_to_a_list_around_them() {
        let picture = svg(&map(vec![pin(139.5, ""), pin(139.51, "")]));
        let list = "href=\"/institutions?kind=clinic&amp;near=35.6000,139.5050&amp;within=1\"";
        assert!(picture.contains(list), "{picture}");
        assert!(!picture.contains("href=\"/institutions/139.5"));
        let apart = svg(&map(vec![pin(139.2, ""), pin(139.8, "")]));
        assert!(apart.contains("href=\"/institutions/139.2\"") && !apart.contains("near="));
    }

    #[test]
    fn names_make_room_for_pins() {
        let at = |picture: &str| {
            let text = picture.split("<text ").nth(1).unwrap().to_owned();
            text.split("目黒区").next().unwrap().to_owned()
        };
        let bare = svg(&map(Vec::new()));
        let pinned = svg(&map(vec![pin(139.5, "")]));
        assert_ne!(at(&bare), at(&pinned), "the pin is in the middle");
        assert!(
            pinned.rfind("目黒区") > pinned.rfind("<circle"),
            "over the pins"
        );
    }
}
