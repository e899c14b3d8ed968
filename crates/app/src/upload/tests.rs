//! Uploads on a real store: what is kept, what is refused and what is seen of it.

use super::{PARALLEL_UPLOADS, Receipt, UploadSetup, receive, receive_with, recover, status};
use crate::{Context, Tenant};
use accrual_base::error::Kind;
use accrual_base::{Currency, Error, FixedClock, Instant, PeriodId, Result};
use accrual_model::Stamp;
use accrual_revenue::fields;
use accrual_revenue::record::Record;
use accrual_revenue::upload::{Columns, Mapping, Template};
use accrual_store::periods::{self, PeriodRow};
use accrual_store::staging::{self, ExceptionKind, Family, UploadRow, UploadStatus};
use accrual_store::{Commit, Dialect, Flow, Lane, Read as StoreRead, Store, StoreHandle, Write, WriteJob, migrate, nouns, schema};
use accrual_store_sqlite::SqliteStore;
use std::io::{Error as IoError, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const HEAD: &str = "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,SO_BOOK_DATE,ORD_QTY,EXT_LST_PRC,EXT_SLL_PRC,CURR,F_CUR,START_DATE,END_DATE,\
                    INV_NUM,INV_LINE_ID,INV_DATE,INV_QTY,SEC_ATR_VAL\n";

/// A tenant on an empty store.
struct Bench {
    tenant: Tenant,
    setup: UploadSetup,
    clock: Arc<FixedClock>,
}

impl Bench {
    fn new() -> Self {
        let store = SqliteStore::in_memory().unwrap().into_handle();
        migrate::run(&store).unwrap();
        let clock = Arc::new(FixedClock::at(Instant(1_706_000_000_000_000)));
        let tenant = Tenant::new("test", store, clock.clone(), std::env::temp_dir());
        Self { clock, tenant, setup: UploadSetup::standard(Template::standard(), PeriodId(202_401)) }
    }
    fn send(&self, body: impl AsRef<[u8]>) -> Receipt {
        receive_with(&self.tenant, &Context::system("r"), &self.setup, "lines.csv", body.as_ref()).unwrap()
    }
    /// Sends rows under the usual header.
    fn rows(&self, rows: &[String]) -> Receipt {
        self.send(format!("{HEAD}{}", rows.concat()))
    }
    fn upload(&self, id: i64) -> UploadRow {
        status(&self.tenant, &Context::system("r"), id).unwrap()
    }
    /// Expects a refusal of the file and answers its message; checks that nothing of it is left.
    fn refused(&self, body: impl AsRef<[u8]>) -> String {
        let receipt = self.send(body);
        assert_eq!(receipt.status, UploadStatus::Failed, "{}", receipt.message);
        let row = self.upload(receipt.upload_id);
        assert_eq!((row.status, row.ids), (UploadStatus::Failed, None));
        assert!(!row.log.is_empty());
        assert_eq!(self.stored(), (0, 0, 0), "rows, exceptions and keys are swept");
        receipt.message
    }
    fn stored(&self) -> (i64, i64, i64) {
        let count = |table: &str| {
            let sql = format!("SELECT count(*) FROM {table}");
            self.tenant.store.read(|tx| tx.first(&sql, &[], |r| r.int(0))).unwrap().unwrap()
        };
        (count("stage_line"), count("stage_exception"), count("bill_line_key"))
    }
    /// SO_LINE_ID or INV_LINE_ID, codes of the exceptions of a kind.
    fn exceptions(&self, kind: ExceptionKind) -> Vec<(String, String)> {
        let mut all = Vec::new();
        let each = &mut |e: &staging::ExceptionRow<'_>| {
            let record = Record::new(e.row.record);
            let id = record.text(fields::INV_LINE_ID)?.or(record.text(fields::SO_LINE_ID)?);
            assert!(e.message.contains(e.codes.split(',').next().unwrap()), "{}", e.message);
            all.push((id.unwrap_or_default().to_owned(), e.codes.to_owned()));
            Ok(Flow::Continue)
        };
        self.tenant.store.read(|tx| staging::exceptions(tx, Family::Line, kind, 0, 100, each)).unwrap();
        all
    }
    fn new_rows(&self, id: i64) -> Vec<(i64, String)> {
        let upload = self.upload(id);
        let mut all = Vec::new();
        let each = &mut |row: &staging::StagedRow<'_>| {
            let record = Record::new(row.record);
            all.push((row.line_no, record.text(fields::SO_LINE_ID)?.unwrap_or_default().to_owned()));
            Ok(Flow::Continue)
        };
        self.tenant.store.read(|tx| staging::new_rows(tx, &upload, 0, i64::MAX, each)).unwrap();
        all
    }
}

