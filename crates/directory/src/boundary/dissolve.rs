//! One outline of several: sides that two of them share in opposite directions cancel.

use std::collections::{BTreeMap, BTreeSet};

use super::{Point, Ring, edges};

/// The outline of several shapes together.
pub fn dissolve<'a>(shapes: impl IntoIterator<Item = &'a [Ring]>) -> Vec<Ring> {
    let mut sides: BTreeSet<(Point, Point)> = BTreeSet::new();
    for ring in shapes.into_iter().flatten() {
        for (a, b) in edges(ring) {
            if !sides.remove(&(b, a)) {
                sides.insert((a, b));
            }
        }
    }
    joined(&sides)
}

/// Borders between the shapes themselves: sides that two of them share, as lines, each once.
pub fn inner<'a>(shapes: impl IntoIterator<Item = &'a [Ring]>) -> Vec<Vec<Point>> {
    let (mut sides, mut shared) = (BTreeSet::new(), BTreeSet::new());
    for ring in shapes.into_iter().flatten() {
        for (a, b) in edges(ring) {
            if sides.contains(&(b, a)) {
                shared.insert((a, b));
            }
            sides.insert((a, b));
        }
    }
    lines(shared)
}

/// Sides end to end, as closed rings.
fn joined(sides: &BTreeSet<(Point, Point)>) -> Vec<Ring> {
    let mut next: BTreeMap<Point, Vec<Point>> = BTreeMap::new();
    for (a, b) in sides {
        next.entry(*a).or_default().push(*b);
    }
    let mut rings = Vec::new();
    while let Some((start, _)) = next.first_key_value() {
        let start = *start;
        let mut ring = vec![start];
        let mut at = start;
        while let Some(to) = take(&mut next, at) {
            if to == start {
                break;
            }
            ring.push(to);
            at = to;
        }
        if ring.len() > 2 {
            rings.push(ring);
        }
    }
    rings
}

fn take(next: &mut BTreeMap<Point, Vec<Point>>, at: Point) -> Option<Point> {
    let ends = next.get_mut(&at)?;
    let to = ends.pop();
    if ends.is_empty() {
        next.remove(&at);
    }
    to
}

/// Sides end to end as far as they lead, in whichever direction.
fn lines(sides: BTreeSet<(Point, Point)>) -> Vec<Vec<Point>> {
    let mut next: BTreeMap<Point, Vec<Point>> = BTreeMap::new();
    for (a, b) in sides {
        next.entry(a).or_default().push(b);
        next.entry(b).or_default().push(a);
    }
    let mut lines = Vec::new();
    loop {
        // Ends and forks first, so that lines are as long as they can be.
        let start = next.iter().find(|(_, ends)| ends.len() != 2);
        let Some(start) = start.or_else(|| next.iter().next()).map(|(at, _)| *at) else {
            return lines;
        };
        let mut line = vec![start];
        let mut at = start;
        while let Some(to) = take(&mut next, at) {
            forget(&mut next, to, at);
            line.push(to);
            at = to;
        }
        lines.push(line);
    }
}

fn forget(next: &mut BTreeMap<Point, Vec<Point>>, at: Point, end: Point) {
    if let Some(ends) = next.get_mut(&at) {
        if let Some(place) = ends.iter().position(|one| *one == end) {
            ends.swap_remove(place);
        }
        if ends.is_empty() {
            next.remove(&at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::area;
    use super::*;

    fn square(x: i32, y: i32) -> Vec<Ring> {
        let at = |a, b| Point { x: x + a, y: y + b };
        vec![vec![at(0, 0), at(10, 0), at(10, 10), at(0, 10)]]
    }

    #[test]
    fn shared_sides_cancel() {
        let (a, b, c) = (square(0, 0), square(10, 0), square(30, 0));
        let all = [a.as_slice(), b.as_slice(), c.as_slice()];
        let outline = dissolve(all);
        assert_eq!(outline.len(), 2);
        assert_eq!(outline.iter().map(|ring| area(ring)).sum::<i64>(), 600);
        assert_eq!(
            inner(all),
            [vec![Point { x: 10, y: 0 }, Point { x: 10, y: 10 }]]
        );
    }

    #[test]
    fn what_lies_inside_another_fills_its_hole() {
        let at = |x, y| Point { x, y };
        let outer = vec![at(0, 0), at(30, 0), at(30, 30), at(0, 30)];
        let hole = vec![at(10, 10), at(10, 20), at(20, 20), at(20, 10)];
        let ring = vec![outer.clone(), hole];
        let inside = square(10, 10);
        assert_eq!(dissolve([ring.as_slice()]).len(), 2);
        assert_eq!(dissolve([ring.as_slice(), inside.as_slice()]), [outer]);
    }
}
