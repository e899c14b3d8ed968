//! SQLite through rusqlite alone: WAL, synchronous FULL, one transaction, one prepared statement.

use super::{Floor, JOURNAL_COLUMNS, STAGED_COLUMNS, push_csv};
use anyhow::Result;
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::{Duration, Instant};

pub struct Sqlite(Connection);

/// Settings of a durable, well-tuned file, the same for every baseline.
pub fn open(path: &Path) -> Result<Connection> {
    let db = Connection::open(path)?;
    db.execute_batch("PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;")?;
    Ok(db)
}

impl Sqlite {
    pub fn new(path: &Path) -> Result<Self> {
        let db = open(path)?;
        let columns: Vec<String> = (0..STAGED_COLUMNS).map(|i| format!("c{i} TEXT")).collect();
        db.execute_batch(&format!("CREATE TABLE staged (id INTEGER PRIMARY KEY, {}) STRICT;", columns.join(", ")))?;
        db.execute_batch(
            "CREATE TABLE journal (id INTEGER PRIMARY KEY, batch_id INTEGER, period INTEGER, rc_id INTEGER, line_id INTEGER, \
             schedule_id INTEGER, account_type TEXT, schedule_type TEXT, account TEXT, currency TEXT, functional_currency TEXT, \
             debit INTEGER, credit INTEGER, functional_debit INTEGER, functional_credit INTEGER, reporting_debit INTEGER, \
             reporting_credit INTEGER) STRICT;",
        )?;
        Ok(Self(db))
    }
}

impl Floor for Sqlite {
    fn stage(&mut self, file: &Path) -> Result<(u64, Duration)> {
        let begin = Instant::now();
        let mut reader = csv::Reader::from_path(file)?;
        let marks: Vec<String> = (0..STAGED_COLUMNS).map(|i| format!("?{}", i + 2)).collect();
        let tx = self.0.transaction()?;
        let mut rows = 0;
        {
            let mut insert = tx.prepare(&format!("INSERT INTO staged VALUES (?1, {})", marks.join(", ")))?;
            let mut record = csv::ByteRecord::new();
            while reader.read_byte_record(&mut record)? {
                rows += 1;
                insert.raw_bind_parameter(1, rows)?;
                for (i, cell) in record.iter().filter(|c| !c.is_empty()).take(STAGED_COLUMNS).enumerate() {
                    insert.raw_bind_parameter(i + 2, std::str::from_utf8(cell)?)?;
                }
                insert.raw_execute()?;
            }
        }
        tx.commit()?;
        Ok((u64::try_from(rows)?, begin.elapsed()))
    }

    fn journal(&mut self, rows: u64) -> Result<Duration> {
        let begin = Instant::now();
        let tx = self.0.transaction()?;
        {
            let mut insert = tx.prepare("INSERT INTO journal VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)")?;
            for i in 0..i64::try_from(rows)? {
                let (line, amount) = (i / 2, 10_000 + i % 977);
                let (debit, credit) = if i % 2 == 0 { (amount, 0) } else { (0, amount) };
                insert.execute(params![
                    i,
                    1,
                    202_401,
                    line / 4,
                    line,
                    line << 20,
                    if i % 2 == 0 { "L" } else { "R" },
                    "R",
                    "01-000-2400-0000-000",
                    "USD",
                    "USD",
                    debit,
                    credit,
                    debit,
                    credit,
                    debit,
                    credit
                ])?;
            }
        }
        tx.commit()?;
        Ok(begin.elapsed())
    }

    fn journal_csv(&mut self) -> Result<(u64, Duration)> {
        let begin = Instant::now();
        let mut select = self.0.prepare(&format!("SELECT {JOURNAL_COLUMNS} FROM journal ORDER BY id"))?;
        let mut rows = select.query([])?;
        let (mut out, mut bytes) = (Vec::with_capacity(1 << 20), 0u64);
        while let Some(row) = rows.next()? {
            let mut ints = [0i64; 12];
            let columns = [0, 1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 16];
            for (slot, column) in ints.iter_mut().zip(columns) {
                *slot = row.get(column)?;
            }
            let text = |i: usize| row.get_ref(i).map(|v| v.as_str().unwrap_or(""));
            push_csv(&mut out, &ints, &[text(6)?, text(7)?, text(8)?, text(9)?, text(10)?]);
            if out.len() > 1 << 19 {
                bytes += out.len() as u64;
                out.clear();
            }
        }
        Ok((bytes + out.len() as u64, begin.elapsed()))
    }
}