fn order(id: &str) -> String {
    order_with(id, "SKU", "100.00")
}
fn order_with(id: &str, item: &str, price: &str) -> String {
    format!("SO,C1,Acme,{item},S1,{id},15-JAN-2024,1,120,{price},USD,USD,01-JAN-2024,31-DEC-2024,,,,,\n")
}
fn invoice(id: &str, line: &str) -> String {
    format!("INV,C1,Acme,SKU,S1,{line},,,120,100,USD,USD,,,I1,{id},31-JAN-2024,1,\n")
}

#[test]
fn a_good_file_is_staged_with_totals_and_records() {
    let bench = Bench::new();
    let receipt = bench.rows(&[order("A"), order_with("B", "SKU", "0.50"), invoice("I1", "A")]);
    assert_eq!((receipt.status, receipt.rows_read, receipt.rows_error), (UploadStatus::Staged, 3, 0));
    assert_eq!(receipt.message, "Data Received");
    let upload = bench.upload(receipt.upload_id);
    assert_eq!(upload.org_id, Some(1));
    let totals: serde_json::Value = serde_json::from_str(&upload.control_sums.unwrap()).unwrap();
    assert_eq!(totals["EXT_SLL_PRC"], serde_json::json!({ "count": 3, "sum": "200.5" }));
    assert_eq!(bench.new_rows(receipt.upload_id), [(2, "A".into()), (3, "B".into()), (4, "A".into())]);
    assert_eq!(bench.stored(), (3, 0, 1));
}

#[test]
fn the_record_holds_what_the_file_said() {
    let bench = Bench::new();
    let receipt = bench.rows(&[order_with("A", "SKU é", "-12.50")]);
    let upload = bench.upload(receipt.upload_id);
    let mut seen = 0;
    let each = &mut |row: &staging::StagedRow<'_>| {
        seen += 1;
        let r = Record::new(row.record);
        assert_eq!(r.text(fields::ITEM_NUM)?, Some("SKU é"));
        assert_eq!(r.amount(fields::EXT_SLL_PRC, Currency::USD)?, Some(-1250));
        assert_eq!(r.date(fields::END_DATE)?.unwrap().to_string(), "2024-12-31");
        assert_eq!(r.text(fields::INV_NUM)?, None);
        assert_eq!((row.org_id, row.kind, row.due.to_string().as_str()), (1, 0, "2024-01-15"));
        Ok(Flow::Continue)
    };
    bench.tenant.store.read(|tx| staging::rows(tx, &upload, 0, i64::MAX, each)).unwrap();
    assert_eq!(seen, 1);
}

#[test]
fn rows_with_stage_errors_stay_and_the_others_go_on() {
    let bench = Bench::new();
    let receipt = bench.rows(&[order("A"), order_with("B", "", "1.005"), order("C")]);
    assert_eq!((receipt.status, receipt.rows_error), (UploadStatus::Staged, 1));
    assert_eq!(bench.exceptions(ExceptionKind::Error), [("B".into(), "RPRO-00006,RPRO-00009".into())]);
    assert_eq!(bench.new_rows(receipt.upload_id), [(2, "A".into()), (4, "C".into())]);
}

#[test]
fn a_corrected_row_takes_the_place_of_the_wrong_one() {
    let bench = Bench::new();
    bench.rows(&[order_with("B", "", "1"), order_with("C", "", "1"), invoice("I1", "B").replace("SKU", "")]);
    let again = bench.rows(&[order("B"), order_with("C", "", "1"), invoice("I1", "B")]);
    assert_eq!(again.rows_error, 1, "the bill in error does not count as sent");
    assert_eq!(bench.exceptions(ExceptionKind::Superseded), [("B".into(), "RPRO-00006".into()), ("I1".into(), "RPRO-00006".into())]);
    assert_eq!(bench.exceptions(ExceptionKind::Error).len(), 2, "C is wrong twice");
}

