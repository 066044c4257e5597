//! Bytes as text while they are read: any encoding to UTF-8, any line break to `\n`, a line break at the end.

use std::fmt;
use std::io::{Error, ErrorKind, Read, Result};

use encoding_rs::{Decoder, DecoderResult, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes read from below at a time.
const CHUNK: usize = 1 << 15;

/// Stands for half a character at the end of a file: no column takes it.
const CUT: u8 = 0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    ShiftJis,
    Utf16Little,
    Utf16Big,
}

impl Encoding {
    /// Those to try, by the first bytes.
    pub(super) const fn by_start(start: &[u8]) -> &'static [Self] {
        match start {
            [0xEF, 0xBB, 0xBF, ..] => &[Self::Utf8],
            [0xFF, 0xFE, ..] => &[Self::Utf16Little],
            [0xFE, 0xFF, ..] => &[Self::Utf16Big],
            _ => &[Self::Utf8, Self::ShiftJis],
        }
    }

    fn decoder(self) -> Decoder {
        let encoding = match self {
            Self::Utf8 => UTF_8,
            Self::ShiftJis => SHIFT_JIS,
            Self::Utf16Little => UTF_16LE,
            Self::Utf16Big => UTF_16BE,
        };
        encoding.new_decoder_with_bom_removal()
    }
}

/// A text that is read. Bytes that are none in its encoding are an error.
pub struct Text {
    inner: Box<dyn Read + Send>,
    decoder: Decoder,
    input: Vec<u8>,
    /// Of `input`, not decoded yet.
    left: std::ops::Range<usize>,
    /// Decoded, to be handed out from `given` on.
    output: Vec<u8>,
    given: usize,
    ended: bool,
    /// The last character was `\r`: a `\n` after it is the same line break.
    after_return: bool,
    last: u8,
    read: u64,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text")
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}

impl Text {
    pub(super) fn new(inner: Box<dyn Read + Send>, encoding: Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.decoder(),
            input: vec![0; CHUNK],
            left: 0..0,
            output: Vec::new(),
            given: 0,
            ended: false,
            after_return: false,
            last: b'\n',
            read: 0,
        }
    }

    /// Bytes read from below so far.
    pub const fn bytes_read(&self) -> u64 {
        self.read
    }

    /// Decodes the next bytes. Nothing more in `output` afterwards is the end.
    fn fill(&mut self) -> Result<()> {
        while !self.ended {
            if self.left.is_empty() {
                let count = self.inner.read(&mut self.input)?;
                self.read += count as u64;
                self.left = 0..count;
                self.ended = count == 0;
            }
            self.decode()?;
            if !self.output.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn decode(&mut self) -> Result<()> {
        let input = self.input.get(self.left.clone()).unwrap_or_default();
        let room = self
            .decoder
            .max_utf8_buffer_length_without_replacement(input.len());
        let mut decoded = vec![0; room.unwrap_or(4 * CHUNK)];
        let (result, read, written) =
            self.decoder
                .decode_to_utf8_without_replacement(input, &mut decoded, self.ended);
        // A file that ends within a character was cut off: its last row is told, not the whole file refused.
        let cut = self.ended && input.is_empty();
        let malformed = matches!(result, DecoderResult::Malformed(..));
        if malformed && !cut {
            return Err(Error::from(ErrorKind::InvalidData));
        }
        self.left.start += read;
        self.output.clear();
        self.given = 0;
        for byte in decoded.get(..written).unwrap_or_default() {
            match byte {
                b'\r' => self.output.push(b'\n'),
                b'\n' if self.after_return => {}
                other => self.output.push(*other),
            }
            self.after_return = *byte == b'\r';
        }
        if malformed {
            self.output.push(CUT);
        }
        self.last = self.output.last().copied().unwrap_or(self.last);
        if self.ended && self.last != b'\n' {
            self.output.push(b'\n');
            self.last = b'\n';
        }
        Ok(())
    }
}

impl Read for Text {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if self.given == self.output.len() {
            self.output.clear();
            self.given = 0;
            self.fill()?;
        }
        let mut rest = self.output.get(self.given..).unwrap_or_default();
        let count = rest.read(into)?;
        self.given += count;
        Ok(count)
    }
}
