//! Layouts of tiles: each municipality or prefecture a square about where it lies.

use super::Tile;

/// 62 municipalities of Tokyo by code; the islands below.
const TOKYO: &str = "\
. 132055 133035 132233 132209 132136 132217 . 131199 131172 131211 . .
133086 132276 132187 132021 132110 132225 132292 131202 131164 131059 131181 131229 .
133078 133051 132071 132152 132144 132101 132039 131148 131041 131016 131067 131075 131237
. 132284 132128 132063 132080 132047 131156 131130 131032 131024 131083 . .
. 132012 132241 132250 132195 131121 131105 131091 . . . . .
. . 132098 . . . 131113 . . . . . .
. . . . . . . . . . . . .
. . . . 133612 133621 133639 133647 133817 133825 134015 134023 134210";

/// 47 prefectures by number.
const JAPAN: &str = "\
. . . . . . . . . . . 01
. . . . . . . . . . 02 .
. . . . . . . . . 05 03 .
. . . . . . . . . 06 04 .
. . . . . . 17 16 15 07 . .
. . . . . . 18 21 20 10 09 08
. . 32 31 28 26 25 23 19 11 13 12
. 35 34 33 27 29 24 . 22 14 . .
41 40 . 38 37 . 30 . . . . .
42 44 . 39 36 . . . . . . .
43 45 . . . . . . . . . .
46 . . . . . . . . . . .
. . . 47 . . . . . . . .";

/// Tiles of these codes, with their names: a layout of our own where there is one for all of them, else a grid by code.
pub fn tiles<'a>(places: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, Tile)> {
    let places: Vec<(&str, &str)> = places.into_iter().collect();
    let all_in = |layout: &str| {
        let known: Vec<&str> = layout.split_whitespace().collect();
        places.iter().all(|(code, _)| known.contains(code))
    };
    match [TOKYO, JAPAN].into_iter().find(|layout| all_in(layout)) {
        Some(layout) => laid(layout, &places),
        None => grid(places),
    }
}

fn laid<'a>(layout: &str, places: &[(&'a str, &'a str)]) -> Vec<(&'a str, Tile)> {
    let mut tiles = Vec::new();
    for (row, line) in (0..).zip(layout.lines()) {
        for (column, code) in (0..).zip(line.split_whitespace()) {
            let found = places.iter().find(|(one, _)| *one == code);
            tiles.extend(found.map(|(code, name)| {
                let label = short(name).to_owned();
                (*code, Tile { column, row, label })
            }));
        }
    }
    tiles
}

/// Rows from north to south cannot be known: by code, which begins with cities and goes county by county.
fn grid<'a>(mut places: Vec<(&'a str, &'a str)>) -> Vec<(&'a str, Tile)> {
    places.sort_unstable();
    let mut columns = 1;
    while columns * columns * 2 < places.len() * 3 {
        columns += 1;
    }
    let tiles = places.iter().enumerate().map(|(at, (code, name))| {
        let place = |n: usize| i32::try_from(n).unwrap_or_default();
        let tile = Tile {
            column: place(at % columns),
            row: place(at / columns),
            label: short(name).to_owned(),
        };
        (*code, tile)
    });
    tiles.collect()
}

/// Without what it is, where enough is left: 目黒, 東京; 津市, 札幌市中央区 as 中央.
fn short(name: &str) -> &str {
    let ward = name.split_once('市').map(|(_, ward)| ward);
    let name = ward.filter(|ward| ward.ends_with('区')).unwrap_or(name);
    if name == "北海道" {
        return name;
    }
    let bare = name.strip_suffix(['区', '市', '町', '村', '都', '府', '県']);
    bare.filter(|bare| !bare.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn codes(layout: &str) -> Vec<&str> {
        layout
            .split_whitespace()
            .filter(|code| *code != ".")
            .collect()
    }

    #[test]
    fn every_place_has_one_tile() {
        for (layout, count) in [(TOKYO, 62), (JAPAN, 47)] {
            let codes = codes(layout);
            assert_eq!(codes.len(), count);
            assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), count);
            let widths: BTreeSet<usize> = layout
                .lines()
                .map(|line| line.split_whitespace().count())
                .collect();
            assert_eq!(widths.len(), 1, "rows are equally long");
        }
        assert_eq!(
            codes(JAPAN)
                .iter()
                .filter_map(|code| code.parse::<u8>().ok())
                .map(u32::from)
                .sum::<u32>(),
            47 * 24
        );
    }

    #[test]
    fn tokyo_japan_and_any_other() {
        let tokyo = tiles([("131105", "目黒区"), ("131113", "大田区")]);
        assert_eq!(
            tokyo[0].1,
            Tile {
                column: 6,
                row: 4,
                label: "目黒".to_owned()
            }
        );
        assert_eq!(
            tiles([("13", "東京都"), ("01", "北海道")])[0].1.label,
            "北海道"
        );
        let mie: Vec<(String, String)> = (0..29)
            .map(|n| (format!("24{n:04}"), format!("{n}町")))
            .collect();
        let mie = tiles(
            mie.iter()
                .map(|(code, name)| (code.as_str(), name.as_str())),
        );
        let places: BTreeSet<(i32, i32)> =
            mie.iter().map(|(_, one)| (one.row, one.column)).collect();
        assert_eq!(places.len(), 29);
        assert_eq!(short("札幌市中央区"), "中央");
        assert_eq!(short("四日市市"), "四日市");
        assert_eq!(short("津市"), "津");
    }
}