#[test]
fn a_file_that_fails_supersedes_nothing() {
    let bench = Bench::new();
    bench.rows(&[order_with("B", "", "1")]);
    let failed = bench.rows(&[order("B"), order_with("C", "SKU", "abc")]);
    assert_eq!(failed.status, UploadStatus::Failed);
    assert_eq!(bench.exceptions(ExceptionKind::Error).len(), 1);
}

#[test]
fn a_broken_row_fails_the_whole_file_and_names_the_place() {
    let bench = Bench::new();
    for (row, expected) in [
        (order_with("B", "SKU", "abc"), ["RPRO-00712", "line 3: column EXT_SLL_PRC:", "\"abc\""]),
        (order_with("B", "SKU", "\"1,234.50\""), ["RPRO-00712", "thousands", "\"1,234.50\""]),
        (order("B").replace("15-JAN-2024", "2024-01-15"), ["RPRO-00713", "column SO_BOOK_DATE:", "DD-MON-YYYY"]),
        (order_with("B", "=1+1", "1"), ["RPRO-00603", "column ITEM_NUM:", "\"=1+1\""]),
        (order_with("B", &"x".repeat(241), "1"), ["RPRO-00707", "column ITEM_NUM:", "240"]),
        ("SO,C1\n".to_owned(), ["upload.cells", "line 3", "2 cells"]),
        ("SO,C\"1\n".to_owned(), ["upload.quoting", "line 3: column CUST_NUM:", "C\\\"1"]),
        ("SO,C1\0\n".to_owned(), ["upload.nul", "line 3: column CUST_NUM:", "NUL"]),
    ] {
        let message = bench.refused(format!("{HEAD}{}{row}", order("A")));
        for part in expected {
            assert!(message.contains(part), "{message} lacks {part}");
        }
    }
    let mut body = format!("{HEAD}{}SO,", order("A")).into_bytes();
    body.extend_from_slice(b"\xff\xfe,x\n");
    let message = bench.refused(body);
    assert!(message.contains("UTF-8") && message.contains("line 3: column CUST_NUM:"), "{message}");
}

#[test]
fn the_log_names_every_broken_cell() {
    let bench = Bench::new();
    let receipt = bench.rows(&[order_with("A", "SKU", "x"), order("B"), order_with("C", "SKU", "y").replace("15-JAN-2024", "z")]);
    let log = bench.upload(receipt.upload_id).log;
    assert_eq!(log.lines().count(), 3, "{log}");
    assert!(log.contains("line 2: column EXT_SLL_PRC") && log.contains("line 4: column SO_BOOK_DATE"), "{log}");
    assert!(receipt.message.contains("2 more in the log"), "{}", receipt.message);
}

#[test]
fn wrong_headers_and_empty_files_are_refused() {
    let bench = Bench::new();
    assert!(bench.refused("").contains("empty"));
    assert!(bench.refused(HEAD).contains("no lines"));
    assert!(bench.refused(format!("COLOUR,{HEAD}{}", order("A"))).contains("COLOUR"));
    assert!(bench.refused(HEAD.replace("ITEM_NUM,", "")).contains("ITEM_NUM"));
    assert!(bench.refused(HEAD.replace("SO_NUM", "TRAN_TYPE")).contains("TYPE"));
    assert!(bench.refused(HEAD.replace(',', ";")).contains("separator"));
}

#[test]
fn bom_crlf_quotes_and_blank_lines_are_fine() {
    let bench = Bench::new();
    let body = format!("\u{feff}{HEAD}\n{}\"SO\",\"C\"\"1\",{}", order("A"), &order("B")["SO,C1,".len()..]).replace('\n', "\r\n");
    let receipt = bench.send(body);
    assert_eq!((receipt.status, receipt.rows_read), (UploadStatus::Staged, 2), "{}", receipt.message);
    assert_eq!(bench.new_rows(receipt.upload_id), [(3, "A".into()), (4, "B".into())]);
}

#[test]
fn a_bill_is_taken_once_in_a_file_and_across_files() {
    let bench = Bench::new();
    let message = bench.refused(format!("{HEAD}{}{}{}", invoice("I1", "A"), invoice("I2", "A"), invoice("I1", "A")));
    assert!(message.contains("RPRO-00715") && message.contains("line 4") && message.contains("line 2"), "{message}");

    let first = bench.rows(&[order("A"), invoice("I1", "A")]);
    assert_eq!(first.rows_error, 0);
    let again = bench.rows(&[order("A"), invoice("I1", "A"), invoice("I3", "A")]);
    assert_eq!((again.status, again.rows_error), (UploadStatus::Staged, 1));
    assert_eq!(bench.exceptions(ExceptionKind::Error), [("I1".into(), "RPRO-00715".into())]);
    assert_eq!(bench.new_rows(again.upload_id).len(), 2, "the order row again is an update, the new bill is new");
}

