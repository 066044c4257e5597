//! A small HTTP/1.1 client: one connection, one request after another, nothing that the load would wait for.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Done;

#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came. `bytes` is everything over the wire, head and chunk marks included.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    pub(crate) bytes: usize,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    pub(crate) fn text(&self) -> Done<&str> {
        Ok(std::str::from_utf8(&self.body)?)
    }
}

/// Where the parts of an answer are.
struct Frame {
    head: usize,
    end: usize,
    chunked: bool,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Done<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
        })
    }

    /// Sends a request and waits for the whole answer; returns its status.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Done<u16> {
        self.frame(request).await?;
        status(&self.buffer).ok_or_else(|| "an answer without a status".into())
    }

    /// As [`Self::exchange`], with the answer itself.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Done<Answer> {
        let frame = self.frame(request).await?;
        let head = self.buffer.get(..frame.head).unwrap_or_default();
        let body = self.buffer.get(frame.head..frame.end).unwrap_or_default();
        Ok(Answer {
            status: status(&self.buffer).unwrap_or(0),
            head: std::str::from_utf8(head)?.to_owned(),
            body: if frame.chunked {
                joined(body)
            } else {
                body.to_vec()
            },
            bytes: frame.end,
        })
    }

    async fn frame(&mut self, request: &[u8]) -> Done<Frame> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server hung up".into());
            }
            if let Some(frame) = frame(&self.buffer) {
                return Ok(frame);
            }
        }
    }

    /// Sends a request whose answer never ends, and reads on until the connection does.
    pub(crate) async fn listen(mut self, request: Vec<u8>) -> Done<()> {
        self.stream.write_all(&request).await?;
        loop {
            self.buffer.clear();
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Ok(());
            }
        }
    }
}

fn find(text: &[u8], what: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let at = rest.windows(what.len()).position(|window| window == what)?;
    Some(from + at)
}

/// The answer in a buffer, once it is whole.
fn frame(buffer: &[u8]) -> Option<Frame> {
    let head = find(buffer, b"\r\n\r\n", 0)? + 4;
    let mut length = 0;
    for line in buffer.get(..head)?.split(|byte| *byte == b'\n') {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let (name, value) = (parts.next()?, parts.next().unwrap_or_default());
        let value = std::str::from_utf8(value).unwrap_or_default().trim();
        if name.eq_ignore_ascii_case(b"content-length") {
            length = value.parse().ok()?;
        }
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            let end = end_of_chunks(buffer, head)?;
            return Some(Frame {
                head,
                end,
                chunked: true,
            });
        }
    }
    let end = head + length;
    (buffer.len() >= end).then_some(Frame {
        head,
        end,
        chunked: false,
    })
}

/// The size of the chunk at a place, and where its content begins.
fn chunk(buffer: &[u8], at: usize) -> Option<(usize, usize)> {
    let line = find(buffer, b"\r\n", at)?;
    let size = std::str::from_utf8(buffer.get(at..line)?).ok()?;
    Some((usize::from_str_radix(size.trim(), 16).ok()?, line + 2))
}

fn end_of_chunks(buffer: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let (size, content) = chunk(buffer, at)?;
        at = content + size + 2;
        if size == 0 {
            return (buffer.len() >= at).then_some(at);
        }
    }
}

fn joined(body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some((size, content)) = chunk(body, at).filter(|(size, _)| *size > 0) {
        whole.extend_from_slice(body.get(content..content + size).unwrap_or_default());
        at = content + size + 2;
    }
    whole
}

fn status(buffer: &[u8]) -> Option<u16> {
    std::str::from_utf8(buffer.get(9..12)?).ok()?.parse().ok()
}

/// The text of a request. `headers` are whole lines.
pub(crate) fn request(method: &str, path: &str, headers: &[String], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    if method != "GET" {
        text.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A form as browsers send it.
pub(crate) fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs.collect::<Vec<_>>().join("&").into_bytes()
}

pub(crate) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let parts = text.bytes().map(|byte| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_whole_or_not() {
        let plain = b"HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(frame(plain).map(|frame| frame.end), Some(plain.len()));
        assert!(frame(&plain[..plain.len() - 1]).is_none());
        assert_eq!(status(plain), Some(201));
        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        let whole = frame(chunked).unwrap();
        assert_eq!(whole.end, chunked.len());
        assert_eq!(joined(&chunked[whole.head..whole.end]), b"abcde");
        assert!(frame(&chunked[..chunked.len() - 2]).is_none());
    }

    #[test]
    fn forms_are_encoded() {
        assert_eq!(form(&[("a", "x y"), ("b", "山")]), b"a=x%20y&b=%E5%B1%B1");
    }
}
