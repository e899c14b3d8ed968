//! From blocks of records to typed rows.

use super::blocks::Block;
use super::cell::Reading;
use super::plan::Plan;
use super::row::{Row, Slot};
use super::template::{Family, Safety, Template};
use super::totals::Totals;
use crate::fields::{F_CUR, FieldId};
use accrual_base::{Currency, Error, Result};

/// After this many broken cells a file is given up; all of them are reported.
pub const MAX_REPORTED: usize = 50;

/// Reads the records of one file.
#[derive(Debug)]
pub struct Parser {
    plan: Plan,
    reading: Reading,
    separator: u8,
    /// The functional currency of a line that names none: the organisation's.
    functional: Option<Currency>,
    slots: Vec<Slot>,
    order: Vec<FieldId>,
    totals: Vec<Totals>,
    rows: u64,
    errors: Vec<Error>,
}

impl Parser {
    /// Reads the header row and maps it.
    ///
    /// # Errors
    /// Rejections of [`Plan::new`], and of a header that is not UTF-8.
    pub fn start(template: &Template, safety: Safety, functional: Option<Currency>, header: &Block) -> Result<Self> {
        let mut record = csv::StringRecord::new();
        reader(template.separator, &header.bytes).read_record(&mut record).map_err(|e| broken(e, header.first_line))?;
        let headings: Vec<&str> = record.iter().collect();
        let plan = Plan::new(template, &headings, header.first_line)?;
        let mut order: Vec<FieldId> = plan.columns.iter().map(|c| c.field).collect();
        let functional = functional.filter(|_| template.family == Family::Line);
        if functional.is_some() && !order.contains(&F_CUR) {
            order.push(F_CUR);
        }
        order.sort_unstable();
        Ok(Self {
            reading: Reading { date_format: template.date_format, safety },
            separator: template.separator,
            functional,
            slots: vec![Slot::Empty; template.family.fields().fields().len()],
            order,
            totals: vec![Totals::default(); plan.columns.len()],
            rows: 0,
            errors: Vec::new(),
            plan,
        })
    }
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
    /// Rows read so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }
    /// Heading and total of the columns that have a control total, in the order of the file; true when numbers add up.
    pub fn totals(&self) -> impl Iterator<Item = (&str, &Totals, bool)> {
        self.plan.columns.iter().zip(&self.totals).filter_map(|(c, t)| c.total.map(|sum| (c.heading.as_str(), t, sum)))
    }
    /// What is broken so far, with line, column and value; any of it fails the file.
    pub fn errors(&self) -> &[Error] {
        &self.errors
    }
    /// The same, at the end.
    pub fn into_errors(self) -> Vec<Error> {
        self.errors
    }

    /// Reads the records of a block and hands over the rows with their line. Once a row is broken no more
    /// rows are handed over, but the block is read on, so that the report names more than one.
    ///
    /// # Errors
    /// Faults, and what `each` returns, except rejections, which are reported as broken rows.
    pub fn block(&mut self, block: &Block, each: &mut dyn FnMut(u64, &Row<'_>) -> Result<()>) -> Result<()> {
        let mut reader = reader(self.separator, &block.bytes);
        let mut record = csv::StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(false) => return Ok(()),
                Ok(true) => {
                    self.rows += 1;
                    let line = line_of(block, record.position());
                    self.record(&record, line);
                    if self.errors.is_empty() {
                        let row = Row { table: self.plan.family.fields(), slots: &self.slots, text: record.as_slice(), order: &self.order };
                        match each(line, &row) {
                            Err(e @ Error::Rejected(_)) => self.errors.push(e.at_line(line)),
                            other => other?,
                        }
                    }
                }
                Err(e) => {
                    self.rows += 1;
                    let line = line_of(block, e.position());
                    let error = self.plan.name_column(broken(e, line));
                    self.errors.push(error);
                }
            }
            if self.errors.len() >= MAX_REPORTED {
                return Ok(());
            }
        }
    }

    fn record(&mut self, record: &csv::StringRecord, line: u64) {
        if record.len() != self.plan.columns.len() {
            let message = format!("The line has {} cells, the header row has {}.", record.len(), self.plan.columns.len());
            self.errors.push(Error::invalid("upload.cells", message).at_line(line));
            return;
        }
        for (at, column) in self.plan.columns.iter().enumerate() {
            let Some(range) = record.range(at) else { continue };
            let cell = &record.as_slice()[range.clone()];
            let read = self.reading.cell(column, cell, range.start).and_then(|slot| {
                if column.total.is_some() && slot != Slot::Empty {
                    let number = if let Slot::Number(n) = slot { Some(n).filter(|_| column.total == Some(true)) } else { None };
                    self.totals[at].add(number)?;
                }
                Ok(slot)
            });
            self.slots[column.field.index()] = match read {
                Ok(slot) => slot,
                Err(e) => {
                    self.errors.push(e.at_line(line).in_column(column.heading.clone()).with_value(cell));
                    Slot::Empty
                }
            };
        }
        if let Some(functional) = self.functional {
            let slot = &mut self.slots[F_CUR.index()];
            if matches!(slot, Slot::Empty) {
                *slot = Slot::Currency(functional);
            }
        }
    }
}

