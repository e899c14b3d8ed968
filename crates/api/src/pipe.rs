//! Bytes between async bodies and blocking code, in constant memory in both directions.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use std::io::{self, Read, Write};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// Chunks in flight; with chunks of up to 64 KiB this bounds a transfer to about half a megabyte.
const DEPTH: usize = 8;
const CHUNK: usize = 64 * 1024;

/// How long either end may stand still. Without this two clients that fall silent would keep all others from
/// uploading, and a reader that stops reading would hold a snapshot of the store open.
const PATIENCE: Duration = Duration::from_secs(120);

/// What travels to the reader. The end is said, never inferred: a broken connection must not look like a file
/// that is merely shorter.
enum Part {
    Chunk(Bytes),
    End,
    Broken(String),
}

/// The async end of an upload.
pub struct Feeder(mpsc::Sender<Part>);

/// The blocking end of an upload. An early end is an error of kind `UnexpectedEof`.
pub struct BodyReader {
    parts: mpsc::Receiver<Part>,
    current: Bytes,
    ended: bool,
}

/// A pipe from async code to a blocking reader.
pub fn upload() -> (Feeder, BodyReader) {
    let (tx, rx) = mpsc::channel(DEPTH);
    (Feeder(tx), BodyReader { parts: rx, current: Bytes::new(), ended: false })
}

impl Feeder {
    /// Sends everything of a stream, then says that it is the end. Stops when the reader has gone.
    pub async fn send_all<E: std::fmt::Display>(self, stream: impl Stream<Item = Result<Bytes, E>>) {
        let mut stream = std::pin::pin!(stream);
        loop {
            let part = match tokio::time::timeout(PATIENCE, stream.next()).await {
                Err(_) => Part::Broken(format!("nothing came for {} seconds", PATIENCE.as_secs())),
                Ok(None) => break,
                Ok(Some(Ok(bytes))) if bytes.is_empty() => continue,
                Ok(Some(Ok(bytes))) => Part::Chunk(bytes),
                Ok(Some(Err(e))) => Part::Broken(e.to_string()),
            };
            let broken = matches!(part, Part::Broken(_));
            if self.0.send(part).await.is_err() || broken {
                return;
            }
        }
        let _ = self.0.send(Part::End).await;
    }
}

impl Read for BodyReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() && !self.ended {
            match self.parts.blocking_recv() {
                Some(Part::Chunk(bytes)) => self.current = bytes,
                Some(Part::End) => self.ended = true,
                Some(Part::Broken(why)) => {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("the upload broke off: {why}")));
                }
                None => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the upload broke off: the connection was closed")),
            }
        }
        let n = self.current.len().min(out.len());
        out[..n].copy_from_slice(&self.current.split_to(n));
        Ok(n)
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the client has gone")
}

/// The blocking end of a download; it works on threads of the runtime that may block.
pub struct BodyWriter {
    parts: mpsc::Sender<io::Result<Bytes>>,
    buffer: BytesMut,
}

/// A pipe from a blocking writer to a response body.
pub fn download() -> (BodyWriter, Body) {
    let (tx, rx) = mpsc::channel::<io::Result<Bytes>>(DEPTH);
    let stream = futures_util::stream::unfold(rx, |mut rx| async move { rx.recv().await.map(|item| (item, rx)) });
    (BodyWriter { parts: tx, buffer: BytesMut::with_capacity(CHUNK) }, Body::from_stream(stream))
}

impl BodyWriter {
    fn send(&mut self) -> io::Result<()> {
        let chunk = self.buffer.split().freeze();
        self.buffer.reserve(CHUNK);
        match self.parts.try_send(Ok(chunk)) {
            Ok(()) => Ok(()),
            Err(TrySendError::Closed(_)) => Err(gone()),
            Err(TrySendError::Full(chunk)) => {
                let waiting = self.parts.send_timeout(chunk, PATIENCE);
                tokio::runtime::Handle::current().block_on(waiting).map_err(|_| gone())
            }
        }
    }

    /// Whether the client has gone.
    pub fn abandoned(&self) -> bool {
        self.parts.is_closed()
    }

