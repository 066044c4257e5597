//! Simpler borders: each line between two places where three or more meet is made simpler once, so that neighbours
//! still share it to the point.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::{Point, Ring, area};

/// Points that a municipality has on average, at most.
pub const POINTS_EACH: usize = 150;
/// Rings smaller than this go, unless they are the municipality's largest: twice the area, in steps (some 100 m × 100 m).
const SMALLEST: i64 = 20_000;

/// Makes rings simpler until at most `most` points are left. Rings that collapse go; the largest of each list stays.
pub fn simplify(shapes: &mut [Vec<Ring>], most: usize) {
    let total: usize = shapes.iter().flatten().map(Vec::len).sum();
    if total <= most {
        return;
    }
    for rings in shapes.iter_mut() {
        let largest = rings.iter().map(|ring| area(ring).abs()).max().unwrap_or(0);
        rings.retain(|ring| area(ring).abs() >= SMALLEST.min(largest));
    }
    let knots = knots(shapes);
    let mut lines: HashMap<Vec<Point>, Vec<i64>> = HashMap::new();
    for ring in shapes.iter().flatten() {
        for line in split(ring, &knots) {
            let (line, _) = canonical(line);
            lines.entry(line).or_insert_with_key(|line| weights(line));
        }
    }
    let least = threshold(&lines, most);
    for rings in shapes.iter_mut() {
        let simpler = rings
            .iter()
            .map(|ring| simpler(ring, &knots, &lines, least));
        let simpler: Vec<Ring> = simpler.collect();
        let kept: Vec<Ring> = simpler
            .into_iter()
            .filter(|ring| ring.len() > 2 && area(ring) != 0)
            .collect();
        // A municipality does not vanish because it is small.
        if !kept.is_empty() {
            *rings = kept;
        }
    }
}

/// Points where borders part: their neighbours are not the same two wherever they occur.
fn knots(shapes: &[Vec<Ring>]) -> HashMap<Point, bool> {
    let mut seen: HashMap<Point, (Point, Point)> = HashMap::new();
    let mut knots: HashMap<Point, bool> = HashMap::new();
    for ring in shapes.iter().flatten() {
        let before = ring.iter().cycle().skip(ring.len().saturating_sub(1));
        let after = ring.iter().cycle().skip(1);
        for ((point, before), after) in ring.iter().zip(before).zip(after) {
            let pair = (*before.min(after), *before.max(after));
            let other = *seen.entry(*point).or_insert(pair) != pair;
            let knot = knots.entry(*point).or_default();
            *knot |= other;
        }
    }
    knots.retain(|_, knot| *knot);
    knots
}

/// A ring as lines from knot to knot; a ring without knots as one closed line from its least point.
fn split(ring: &[Point], knots: &HashMap<Point, bool>) -> Vec<Vec<Point>> {
    let start = ring.iter().position(|point| knots.contains_key(point));
    let least = || {
        let points = ring.iter().enumerate();
        points
            .min_by_key(|(_, point)| **point)
            .map_or(0, |(at, _)| at)
    };
    let start = start.unwrap_or_else(least);
    let mut lines = Vec::new();
    let mut line: Vec<Point> = Vec::new();
    for point in ring.iter().cycle().skip(start).take(ring.len() + 1) {
        line.push(*point);
        if line.len() > 1 && knots.contains_key(point) {
            lines.push(std::mem::replace(&mut line, vec![*point]));
        }
    }
    if line.len() > 1 {
        lines.push(line);
    }
    lines
}

/// The line in the one of its two directions that both neighbours agree on, and whether that is the other one.
fn canonical(line: Vec<Point>) -> (Vec<Point>, bool) {
    let mut back = line.clone();
    back.reverse();
    if back < line {
        (back, true)
    } else {
        (line, false)
    }
}

