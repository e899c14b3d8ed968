//! Cuts a stream into blocks of whole records.
//!
//! This pass is what bounds memory and makes quoting strict; the records inside a block are then split by the
//! csv crate, which by itself would accept stray quotes and buffer a cell of any size. Outside quotes only
//! quotes and line ends are looked at, so that the pass costs a fraction of the parse.

use accrual_base::{Error, Result};
use std::io::Read;

/// A record longer than this is refused while it is still being read.
pub const MAX_RECORD: usize = 1 << 20;
/// A block ends with the record that passes one of these: about what one store transaction takes.
const BLOCK_BYTES: usize = 8 << 20;
const BLOCK_RECORDS: usize = 10_000;
const READ_BYTES: u64 = 256 << 10;

/// Whole records, without the byte order mark.
#[derive(Debug)]
pub struct Block {
    pub bytes: Vec<u8>,
    /// The line of the file the block begins with, counted from 1.
    pub first_line: u64,
}

/// The blocks of a stream.
#[derive(Debug)]
pub struct Blocks<R> {
    input: R,
    separator: u8,
    /// Bytes not yet handed out: whole records up to `end`, then the beginning of the next one.
    buffer: Vec<u8>,
    /// Where the record being scanned begins: the end of the whole ones.
    end: usize,
    records: usize,
    scan: usize,
    quoted: bool,
    /// Line of the first byte of the buffer.
    line: u64,
    received: u64,
    finished: bool,
}

impl<R: Read> Blocks<R> {
    /// Starts at the header row, which is line `start_row`; the lines above are skipped unread.
    ///
    /// # Errors
    /// A rejection for an empty file, one that ends above the header, one in UTF-16, and a broken stream.
    pub fn start(input: R, separator: u8, start_row: u64) -> Result<Self> {
        let mut blocks = Self {
            input,
            separator,
            buffer: Vec::new(),
            end: 0,
            records: 0,
            scan: 0,
            quoted: false,
            line: 1,
            received: 0,
            finished: false,
        };
        while blocks.buffer.len() < 4 && blocks.fill()? {}
        if blocks.buffer.starts_with(&[0xff, 0xfe]) || blocks.buffer.starts_with(&[0xfe, 0xff]) {
            return Err(Error::invalid("upload.encoding", "The file is UTF-16; save it as UTF-8 and send it again.").at_line(1));
        }
        if blocks.buffer.starts_with(&[0xef, 0xbb, 0xbf]) {
            blocks.buffer.drain(..3);
        }
        if blocks.buffer.is_empty() {
            return Err(Error::invalid("upload.empty", "The file is empty; send one with a header row and at least one line."));
        }
        while blocks.line < start_row {
            blocks.skip_line(start_row)?;
        }
        Ok(blocks)
    }

    /// Bytes taken from the stream so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// The header row, by itself.
    ///
    /// # Errors
    /// As [`Blocks::next_block`]; a rejection when there is none.
    pub fn header(&mut self) -> Result<Block> {
        self.take(1, MAX_RECORD)?.filter(|b| !b.bytes.trim_ascii().is_empty()).ok_or_else(|| {
            Error::invalid("upload.header", "The file has no header row; the first row must name the columns.").at_line(self.line)
        })
    }

    /// The next block; nothing at the end.
    ///
    /// # Errors
    /// Rejections with their line: stray quote, unclosed quote, carriage return inside a line, NUL byte, record
    /// of more than [`MAX_RECORD`] bytes, broken stream.
    pub fn next_block(&mut self) -> Result<Option<Block>> {
        self.take(BLOCK_RECORDS, BLOCK_BYTES)
    }

    fn take(&mut self, records: usize, bytes: usize) -> Result<Option<Block>> {
        loop {
            self.scan_records(records, bytes)?;
            if self.records >= records || self.end >= bytes {
                break;
            }
            if self.buffer.len() - self.end > MAX_RECORD {
                return Err(self.too_long());
            }
            if !self.fill()? {
                self.scan_records(records, bytes)?;
                if self.quoted {
                    let line = self.line_at(self.end);
                    return Err(Error::invalid(
                        "upload.quoting",
                        "A quoted cell of the last record is never closed; add the missing quote.",
                    )
                    .at_line(line));
                }
                if self.records < records && self.end < bytes {
                    self.end = self.buffer.len();
                }
                break;
            }
        }
        if self.end == 0 {
            return Ok(None);
        }
        if let Some(at) = memchr::memchr(0, &self.buffer[..self.end]) {
            self.end = 0;
            return Err(self.refuse("upload.nul", "The file holds a NUL byte; send plain UTF-8 text.", at));
        }
        let mut rest = Vec::with_capacity(bytes.min(BLOCK_BYTES) + MAX_RECORD);
        rest.extend_from_slice(&self.buffer[self.end..]);
        let mut whole = std::mem::replace(&mut self.buffer, rest);
        whole.truncate(self.end);
        let block = Block { first_line: self.line, bytes: whole };
        self.line += newlines(&block.bytes);
        self.scan -= self.end;
        self.end = 0;
        self.records = 0;
        Ok(Some(block))
    }