#[test]
fn one_organisation_a_file() {
    let mut bench = Bench::new();
    let of = |org: &str| order("A").replace(",,,,,\n", &format!(",,,,,{org}\n"));
    assert!(bench.refused(format!("{HEAD}{}", of("9"))).contains("RPRO-00714"));
    assert!(bench.refused(format!("{HEAD}{}{}", of("1"), order("B"))).contains("RPRO-00744"));
    let second = super::Organisation { id: 2, number: "20".into(), functional: None };
    bench.setup.organisations.push(second);
    assert!(bench.refused(format!("{HEAD}{}", order("A"))).contains("missing"));
    let receipt = bench.rows(&[of("20")]);
    assert_eq!(bench.upload(receipt.upload_id).org_id, Some(2));
}

#[test]
fn a_template_must_be_frozen_and_may_bring_its_own_separator_and_labels() {
    let mut bench = Bench::new();
    bench.setup.template.frozen = false;
    let e = receive_with(&bench.tenant, &Context::system("r"), &bench.setup, "f", HEAD.as_bytes()).unwrap_err();
    assert_eq!(e.rejection().unwrap().kind, Kind::Conflict);
    assert!(bench.tenant.store.read(|tx| staging::upload(tx, 1)).unwrap().is_none(), "no request was made");

    let map = |label: &str, field| Mapping { label: label.into(), field, count: true, sum: false };
    let columns = Columns::Mapped(vec![map("Art", fields::TYPE), map("Auftrag", fields::SO_LINE_ID)]);
    bench.setup.template = Template { frozen: true, separator: b';', start_row: 2, columns, ..Template::standard() };
    let receipt = bench.send("Export vom 1.1.\nAuftrag;Art\nA,1;SO\n");
    assert_eq!(receipt.rows_error, 1, "{}", receipt.message);
    assert_eq!(bench.exceptions(ExceptionKind::Error)[0].0, "A,1");
}

#[test]
fn a_missing_functional_currency_is_the_organisations() {
    let bench = Bench::new();
    let receipt = bench.send(format!("{HEAD}{}", order("A")).replace("F_CUR,", "").replace("USD,USD", "USD"));
    assert_eq!(receipt.rows_error, 0, "{}", receipt.message);
    let upload = bench.upload(receipt.upload_id);
    let each = &mut |row: &staging::StagedRow<'_>| {
        assert_eq!(Record::new(row.record).text(fields::F_CUR)?, Some("USD"));
        Ok(Flow::Continue)
    };
    bench.tenant.store.read(|tx| staging::rows(tx, &upload, 0, i64::MAX, each)).unwrap();
}

/// Gives a beginning and then breaks.
struct Broken(Vec<u8>, usize);
impl Read for Broken {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let left = &self.0[self.1..];
        if left.is_empty() {
            return Err(IoError::new(ErrorKind::ConnectionReset, "reset by peer"));
        }
        let n = left.len().min(out.len());
        out[..n].copy_from_slice(&left[..n]);
        self.1 += n;
        Ok(n)
    }
}

#[test]
fn a_broken_connection_leaves_nothing_and_the_file_can_be_sent_again() {
    let bench = Bench::new();
    let body: String = std::iter::once(HEAD.to_owned()).chain((0..25_000).map(|n| invoice(&format!("I{n}"), "A"))).collect();
    let reader = Broken(body.clone().into_bytes(), 0);
    let receipt = receive_with(&bench.tenant, &Context::system("r"), &bench.setup, "f", reader).unwrap();
    assert_eq!(receipt.status, UploadStatus::Failed);
    assert!(receipt.message.contains(&format!("after {} bytes", body.len())), "{}", receipt.message);
    assert_eq!(bench.stored(), (0, 0, 0), "chunks already written are swept, with their keys");
    let receipt = bench.send(body);
    assert_eq!((receipt.status, receipt.rows_read, receipt.rows_error), (UploadStatus::Staged, 25_000, 0));
    assert_eq!(bench.stored(), (25_000, 0, 25_000));
}

