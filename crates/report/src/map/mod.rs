//! Maps as SVG from plain structs: places with colours, names and links, pins that cluster, islands in an inset.
//! Where no outline is known, tiles.
//!
//! | file | holds |
//! |---|---|
//! | `class` | figures as classes; their colours |
//! | `frame` | degrees to units of the picture |
//! | `inset` | islands far off, in a box of their own |
//! | `name`, `label` | names that do not lie over one another, in two sizes: a page shows one |
//! | `cluster`, `pin` | pins; those that would lie over one another, as one with a number or, with labels, side by side |
//! | [`tile`] | layouts of tiles: Tokyo, Japan, any other |
//! | `square` | the tiles of a layout, drawn |
//! | `legend` | what the colours mean |
//! | `path`, `draw` | the SVG itself |
//!
//! The picture needs no script and no style sheet, prints, and is walked by keyboard: each place is a link with a title.

mod class;
mod cluster;
mod draw;
mod frame;
mod inset;
mod label;
mod legend;
mod name;
mod path;
mod pin;
mod square;
pub mod tile;

pub use self::class::{CLASSES, breaks, class_of};
pub use self::legend::{Swatch, swatches};

/// Degrees: longitude and latitude.
pub type Degrees = (f64, f64);

/// A map.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// What it shows, as people hear it read.
    pub title: String,
    pub places: Vec<Place>,
    /// Thin lines over the places: borders within them.
    pub lines: Vec<Vec<Degrees>>,
    pub pins: Vec<Pin>,
    /// The address, with a question mark, of a list that takes `&near=LATITUDE,LONGITUDE&within=KM`: where a pin that
    /// stands for several leads. Empty for none.
    pub list: String,
    pub legend: Option<Legend>,
    pub words: Words,
    /// Names in small letters: for many places.
    pub small: bool,
}

/// Fixed words of the picture, in the reader's language.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Beside islands that are moved: 離島（位置は実際と異なります）
    pub inset: String,
    /// The same where their scale differs too.
    pub inset_scaled: String,
    /// Where the outlines come from.
    pub source: String,
}

/// A municipality or an area.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Drawn in the picture.
    pub label: String,
    /// Drawn below the label: a figure.
    pub value: String,
    /// Read and shown when it is pointed at: name, figure, what it means.
    pub title: String,
    /// Empty for none.
    pub href: String,
    /// `None` where no figure is known; it is hatched then.
    pub class: Option<usize>,
    /// Closed without repeating the first point; filled by the even-odd rule.
    pub rings: Vec<Vec<Degrees>>,
    /// Its tiles where it has no rings.
    pub tiles: Vec<Tile>,
}

/// A square of the schematic map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tile {
    pub column: i32,
    pub row: i32,
    pub label: String,
}

/// Something at a point.
#[derive(Clone, Debug, Default)]
pub struct Pin {
    pub at: Degrees,
    pub title: String,
    pub href: String,
    /// Drawn in the pin, such as its number in a list; empty for a plain one. Pins with labels are never one.
    pub label: String,
}

/// What the colours mean.
#[derive(Clone, Debug, Default)]
pub struct Legend {
    pub title: String,
    /// Words for each class, the lightest first.
    pub classes: Vec<String>,
    /// Words for hatched places, if there are any.
    pub unknown: String,
}

/// The picture as an `<svg>` element.
pub fn svg(map: &Map) -> String {
    draw::draw(map)
}

/// A box of the picture, in its units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Box2 {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Box2 {
    pub(crate) const NONE: Self = Self {
        left: f64::INFINITY,
        top: f64::INFINITY,
        right: f64::NEG_INFINITY,
        bottom: f64::NEG_INFINITY,
    };

    pub(crate) fn of(points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        points.into_iter().fold(Self::NONE, |all, (x, y)| Self {
            left: all.left.min(x),
            top: all.top.min(y),
            right: all.right.max(x),
            bottom: all.bottom.max(y),
        })
    }

    pub(crate) fn with(self, other: Self) -> Self {
        Self::of([
            (self.left, self.top),
            (self.right, self.bottom),
            (other.left, other.top),
            (other.right, other.bottom),
        ])
    }

    pub(crate) fn width(self) -> f64 {
        (self.right - self.left).max(0.0)
    }

    pub(crate) fn height(self) -> f64 {
        (self.bottom - self.top).max(0.0)
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// How far apart two boxes are, in the direction in which they are furthest.
    pub(crate) fn gap(self, other: Self) -> f64 {
        let across = (self.left - other.right).max(other.left - self.right);
        let down = (self.top - other.bottom).max(other.top - self.bottom);
        across.max(down).max(0.0)
    }
}
