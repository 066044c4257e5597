//! QR codes as SVG.

use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

use crate::ReportError;

/// Light modules around the code that the standard (ISO/IEC 18004) asks for.
const QUIET: usize = 4;

/// The code of `url` as one SVG path with its quiet zone, one unit a module; without width and height, so that the page sizes it.
///
/// Only opaque URLs belong here: a code on paper can be read by anybody who holds it.
///
/// # Errors
/// [`ReportError::Qr`] where the URL is longer than a code can hold (about 2,300 bytes).
pub fn svg(url: &str) -> Result<String, ReportError> {
    let code = QrCode::with_error_correction_level(url, EcLevel::M)?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut path = String::new();
    for (row, modules) in code.to_colors().chunks(width).enumerate() {
        for (start, length) in runs(modules) {
            let _ = write!(
                path,
                "M{} {}h{length}v1h-{length}z",
                start + QUIET,
                row + QUIET
            );
        }
    }
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path fill="#000" d="{path}"/></svg>"##
    ))
}

/// Start and length of each run of dark modules in a row.
fn runs(modules: &[Color]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let dark = modules
        .iter()
        .enumerate()
        .filter(|(_, color)| **color == Color::Dark);
    for (column, _) in dark {
        match found.last_mut() {
            Some((start, length)) if *start + *length == column => *length += 1,
            _ => found.push((column, 1)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dark modules (column, row), read back from the path.
    fn drawn(svg: &str) -> Vec<(usize, usize)> {
        let path = svg
            .rsplit("d=\"")
            .next()
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let mut modules = Vec::new();
        for run in path.split('M').skip(1) {
            let (start, rest) = run.split_once('h').unwrap();
            let (x, y) = start.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let length: usize = rest.split('v').next().unwrap().parse().unwrap();
            modules.extend((x..x + length).map(|x| (x - QUIET, y - QUIET)));
        }
        modules
    }

    #[test]
    fn a_code_is_one_small_path_and_draws_the_modules_of_the_symbol() {
        let url = "https://renkei.example.jp/q/0199c2f4b7d07e3a9d5b6c1e2f3a4b5c";
        let svg = svg(url).unwrap();
        assert!(svg.len() < 8_000, "{} bytes", svg.len());
        let code = QrCode::with_error_correction_level(url, EcLevel::M).unwrap();
        let width = code.width();
        let colors = code.to_colors();
        let dark: Vec<(usize, usize)> = (0..colors.len())
            .filter(|at| colors[*at] == Color::Dark)
            .map(|at| (at % width, at / width))
            .collect();
        assert_eq!(drawn(&svg), dark);
    }

    #[test]
    fn an_endless_url_is_an_error() {
        assert!(matches!(svg(&"x".repeat(3_000)), Err(ReportError::Qr(_))));
    }
}