    /// Moves `end` over whole records until there are enough or the buffer is used up.
    fn scan_records(&mut self, records: usize, bytes: usize) -> Result<()> {
        while self.records < records && self.end < bytes {
            let rest = &self.buffer[self.scan..];
            let hit = if self.quoted { memchr::memchr(b'"', rest) } else { memchr::memchr3(b'"', b'\n', b'\r', rest) };
            let Some(at) = hit.map(|h| self.scan + h) else {
                self.scan = self.buffer.len();
                return Ok(());
            };
            let next = self.buffer.get(at + 1).copied();
            if next.is_none() && !self.finished && self.buffer[at] != b'\n' {
                // what it means depends on the byte after it
                self.scan = at;
                return Ok(());
            }
            self.scan = at + 1;
            match self.buffer[at] {
                b'\n' => {
                    let record = self.buffer[self.end..at].trim_ascii_end();
                    self.records += usize::from(!record.is_empty());
                    self.end = at + 1;
                }
                b'\r' if next.is_some_and(|b| b != b'\n') => {
                    let message = "A carriage return stands inside a line; end lines with LF or CR LF.";
                    return Err(self.refuse("upload.line_end", message, at));
                }
                b'\r' => {}
                _ if self.quoted => match next {
                    Some(b'"') => self.scan = at + 2,
                    None | Some(b'\n' | b'\r') => self.quoted = false,
                    Some(b) if b == self.separator => self.quoted = false,
                    Some(_) => {
                        return Err(self.refuse(
                            "upload.quoting",
                            "Text follows a closing quote; double a quote inside a quoted cell.",
                            at,
                        ));
                    }
                },
                _ if at == self.end || self.buffer[at - 1] == self.separator => self.quoted = true,
                _ => {
                    return Err(self.refuse(
                        "upload.quoting",
                        "A quote stands inside a cell that does not begin with one; quote the whole cell.",
                        at,
                    ));
                }
            }
        }
        Ok(())
    }

    /// Reads once; false at the end of the stream.
    fn fill(&mut self) -> Result<bool> {
        if self.finished {
            return Ok(false);
        }
        let from = self.buffer.len();
        let read = self.input.by_ref().take(READ_BYTES).read_to_end(&mut self.buffer);
        let n = self.buffer.len() - from;
        self.received += n as u64;
        match read {
            Ok(_) => {
                self.finished = n == 0;
                Ok(n > 0)
            }
            Err(e) => {
                let message =
                    format!("The connection broke after {} bytes ({e}); nothing of the file was kept, send it again.", self.received);
                Err(Error::invalid("upload.broken", message))
            }
        }
    }

