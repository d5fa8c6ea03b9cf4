//! Buyers: a few connections that are kept open, each asking for the next page as soon as it has the last.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::goods::chance;
use super::measure::now;

/// Connections at once.
const BUYERS: u64 = 8;
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// One connection.
pub struct Client {
    line: BufReader<TcpStream>,
}

/// An answer.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
}

impl Client {
    /// Connects.
    pub fn dial(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_MAX))?;
        Ok(Self { line: BufReader::with_capacity(64 * 1024, stream) })
    }

    /// Asks for a page and reads all of it.
    pub fn get(&mut self, path: &str) -> io::Result<Answer> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.line.get_mut().write_all(request.as_bytes())?;
        let (mut status, mut length, mut is_chunked) = (0, 0, false);
        loop {
            let mut text = String::new();
            if self.line.read_line(&mut text)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let text = text.trim_end().to_ascii_lowercase();
            if let Some(rest) = text.strip_prefix("http/1.1 ") {
                status = rest.split(' ').next().and_then(|code| code.parse().ok()).unwrap_or(0);
            } else if let Some(value) = text.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            } else if text.starts_with("transfer-encoding:") {
                is_chunked = text.contains("chunked");
            } else if text.is_empty() {
                break;
            }
        }
        let body = if is_chunked { self.chunks()? } else { self.bytes(length)? };
        Ok(Answer { status, body })
    }

    /// Asks for a page that has to be there.
    pub fn get_page(&mut self, path: &str) -> io::Result<()> {
        let answer = self.get(path)?;
        if answer.status == 200 { Ok(()) } else { Err(io::Error::other(format!("{path} answered {}", answer.status))) }
    }

    fn bytes(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.line.read_exact(&mut body)?;
        Ok(body)
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut size = String::new();
            self.line.read_line(&mut size)?;
            let size = usize::from_str_radix(size.trim(), 16).map_err(|_| io::ErrorKind::InvalidData)?;
            body.extend(self.bytes(size)?);
            let mut end = String::new();
            self.line.read_line(&mut end)?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
}

/// Requests a second over `time`, of pages chosen by chance. An answer that is not 200 ends it.
pub fn requests_a_second(address: SocketAddr, paths: &[String], time: Duration, seed: u64) -> Result<u64, String> {
    let buyers: Vec<io::Result<u64>> = std::thread::scope(|scope| {
        let buyers: Vec<_> =
            (0..BUYERS).map(|buyer| scope.spawn(move || buy(address, paths, time, seed * BUYERS + buyer))).collect();
        buyers.into_iter().map(|buyer| buyer.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))).collect()
    });
    let done = buyers.into_iter().sum::<io::Result<u64>>().map_err(|error| error.to_string())?;
    Ok(u64::try_from(u128::from(done) * 1000 / time.as_millis().max(1)).unwrap_or(0))
}

/// Requests a second while every one of these pages is asked for once.
pub fn each_once_a_second(address: SocketAddr, paths: &[String]) -> Result<u64, String> {
    let start = now();
    let buyers: Vec<io::Result<()>> = std::thread::scope(|scope| {
        let part = paths.len().div_ceil(usize::try_from(BUYERS).unwrap_or(1)).max(1);
        let buyers: Vec<_> = paths.chunks(part).map(|part| scope.spawn(move || buy_each(address, part))).collect();
        buyers.into_iter().map(|buyer| buyer.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))).collect()
    });
    buyers.into_iter().collect::<io::Result<()>>().map_err(|error| error.to_string())?;
    Ok(u64::try_from(paths.len() as u128 * 1000 / start.elapsed().as_millis().max(1)).unwrap_or(0))
}

fn buy_each(address: SocketAddr, paths: &[String]) -> io::Result<()> {
    let mut client = Client::dial(address)?;
    paths.iter().try_for_each(|path| client.get_page(path))
}

fn buy(address: SocketAddr, paths: &[String], time: Duration, seed: u64) -> io::Result<u64> {
    let mut client = Client::dial(address)?;
    let (start, mut done) = (now(), 0_u64);
    while start.elapsed() < time {
        let path = paths.get(chance(seed * 1_000_003 + done, paths.len())).ok_or(io::ErrorKind::NotFound)?;
        client.get_page(path)?;
        done += 1;
    }
    Ok(done)
}