    /// Ends the body. After an error the connection is broken off, so that half a file never looks whole.
    pub fn finish(mut self, result: Result<(), String>) {
        match result {
            Ok(()) => {
                let _ = if self.buffer.is_empty() { Ok(()) } else { self.send() };
            }
            Err(why) => {
                let _ = self.parts.blocking_send(Err(io::Error::other(why)));
            }
        }
    }
}

impl Write for BodyWriter {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(data);
        if self.buffer.len() >= CHUNK {
            self.send()?;
        }
        Ok(data.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Refuses a text with more lines than allowed. A line break inside quotes does not count.
pub struct LineLimit<R> {
    inner: R,
    left: u64,
    quoted: bool,
    fresh: bool,
    /// Set once the limit was passed; the reader's own error may be wrapped on its way.
    pub exceeded: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl<R: Read> LineLimit<R> {
    pub fn new(inner: R, lines: u64) -> Self {
        Self { inner, left: lines, quoted: false, fresh: true, exceeded: std::sync::Arc::default() }
    }
}

impl<R: Read> Read for LineLimit<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        for b in &out[..n] {
            // a line is counted with its first byte, so that a last line without its break counts too
            if self.fresh && !matches!(b, b'\n' | b'\r') {
                self.fresh = false;
                if self.left == 0 {
                    self.exceeded.store(true, std::sync::atomic::Ordering::SeqCst);
                    return Err(io::Error::other("the text has more lines than this operation takes"));
                }
                self.left -= 1;
            }
            match b {
                b'"' => self.quoted = !self.quoted,
                b'\n' if !self.quoted => self.fresh = true,
                _ => {}
            }
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    fn chunks(parts: &[&'static str]) -> impl Stream<Item = Result<Bytes, io::Error>> + use<> {
        futures_util::stream::iter(parts.iter().map(|p| Ok(Bytes::from_static(p.as_bytes()))).collect::<Vec<_>>())
    }

    fn read_in_thread(mut reader: BodyReader) -> tokio::task::JoinHandle<io::Result<String>> {
        tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            reader.read_to_string(&mut text).map(|_| text)
        })
    }

    #[tokio::test]
    async fn an_upload_arrives_whole() {
        let (feeder, reader) = upload();
        let read = read_in_thread(reader);
        feeder.send_all(chunks(&["a,b\n", "", "1,2\n"])).await;
        assert_eq!(read.await.unwrap().unwrap(), "a,b\n1,2\n");
    }

    #[tokio::test]
    async fn a_broken_upload_is_an_error_and_not_a_shorter_file() {
        let (feeder, reader) = upload();
        let read = read_in_thread(reader);
        drop(feeder);
        assert_eq!(read.await.unwrap().unwrap_err().kind(), io::ErrorKind::UnexpectedEof);

        let (feeder, reader) = upload();
        let read = read_in_thread(reader);
        let broken = chunks(&["a,b\n"]).chain(futures_util::stream::iter([Err(io::Error::other("reset"))]));
        feeder.send_all(broken).await;
        assert!(read.await.unwrap().unwrap_err().to_string().contains("reset"));
    }

    #[tokio::test]
    async fn a_download_streams_and_breaks_off_on_error() {
        let (mut writer, body) = download();
        let work = tokio::task::spawn_blocking(move || {
            for _ in 0..50_000 {
                writer.write_all(b"0123456789\n").unwrap();
            }
            writer.finish(Ok(()));
        });
        assert_eq!(body.collect().await.unwrap().to_bytes().len(), 550_000);
        work.await.unwrap();

        let (mut writer, body) = download();
        tokio::task::spawn_blocking(move || {
            writer.write_all(b"half").unwrap();
            writer.finish(Err("the store went away".to_owned()));
        });
        assert!(body.collect().await.is_err());
    }

    #[test]
    fn lines_are_counted_outside_quotes() {
        let read = |text: &str, limit| {
            let mut reader = LineLimit::new(text.as_bytes(), limit);
            let mut out = String::new();
            reader.read_to_string(&mut out).map(|_| out).map_err(|_| reader.exceeded.load(std::sync::atomic::Ordering::SeqCst))
        };
        assert_eq!(read("h\n1\n2\n", 3), Ok("h\n1\n2\n".to_owned()));
        assert_eq!(read("h\n1\n2\n3", 3), Err(true));
        assert_eq!(read("h\n\"a\nb\"\n2", 3), Ok("h\n\"a\nb\"\n2".to_owned()));
    }
}