fn reader(separator: u8, bytes: &[u8]) -> csv::Reader<&[u8]> {
    // the blocks are well quoted; the number of cells is checked here, to say it in our words
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(bytes)
}

/// The line of a record: its position in the block, past the blank lines that stand before it.
fn line_of(block: &Block, position: Option<&csv::Position>) -> u64 {
    let Some(p) = position else { return block.first_line };
    let from = usize::try_from(p.byte()).unwrap_or(usize::MAX);
    let blank =
        block.bytes.get(from..).unwrap_or_default().iter().take_while(|b| matches!(b, b'\n' | b'\r')).filter(|b| **b == b'\n').count();
    block.first_line + p.line() - 1 + blank as u64
}

fn broken(error: csv::Error, line: u64) -> Error {
    match error.kind() {
        csv::ErrorKind::Utf8 { err, .. } => Error::invalid("upload.encoding", "The cell is not valid UTF-8; save the file as UTF-8.")
            .at_line(line)
            .in_column(format!("#{}", err.field() + 1)),
        _ => Error::fault_from(format!("a block of line {line} could not be split"), error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{EXT_SLL_PRC, ITEM_NUM, TYPE};
    use crate::upload::{Blocks, Columns};
    use proptest::prelude::*;
    use std::io::Read;

    /// At most so many bytes at a time.
    struct Slow<'a>(&'a [u8], usize);
    impl Read for Slow<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let step = self.1.min(out.len());
            self.0.read(&mut out[..step])
        }
    }

    /// Line, item and price.
    type Seen = (u64, String, Option<i128>);

    /// The rows, and the refusals.
    fn all(file: &[u8], step: usize) -> (Vec<Seen>, Vec<String>) {
        let template = Template { columns: Columns::Known { required: vec![TYPE] }, ..Template::standard() };
        let (mut rows, mut errors) = (Vec::new(), Vec::new());
        let mut read = || -> Result<()> {
            let mut blocks = Blocks::start(Slow(file, step), b',', 1)?;
            let mut parser = Parser::start(&template, Safety::default(), None, &blocks.header()?)?;
            while let Some(block) = blocks.next_block()? {
                parser.block(&block, &mut |line, row| {
                    let item = row.text(ITEM_NUM).unwrap_or_default().to_owned();
                    rows.push((line, item, row.number(EXT_SLL_PRC).map(|n| n.mantissa)));
                    Ok(())
                })?;
            }
            errors.extend(parser.into_errors().iter().map(Error::to_string));
            Ok(())
        };
        if let Err(e) = read() {
            assert!(e.rejection().is_some(), "wrong input is no fault: {e}");
            errors.push(e.to_string());
        }
        (rows, errors)
    }

    #[test]
    fn rows_are_typed_and_numbered_past_blank_lines() {
        let (rows, errors) = all(b"TYPE,ITEM_NUM,EXT_SELL_PRICE\nSO,a,1.5\n\n\nSO,\"b\n,\",2\nSO,c,\n", 5);
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(rows, [(2, "a".into(), Some(15)), (5, "b\n,".into(), Some(2)), (7, "c".into(), None)]);
    }

    #[test]
    fn after_a_broken_row_the_block_is_only_checked() {
        let (rows, errors) = all(b"TYPE,ITEM_NUM,EXT_SELL_PRICE\nSO,a,1\nSO,b,x\nSO,c,3\nSO,=d,y\nSO\n", 100);
        assert_eq!(rows.len(), 1);
        assert_eq!(errors.len(), 4, "{errors:?}");
        assert!(errors[0].starts_with("line 3: column EXT_SELL_PRICE:") && errors[3].starts_with("line 6:"));
    }

    #[test]
    fn a_file_is_given_up_after_many_errors() {
        let rows = "SO,a,x\n".repeat(500);
        let (_, errors) = all(format!("TYPE,ITEM_NUM,EXT_SELL_PRICE\n{rows}").as_bytes(), 1000);
        assert_eq!(errors.len(), MAX_REPORTED);
    }

    proptest! {
        #[test]
        fn how_the_stream_is_cut_changes_nothing(body in "(SO,[a-c\"\n ]{0,4},-?[0-9.x]{0,5}\r?\n){0,12}", step in 1usize..40) {
            let file = format!("TYPE,ITEM_NUM,EXT_SELL_PRICE\n{body}");
            prop_assert_eq!(all(file.as_bytes(), step), all(file.as_bytes(), usize::MAX));
        }
        #[test]
        fn any_bytes_are_rows_or_refusals(body in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), any::<u8>()], 0..200)) {
            let _ = all(&[b"TYPE,ITEM_NUM,EXT_SELL_PRICE\n", &body[..]].concat(), 64);
            let _ = all(&body, 64);
        }
    }
}