/// For each point how much would be lost without it (Visvalingam's effective area). Ends are never lost.
fn weights(line: &[Point]) -> Vec<i64> {
    let last = line.len().saturating_sub(1);
    let mut before: Vec<usize> = (0..line.len()).map(|at| at.saturating_sub(1)).collect();
    let mut after: Vec<usize> = (1..=line.len()).collect();
    let mut weights = vec![i64::MAX; line.len()];
    let triangle = |a: usize, b: usize, c: usize| {
        let at = |place: usize| line.get(place).copied().unwrap_or_default();
        area(&[at(a), at(b), at(c)]).abs()
    };
    let mut heap: BinaryHeap<Reverse<(i64, usize)>> = (1..last)
        .map(|at| Reverse((triangle(at - 1, at, at + 1), at)))
        .collect();
    let mut current: Vec<i64> = (0..line.len())
        .map(|at| {
            if at == 0 || at >= last {
                i64::MAX
            } else {
                triangle(at - 1, at, at + 1)
            }
        })
        .collect();
    let get = |list: &[usize], at: usize| list.get(at).copied().unwrap_or_default();
    let mut lost = 0;
    while let Some(Reverse((weight, at))) = heap.pop() {
        if current.get(at).copied() != Some(weight) {
            continue;
        }
        lost = lost.max(weight);
        set(&mut weights, at, lost);
        set(&mut current, at, i64::MIN);
        let (a, c) = (get(&before, at), get(&after, at));
        set(&mut after, a, c);
        set(&mut before, c, a);
        for one in [a, c] {
            if one != 0 && one < last {
                let weight = triangle(get(&before, one), one, get(&after, one));
                set(&mut current, one, weight);
                heap.push(Reverse((weight, one)));
            }
        }
    }
    weights
}

fn set<T>(list: &mut [T], at: usize, value: T) {
    if let Some(place) = list.get_mut(at) {
        *place = value;
    }
}

/// The least weight of a point that stays, so that at most this many do.
fn threshold(lines: &HashMap<Vec<Point>, Vec<i64>>, most: usize) -> i64 {
    let mut all: Vec<i64> = lines.values().flatten().copied().collect();
    all.sort_unstable_by(|a, b| b.cmp(a));
    // Borders between two are counted once here and drawn twice.
    all.get(most / 2)
        .map_or(0, |weight| weight.saturating_add(1))
}

fn simpler(
    ring: &[Point],
    knots: &HashMap<Point, bool>,
    lines: &HashMap<Vec<Point>, Vec<i64>>,
    least: i64,
) -> Ring {
    let mut points = Ring::new();
    for line in split(ring, knots) {
        let (line, turned) = canonical(line);
        let weights = lines.get(&line).map(Vec::as_slice).unwrap_or_default();
        let kept = line
            .iter()
            .zip(weights)
            .filter(|(_, weight)| **weight >= least);
        let mut kept: Vec<Point> = kept.map(|(point, _)| *point).collect();
        if turned {
            kept.reverse();
        }
        // The end is where the next line begins.
        kept.pop();
        points.extend(kept);
    }
    points.dedup();
    points
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::edges;
    use super::*;

    /// Two squares side by side with a wavy border between them, and an island far off.
    fn shapes() -> Vec<Vec<Ring>> {
        let wave: Vec<Point> = (0..=100)
            .map(|y| Point {
                x: 14_000_000 + (y * 7919 % 300),
                y: 3_500_000 + y * 1000,
            })
            .collect();
        let corner = |x: i32, y: i32| Point {
            x: 14_000_000 + x,
            y: 3_500_000 + y,
        };
        let mut left = vec![corner(-100_000, 100_000), corner(-100_000, 0)];
        left.extend(&wave);
        let mut right = vec![corner(100_000, 0), corner(100_000, 100_000)];
        right.extend(wave.iter().rev());
        let island = (0..50)
            .map(|at| {
                let angle = f64::from(at) * std::f64::consts::TAU / 50.0;
                Point::of_degrees(142.0 + angle.cos() * 0.1, 27.0 + angle.sin() * 0.1)
            })
            .collect();
        vec![vec![left], vec![right, island]]
    }

    #[test]
    fn neighbours_still_share_their_border() {
        let mut shapes = shapes();
        simplify(&mut shapes, 60);
        let total: usize = shapes.iter().flatten().map(Vec::len).sum();
        assert!((10..=70).contains(&total), "{total}");
        let left: BTreeSet<(Point, Point)> = edges(&shapes[0][0]).collect();
        let shared = edges(&shapes[1][0]).filter(|(a, b)| left.contains(&(*b, *a)));
        assert!(shared.count() > 3);
        assert!(
            shapes.iter().flatten().all(|ring| area(ring) > 0),
            "directions stay"
        );
        assert!(shapes[1][1].len() >= 3, "the island stays");
    }

    #[test]
    fn small_files_stay_as_they_are() {
        let mut same = shapes();
        simplify(&mut same, 10_000);
        assert_eq!(same, shapes());
    }
}
