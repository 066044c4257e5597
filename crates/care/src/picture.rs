//! Pictures without what they tell besides themselves: where, when, with which camera, by whom (Exif, XMP, IPTC, comments,
//! previews behind the picture). The pixels stay byte for byte; so do the colour profile and how the picture is turned.
//!
//! JPEG: ITU-T T.81 annex B; Exif in TIFF 6.0. PNG: the third edition of its specification, §5 and §11.

use crate::attachment::Kind;

const EXIF: &[u8] = b"Exif\0\0";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Optional parts of a PNG that say how it looks, and nothing else.
const LOOKS: [&[u8; 4]; 16] = [
    b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"cICP", b"mDCV", b"cLLI", b"pHYs", b"bKGD",
    b"tRNS", b"hIST", b"sPLT", b"acTL", b"fcTL", b"fdAT",
];
/// The entry of a TIFF directory that says how a picture is turned.
const ORIENTATION: u16 = 0x0112;

/// The file without its metadata; `None` where it is not built as its kind says. A PDF stays as it is.
pub(crate) fn bare(kind: Kind, bytes: Vec<u8>) -> Option<Vec<u8>> {
    match kind {
        Kind::Pdf => Some(bytes),
        Kind::Jpeg => jpeg(&bytes),
        Kind::Png => png(&bytes),
    }
}

fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(&[0xFF, 0xD8])?;
    let mut out = Vec::with_capacity(bytes.len());
    out.extend([0xFF, 0xD8]);
    loop {
        let (marker, after) = marker(rest)?;
        rest = after;
        match marker {
            // The end. What follows are previews and second pictures, with metadata of their own.
            0xD9 => {
                out.extend([0xFF, marker]);
                return Some(out);
            }
            0x01 | 0xD0..=0xD7 => continue,
            _ => {}
        }
        let size = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
        let (segment, after) = rest.split_at_checked(size)?;
        rest = after;
        let content = segment.get(2..)?;
        if let (0xE1, Some(exif)) = (marker, content.strip_prefix(EXIF)) {
            if let Some(turn) = orientation(exif) {
                out.extend([0xFF, 0xE1, 0, 34]);
                out.extend(EXIF);
                out.extend(only(turn));
            }
        } else if is_kept(marker, content) {
            out.extend([0xFF, marker]);
            out.extend(segment);
        }
        if marker == 0xDA {
            let (scan, after) = rest.split_at_checked(scan_length(rest))?;
            out.extend(scan);
            rest = after;
            // Cut off in the middle: what is there is shown, as far as it goes.
            if rest.is_empty() {
                return Some(out);
            }
        }
    }
}

/// The next marker, after any number of fill bytes.
fn marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes.strip_prefix(&[0xFF])?;
    while let Some(after) = rest.strip_prefix(&[0xFF]) {
        rest = after;
    }
    rest.split_first().map(|(marker, rest)| (*marker, rest))
}

/// The pixels, up to the next marker that is not among them.
fn scan_length(bytes: &[u8]) -> usize {
    let mut pairs = bytes.windows(2);
    let end = pairs.position(
        |pair| matches!(pair, [0xFF, next] if !matches!(next, 0x00 | 0xD0..=0xD7 | 0xFF)),
    );
    end.unwrap_or(bytes.len())
}

/// Whether a segment says how the picture looks.
fn is_kept(marker: u8, content: &[u8]) -> bool {
    match marker {
        0xE0 => content.starts_with(b"JFIF\0"),
        0xE2 => content.starts_with(b"ICC_PROFILE\0"),
        // Which colours the numbers mean.
        0xEE => content.starts_with(b"Adobe"),
        0xE1..=0xEF | 0xFE => false,
        _ => true,
    }
}

fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(PNG)?;
    let mut out = Vec::with_capacity(bytes.len());
    out.extend(PNG);
    loop {
        let (size, after) = rest.split_first_chunk::<4>()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        let size = usize::try_from(u32::from_be_bytes(*size)).ok()?;
        let content = after.get(..size)?;
        // Length, kind and check sum are twelve bytes around it.
        let (chunk, after) = rest.split_at_checked(size.checked_add(12)?)?;
        rest = after;
        if kind == b"eXIf" {
            if let Some(turn) = orientation(content) {
                put_chunk(&mut out, kind, &only(turn));
            }
        } else if kind.first().is_some_and(u8::is_ascii_uppercase) || LOOKS.contains(&kind) {
            out.extend(chunk);
        }
        if kind == b"IEND" {
            return Some(out);
        }
    }
}

fn put_chunk(out: &mut Vec<u8>, kind: &[u8; 4], content: &[u8; 26]) {
    out.extend([0, 0, 0, 26]);
    out.extend(kind);
    out.extend(content);
    let sum = checksum(kind.iter().chain(content));
    out.extend(sum.to_be_bytes());
}

/// CRC-32 as PNG wants it.
fn checksum<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    let sum = bytes.fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(sum & 1))
        })
    });
    !sum
}

/// How the picture is turned, where it is.
fn orientation(tiff: &[u8]) -> Option<u16> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk()?;
        Some(if little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let bytes = *tiff.get(4..)?.first_chunk()?;
    let first = usize::try_from(if little {
        u32::from_le_bytes(bytes)
    } else {
        u32::from_be_bytes(bytes)
    });
    let first = first.ok()?;
    let count = usize::from(short(first)?);
    let mut entries = (0..count).map_while(|n| first.checked_add(2 + 12 * n));
    let entry = entries.find(|at| short(*at) == Some(ORIENTATION))?;
    short(entry.checked_add(8)?).filter(|turn| (2..=8).contains(turn))
}