    fn skip_line(&mut self, start_row: u64) -> Result<()> {
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buffer) {
                self.buffer.drain(..=at);
                self.line += 1;
                return Ok(());
            }
            if self.buffer.len() > MAX_RECORD {
                return Err(self.too_long());
            }
            if !self.fill()? {
                let message = format!("The template starts at line {start_row}, the file ends before it.");
                return Err(Error::invalid("upload.header", message).at_line(self.line));
            }
        }
    }

    fn line_at(&self, at: usize) -> u64 {
        self.line + newlines(&self.buffer[..at])
    }
    /// A refusal with the line, the position of the column (`#3`, see [`super::Plan::name_column`]) and what stands there.
    fn refuse(&self, code: &'static str, message: &str, at: usize) -> Error {
        let (mut column, mut cell, mut quoted) = (1usize, self.end, false);
        for (i, b) in self.buffer.iter().enumerate().take(at).skip(self.end) {
            match *b {
                b'"' => quoted = !quoted,
                b'\n' if !quoted => (column, cell) = (1, i + 1),
                b if b == self.separator && !quoted => (column, cell) = (column + 1, i + 1),
                _ => {}
            }
        }
        let shown = &self.buffer[cell..self.buffer.len().min(cell + 80)];
        let value = String::from_utf8_lossy(shown.split(|b| matches!(b, b'\n' | b'\r')).next().unwrap_or_default()).into_owned();
        Error::invalid(code, message).at_line(self.line_at(at)).in_column(format!("#{column}")).with_value(&value)
    }
    fn too_long(&self) -> Error {
        let message = format!("A record is longer than {MAX_RECORD} bytes; shorten the cell or close its quote.");
        self.refuse("upload.record_size", &message, self.buffer.len()).at_line(self.line_at(self.end))
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::ErrorKind;

    /// Hands out at most `step` bytes at a time and then breaks, if told so.
    #[derive(Debug)]
    struct Slow<'a>(&'a [u8], usize, bool);
    impl Read for Slow<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() && self.2 {
                return Err(std::io::Error::new(ErrorKind::ConnectionReset, "reset by peer"));
            }
            let n = self.1.min(out.len()).min(self.0.len());
            out[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn all(bytes: &[u8], step: usize) -> Result<Vec<(u64, String)>> {
        let mut blocks = Blocks::start(Slow(bytes, step, false), b',', 1)?;
        let header = blocks.header()?;
        let mut out = vec![(header.first_line, String::from_utf8(header.bytes).unwrap())];
        while let Some(b) = blocks.next_block()? {
            out.push((b.first_line, String::from_utf8(b.bytes).unwrap()));
        }
        Ok(out)
    }
    fn refusal(bytes: &[u8]) -> (&'static str, Option<u64>, Option<String>) {
        let e = all(bytes, 7).unwrap_err();
        let r = e.rejection().unwrap();
        (r.code, r.place.line, r.place.column.clone())
    }

    #[test]
    fn header_and_records_come_whole_however_the_stream_is_cut() {
        let file = "\u{feff}A,B\r\n\"x\n\"\"y\",2\r\n\r\n3,4";
        for step in 1..12 {
            let blocks = all(file.as_bytes(), step).unwrap();
            assert_eq!(blocks, vec![(1, "A,B\r\n".to_owned()), (2, "\"x\n\"\"y\",2\r\n\r\n3,4".to_owned())], "step {step}");
        }
    }

    #[test]
    fn wrong_quoting_names_its_line_and_column() {
        assert_eq!(refusal(b"A,B\n1,x\"y\n"), ("upload.quoting", Some(2), Some("#2".into())));
        assert_eq!(refusal(b"A,B\n1,2\n\"x\"y,2\n"), ("upload.quoting", Some(3), Some("#1".into())));
        assert_eq!(refusal(b"A,B\n1,2\n3,\"x\n5,6\n"), ("upload.quoting", Some(3), None));
        assert_eq!(refusal(b"A,B\n1,2\r3,4\n"), ("upload.line_end", Some(2), Some("#2".into())));
    }

    #[test]
    fn nul_bytes_utf_16_and_nothing_are_refused() {
        assert_eq!(refusal(b"A,B\n1,\0\n"), ("upload.nul", Some(2), Some("#2".into())));
        assert_eq!(refusal(b"\xff\xfeA\0,\0"), ("upload.encoding", Some(1), None));
        assert_eq!(refusal(b""), ("upload.empty", None, None));
        assert_eq!(refusal(b"\xef\xbb\xbf"), ("upload.empty", None, None));
        assert_eq!(refusal(b"\n\n").0, "upload.header");
    }

    #[test]
    fn a_hundred_megabyte_cell_is_refused_while_it_streams() {
        struct Endless(u64);
        impl Read for Endless {
            fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
                out.fill(b'x');
                self.0 += out.len() as u64;
                Ok(out.len())
            }
        }
        for open in ["A,B\n1,", "A,B\n1,\""] {
            let mut blocks = Blocks::start(open.as_bytes().chain(Endless(0)), b',', 1).unwrap();
            blocks.header().unwrap();
            let e = blocks.next_block().unwrap_err();
            let r = e.rejection().unwrap();
            assert_eq!((r.code, r.place.line, r.place.column.as_deref()), ("upload.record_size", Some(2), Some("#2")));
            assert!(blocks.received() < 2 * MAX_RECORD as u64, "refused after {} bytes", blocks.received());
        }
    }

    #[test]
    fn a_broken_stream_says_how_far_it_came() {
        let e = Blocks::start(Slow(b"A,B\n1,2\n", 5, true), b',', 1).unwrap_err();
        assert_eq!(e.rejection().unwrap().code, "upload.broken");
        assert!(e.to_string().contains("after 8 bytes"), "{e}");
    }

    #[test]
    fn the_start_row_skips_what_stands_above() {
        let mut blocks = Blocks::start("Report \"x\nof today\nA,B\n1,2\n".as_bytes(), b',', 3).unwrap();
        assert_eq!(blocks.header().unwrap().first_line, 3);
        assert_eq!(blocks.next_block().unwrap().unwrap().first_line, 4);
        assert_eq!(Blocks::start("A\n".as_bytes(), b',', 3).unwrap_err().rejection().unwrap().code, "upload.header");
    }

    proptest! {
        #[test]
        fn any_bytes_are_cut_without_loss_or_panic(bytes in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), any::<u8>()], 0..300), step in 1usize..50) {
            let Ok(mut blocks) = Blocks::start(Slow(&bytes, step, false), b',', 1) else { return Ok(()) };
            let Ok(header) = blocks.header() else { return Ok(()) };
            let mut whole = header.bytes;
            loop {
                match blocks.next_block() {
                    Ok(Some(b)) => whole.extend(b.bytes),
                    Ok(None) => break,
                    Err(_) => return Ok(()),
                }
            }
            let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            prop_assert_eq!(whole, body);
        }
    }
}