#[test]
fn a_late_error_takes_back_the_chunks_before_it() {
    let bench = Bench::new();
    let rows: String = (0..30_000).map(|n| order(&format!("L{n}"))).collect();
    let message = bench.refused(format!("{HEAD}{rows}{}", order_with("X", "SKU", "1,5")));
    assert!(message.contains("line 30002"), "{message}");
}

#[test]
fn lines_are_numbered_in_order_over_chunks() {
    let bench = Bench::new();
    let rows: String = (0..25_000).map(|n| order(&format!("L{n}"))).collect();
    let receipt = bench.send(format!("{HEAD}{rows}"));
    let seen = bench.new_rows(receipt.upload_id);
    assert_eq!(seen.len(), 25_000);
    assert!(seen.iter().enumerate().all(|(n, (line, id))| *line == n as i64 + 2 && *id == format!("L{n}")));
}

/// Uses the connection while an upload is under way.
struct Meanwhile<'a, F: FnMut()>(&'a [u8], Option<F>);
impl<F: FnMut()> Read for Meanwhile<'_, F> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if let Some(mut act) = self.1.take() {
            act();
        }
        self.0.read(out)
    }
}

#[test]
fn a_third_upload_at_once_is_refused() {
    let bench = Bench::new();
    let body = format!("{HEAD}{}", order("A"));
    assert_eq!(PARALLEL_UPLOADS, 2);
    let third = || {
        let e = receive_with(&bench.tenant, &Context::system("r"), &bench.setup, "3", body.as_bytes()).unwrap_err();
        assert_eq!(e.rejection().unwrap().kind, Kind::Busy);
    };
    let second = || {
        let reader = Meanwhile(body.as_bytes(), Some(third));
        assert_eq!(receive_with(&bench.tenant, &Context::system("r"), &bench.setup, "2", reader).unwrap().status, UploadStatus::Staged);
    };
    let first = Meanwhile(body.as_bytes(), Some(second));
    assert_eq!(receive_with(&bench.tenant, &Context::system("r"), &bench.setup, "1", first).unwrap().status, UploadStatus::Staged);
}

#[test]
fn what_a_crash_left_behind_is_failed_and_swept() {
    let bench = Bench::new();
    let receipt = bench.rows(&[order("A"), invoice("I1", "A"), order_with("B", "", "1")]);
    // as a crash before the last write leaves it
    let id = receipt.upload_id;
    let now = bench.tenant.now();
    bench
        .tenant
        .store
        .write(Lane::Small, move |tx| staging::set_status(tx, id, UploadStatus::Staged, UploadStatus::Loading, now).map(Commit::Keep))
        .unwrap();
    assert!(bench.exceptions(ExceptionKind::Error).is_empty(), "nobody sees rows of a loading upload");
    assert_eq!(recover(&bench.tenant).unwrap(), 1);
    assert_eq!(bench.upload(id).status, UploadStatus::Failed);
    assert_eq!(bench.stored(), (0, 0, 0));
    assert_eq!(recover(&bench.tenant).unwrap(), 0);
    assert_eq!(bench.rows(&[order("A"), invoice("I1", "A")]).rows_error, 0, "the same file can be sent again");
}

#[test]
fn events_go_to_their_own_stage() {
    let mut bench = Bench::new();
    bench.setup.template = Template::standard_events();
    let receipt = bench.send(
        "EVENT_NAME,ACTION,EVENT_EFFECTIVE_DATE,SO_LINE_ID,RELEASE_PERCENT\nGo live,REC,31-JAN-2024,A,50\nGo live,REC,31-JAN-2024,A,101\n",
    );
    assert_eq!((receipt.status, receipt.rows_error), (UploadStatus::Staged, 1), "{}", receipt.message);
    let upload = bench.upload(receipt.upload_id);
    let mut due = Vec::new();
    let each = &mut |row: &staging::StagedRow<'_>| {
        due.push(row.due.to_string());
        Ok(Flow::Continue)
    };
    bench.tenant.store.read(|tx| staging::new_rows(tx, &upload, 0, i64::MAX, each)).unwrap();
    assert_eq!(due, ["2024-01-31"]);
}

