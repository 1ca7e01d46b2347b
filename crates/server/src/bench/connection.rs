//! A client as plain as can be: on the same cores as the server, whatever it spends is missing there.

use anyhow::{Context, Result, ensure};
use std::{fmt::Write, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A connection that is kept.
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// A request's own headers.
pub(super) type Headers<'a> = &'a [(&'a str, &'a str)];

/// A request without a body, ready to be sent.
pub(super) fn get(path: &str, headers: Headers<'_>) -> Vec<u8> {
    head("GET", path, headers).into_bytes()
}

/// A request with a body, ready to be sent.
pub(super) fn post(path: &str, headers: Headers<'_>, body: &str) -> Vec<u8> {
    let length = body.len().to_string();
    let own: &[(&str, &str)] = &[("content-type", "application/json"), ("content-length", &length)];
    let mut text = head("POST", path, &[own, headers].concat());
    text.push_str(body);
    text.into_bytes()
}

fn head(method: &str, path: &str, headers: Headers<'_>) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    for (name, value) in headers {
        // Writing to a String can't fail.
        let _ = write!(text, "{name}: {value}\r\n");
    }
    text.push_str("\r\n");
    text
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("the server can't be reached")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(8 * 1024) })
    }

    /// The body of the answer, which must be 200.
    pub(super) async fn ask(&mut self, request: &[u8]) -> Result<&[u8]> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (start, length) = loop {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server hung up");
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break (end + 4, length(self.buffer.get(..end).unwrap_or_default())?);
            }
        };
        while self.buffer.len() < start + length {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server hung up");
        }
        let body = self.buffer.get(start..).unwrap_or_default();
        let answered = || String::from_utf8_lossy(&self.buffer).into_owned();
        ensure!(self.buffer.starts_with(b"HTTP/1.1 200 "), "the server refused: {}", answered());
        Ok(body)
    }
}

/// How long the body is, by its head.
fn length(head: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head)?;
    let named = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = named.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, length) = lengths.next().context("an answer does not say how long it is")?;
    Ok(length.trim().parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_how_long_it_is() {
        let text = String::from_utf8(post("/a", &[("x", "y")], "{}")).unwrap();
        assert_eq!(
            text,
            "POST /a HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: 2\r\nx: y\r\n\r\n{}"
        );
        assert_eq!(get("/", &[]), b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    }

    #[test]
    fn the_length_of_an_answer_stands_in_its_head() {
        assert_eq!(length(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nx: y").unwrap(), 12);
        length(b"HTTP/1.1 200 OK").unwrap_err();
    }
}
