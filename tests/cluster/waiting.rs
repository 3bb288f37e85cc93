//! Waiting for a cluster, which does everything a moment later.

use std::fmt::Display;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

/// Tries until it works. Panics with the last obstacle after `seconds`.
pub(crate) fn wait_for<T, E: Display>(
    what: &str,
    seconds: u64,
    mut attempt: impl FnMut() -> Result<T, E>,
) -> T {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        match attempt() {
            Ok(value) => return value,
            Err(obstacle) => assert!(
                Instant::now() < deadline,
                "waited {seconds} s for {what}: {obstacle}"
            ),
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The body of a page, if the server answers 200 within two seconds. `address` is `HOST:PORT`.
pub(crate) fn http_get(address: &str, path: &str) -> io::Result<String> {
    let timeout = Duration::from_secs(2);
    let socket = address
        .to_socket_addrs()?
        .next()
        .ok_or_else(|| io::Error::other(format!("no such address: {address}")))?;
    let mut stream = TcpStream::connect_timeout(&socket, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| io::Error::other("not an HTTP answer"))?;
    let status = head.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) == Some("200") {
        Ok(body.to_owned())
    } else {
        Err(io::Error::other(status.to_owned()))
    }
}