/// A store whose bulk writes fail after a while, as on a full disk.
struct Full {
    inner: StoreHandle,
    bulk_left: AtomicI64,
}
impl Store for Full {
    fn dialect(&self) -> Dialect {
        self.inner.dialect()
    }
    fn read_dyn(&self, f: &mut dyn FnMut(&mut dyn StoreRead) -> Result<()>) -> Result<()> {
        self.inner.0.read_dyn(f)
    }
    fn submit(&self, job: WriteJob) {
        if job.lane == Lane::Bulk && self.bulk_left.fetch_sub(1, Ordering::SeqCst) == 0 {
            return (job.done)(Err(Error::fault("database or disk is full")));
        }
        self.inner.0.submit(job);
    }
    fn close(&self) {
        self.inner.0.close();
    }
}

#[test]
fn a_full_disk_fails_the_upload_and_keeps_nothing_of_it() {
    let mut bench = Bench::new();
    let full = Full { inner: bench.tenant.store.clone(), bulk_left: AtomicI64::new(1) };
    bench.tenant.store = StoreHandle(Arc::new(full));
    let body: String = std::iter::once(HEAD.to_owned()).chain((0..60_000).map(|n| invoice(&format!("I{n}"), "A"))).collect();
    let send = || receive_with(&bench.tenant, &Context::system("r"), &bench.setup, "f", body.as_bytes());
    assert!(send().unwrap_err().to_string().contains("disk is full"));
    assert_eq!(bench.upload(1).status, UploadStatus::Failed);
    assert_eq!(bench.stored(), (0, 0, 0));
    let again = send().unwrap();
    assert_eq!((again.status, again.rows_read, again.rows_error), (UploadStatus::Staged, 60_000, 0));
}

#[test]
fn uploads_that_hang_give_their_place_back_after_an_hour() {
    let bench = Bench::new();
    for n in 0..2 {
        let id = bench.rows(&[order(&format!("L{n}"))]).upload_id;
        let now = bench.tenant.now();
        let back =
            move |tx: &mut dyn Write| staging::set_status(tx, id, UploadStatus::Staged, UploadStatus::Loading, now).map(Commit::Keep);
        bench.tenant.store.write(Lane::Small, back).unwrap();
    }
    let send =
        |bench: &Bench| receive_with(&bench.tenant, &Context::system("r"), &bench.setup, "f", format!("{HEAD}{}", order("A")).as_bytes());
    assert_eq!(send(&bench).unwrap_err().rejection().unwrap().code, "upload.busy");
    bench.clock.set(bench.tenant.now().plus_seconds(3601));
    assert_eq!(send(&bench).unwrap().status, UploadStatus::Staged);
    assert_eq!((bench.upload(1).status, bench.upload(2).status), (UploadStatus::Failed, UploadStatus::Failed));
    assert_eq!(bench.stored(), (1, 0, 0));
}

#[test]
fn a_new_tenant_takes_its_own_templates_by_name() {
    let bench = Bench::new();
    let (tenant, now) = (&bench.tenant, bench.tenant.now());
    let seed = move |tx: &mut dyn Write| {
        schema::sync(tx, crate::config::registry()?.iter().map(AsRef::as_ref))?;
        nouns::seed(tx, &accrual_objects::defaults()?, Stamp { actor: "test", now }).map(Commit::Keep)
    };
    tenant.store.write(Lane::Small, seed).unwrap();
    let send = |template: &str| receive(tenant, &Context::system("r"), template, "f.csv", format!("{HEAD}{}", order("A")).as_bytes());
    let code = |template: &str| send(template).unwrap_err().rejection().unwrap().code;
    assert_eq!(code("Upload Template"), "upload.setup", "no period is open");
    let open =
        PeriodRow { org_id: 1, book_id: 1, period: PeriodId(202_401), status: "Open".into(), updated_by: "test".into(), updated_at: now };
    tenant.store.write(Lane::Small, move |tx| periods::set(tx, &open).map(Commit::Keep)).unwrap();
    assert_eq!(code("Other"), "upload.template_unknown");
    let receipt = send("Upload Template").unwrap();
    assert_eq!((receipt.status, receipt.rows_error), (UploadStatus::Staged, 0), "{}", receipt.message);

    let mut weak = Context::system("r");
    weak.actor.privileges.clear();
    let e = receive(tenant, &weak, "Upload Template", "f.csv", HEAD.as_bytes()).unwrap_err();
    assert_eq!(e.rejection().unwrap().kind, Kind::Forbidden);
}