/// A TIFF directory that says nothing else.
fn only(turn: u16) -> [u8; 26] {
    let mut tiff = [
        b'M', b'M', 0, b'*', 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    if let Some(place) = tiff.get_mut(18..20) {
        place.copy_from_slice(&turn.to_be_bytes());
    }
    tiff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        let size = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, marker], &size[..], content].concat()
    }

    /// Little-endian, with a camera's name, a place and this orientation.
    fn exif(turn: u16) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
        tiff.extend(b"\x0f\x01\x02\0\x06\0\0\0\x26\0\0\0");
        tiff.extend(b"\x12\x01\x03\0\x01\0\0\0");
        tiff.extend(turn.to_le_bytes());
        tiff.extend(b"\0\0\0\0\0\0CAMERA GPS 35.6895 139.6917");
        tiff
    }

    fn photo(turn: u16) -> Vec<u8> {
        [
            b"\xFF\xD8".to_vec(),
            segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            segment(0xE1, &[EXIF, &exif(turn)].concat()),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<GPS/>"),
            segment(0xE2, b"ICC_PROFILE\0\x01\x01colours"),
            segment(0xE2, b"MPF\0GPS"),
            segment(0xED, b"Photoshop 3.0\0GPS"),
            segment(0xEE, b"Adobe\0d\0\0\0\0\x01"),
            segment(0xFE, b"GPS"),
            segment(0xDB, b"table"),
            segment(0xDA, b"scan"),
            b"pixels\xFF\x00more\xFF\xD3pixels".to_vec(),
            segment(0xC4, b"table"),
            segment(0xDA, b"second scan"),
            b"pixels\xFF\xD9".to_vec(),
            b"\xFF\xD8 a preview with GPS \xFF\xD9".to_vec(),
        ]
        .concat()
    }

    fn holds(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn a_photo_does_not_say_where_it_was_taken() {
        let bare = bare(Kind::Jpeg, photo(6)).unwrap();
        for part in [&b"GPS"[..], b"CAMERA", b"ns.adobe", b"Photoshop", b"MPF"] {
            assert!(!holds(&bare, part), "{}", part.escape_ascii());
        }
        for part in [
            &b"ICC_PROFILE\0\x01\x01colours"[..],
            b"Adobe\0d",
            b"JFIF\0",
            b"pixels\xFF\x00more\xFF\xD3pixels\xFF\xC4",
            b"second scanpixels\xFF\xD9",
        ] {
            assert!(holds(&bare, part), "{}", part.escape_ascii());
        }
        assert!(bare.ends_with(b"pixels\xFF\xD9"));
        let at = bare.windows(6).position(|part| part == EXIF).unwrap();
        assert_eq!(orientation(&bare[at + 6..]), Some(6), "still upright");
        assert_eq!(jpeg(&bare).as_ref(), Some(&bare), "twice is once");
        assert!(
            !holds(&jpeg(&photo(1)).unwrap(), EXIF),
            "upright without it"
        );
    }

    #[test]
    fn a_screenshot_does_not_say_who_took_it() {
        let chunk = |kind: &[u8; 4], content: &[u8]| {
            let size = u32::try_from(content.len()).unwrap().to_be_bytes();
            let sum = checksum(kind.iter().chain(content)).to_be_bytes();
            [&size[..], kind, content, &sum].concat()
        };
        let file = [
            PNG.to_vec(),
            chunk(b"IHDR", b"size"),
            chunk(b"iCCP", b"colours"),
            chunk(b"tEXt", b"Author\0GPS"),
            chunk(b"eXIf", &exif(8)),
            chunk(b"tIME", b"2026"),
            chunk(b"prVt", b"GPS"),
            chunk(b"IDAT", b"pixels"),
            chunk(b"IEND", b""),
            b"GPS".to_vec(),
        ]
        .concat();
        let expected = [
            PNG.to_vec(),
            chunk(b"IHDR", b"size"),
            chunk(b"iCCP", b"colours"),
            chunk(b"eXIf", &only(8)),
            chunk(b"IDAT", b"pixels"),
            chunk(b"IEND", b""),
        ]
        .concat();
        assert_eq!(bare(Kind::Png, file), Some(expected));
        // The sum that every PNG ends with.
        assert_eq!(checksum(b"IEND".iter()), 0xAE42_6082);
    }

    #[test]
    fn what_is_no_picture_is_none() {
        let photo = photo(6);
        for end in 0..photo.len() {
            // Nothing panics; what is cut off before its pixels is none.
            let _ = jpeg(&photo[..end]);
            assert!(end > 200 || jpeg(&photo[..end.min(150)]).is_none());
        }
        for broken in [&b"\xFF\xD8\xFF\xE1\0\0"[..], b"\xFF\xD8no", b"\xFF\xD8\xFF"] {
            assert_eq!(jpeg(broken), None);
        }
        for broken in [
            &b"\x89PNG\r\n\x1a\n"[..],
            b"\x89PNG\r\n\x1a\n\xFF\xFF\xFF\xFFIDAT",
        ] {
            assert_eq!(png(broken), None);
        }
    }
}
