//! Uploads and answers of the scenarios.

use accrual_app::upload;
use accrual_app::views::{self, Query};
use accrual_store::Flow;
use accrual_testkit::{Backend, World};

pub const COLLECT: &str = accrual_app::job::DATA_COLLECTION_MASTER;
pub const TRANSFER: &str = accrual_app::job::ACCOUNTING_TRANSFER_MASTER;

const HEAD: &str = "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,ORIG_SO_LINE_ID,INV_NUM,INV_LINE_ID,ORIG_INV_LINE_ID,\
                    SO_BOOK_DATE,INV_DATE,ORD_QTY,INV_QTY,EXT_LST_PRC,EXT_SLL_PRC,CURR,F_CUR,F_EX_RATE,START_DATE,END_DATE,CV_ELIGIBLE_FLAG\n";

/// An order line that runs through 2024, unless changed.
#[derive(Clone, Debug)]
pub struct Row(Vec<(&'static str, String)>);

impl Row {
    pub fn order(number: &str, line: &str, list: &str, sell: &str) -> Self {
        Self::new("SO")
            .with("SO_NUM", number)
            .with("SO_LINE_ID", line)
            .with("SO_BOOK_DATE", "10-JAN-2024")
            .with("ORD_QTY", "1")
            .with("EXT_LST_PRC", list)
            .with("EXT_SLL_PRC", sell)
            .with("START_DATE", "01-JAN-2024")
            .with("END_DATE", "31-DEC-2024")
            .with("CV_ELIGIBLE_FLAG", "Y")
    }
    pub fn invoice(line: &str, id: &str, date: &str, amount: &str) -> Self {
        Self::new("INV").with("SO_LINE_ID", line).bill(id, date, amount)
    }
    /// CM, CM-C or CM-R of an invoice.
    pub fn credit(kind: &str, invoice: &str, id: &str, date: &str, amount: &str) -> Self {
        Self::new(kind).with("ORIG_INV_LINE_ID", invoice).bill(id, date, amount)
    }
    fn bill(self, id: &str, date: &str, amount: &str) -> Self {
        self.with("INV_NUM", id)
            .with("INV_LINE_ID", id)
            .with("INV_DATE", date)
            .with("INV_QTY", "1")
            .with("ORD_QTY", "1")
            .with("EXT_LST_PRC", amount)
            .with("EXT_SLL_PRC", amount)
    }
    fn new(kind: &str) -> Self {
        Self(Vec::new())
            .with("TYPE", kind)
            .with("CUST_NUM", "C1")
            .with("CSTMR_NM", "Acme")
            .with("ITEM_NUM", "SKU")
            .with("CURR", "USD")
            .with("F_CUR", "USD")
    }
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0.retain(|(n, _)| *n != name);
        self.0.push((name, value.to_owned()));
        self
    }
    fn csv(&self) -> String {
        let cell = |name: &str| self.0.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v.as_str());
        HEAD.trim_end().split(',').map(cell).collect::<Vec<_>>().join(",") + "\n"
    }
}

/// A world with its jobs running, January 2024 open.
pub fn world(backend: Backend) -> World {
    World::on(backend).build()
}

/// Stages a file; answers the number of rows and of rows in error.
pub fn stage(world: &World, rows: &[Row]) -> (i64, i64) {
    let body = HEAD.to_owned() + &rows.iter().map(Row::csv).collect::<String>();
    let receipt = upload::receive(&world.tenant(), &world.context(), "Upload Template", "lines.csv", body.as_bytes()).expect("upload");
    assert_eq!(receipt.status, upload::UploadStatus::Staged, "{}", receipt.message);
    let row = upload::status(&world.tenant(), &world.context(), receipt.upload_id).expect("upload status");
    (row.rows_read, row.rows_error)
}

/// Stages and collects.
pub fn load(world: &World, rows: &[Row]) -> String {
    stage(world, rows);
    world.run(COLLECT, 1, &[])
}

/// Posts January and opens February.
pub fn close(world: &World, period: i32) {
    world.run(TRANSFER, 1, &[]);
    accrual_app::period::close(&world.tenant(), &world.context(), 1, 1, accrual_base::PeriodId(period)).expect("the period closes");
}

/// Rows of a view as lists of cells.
pub fn view(world: &World, name: &str, fields: &[&str]) -> Vec<Vec<String>> {
    let query = Query { fields: fields.iter().map(|f| (*f).to_owned()).collect(), ..Query::default() };
    let mut rows = Vec::new();
    views::stream(&world.tenant(), name, &query, &mut |row| {
        rows.push(row.cells().map(str::to_owned).collect());
        Ok(Flow::Continue)
    })
    .expect("the view");
    rows
}

/// Minor units of a cell with two decimals.
pub fn cents(cell: &str) -> i64 {
    accrual_base::parse_minor(cell, 2).expect("an amount")
}

/// Credit less debit by account type through a period, over all schedules.
pub fn balance(world: &World, account: &str, through: i32) -> i64 {
    view(world, "BI3_RC_SCHD", &["ACCTG_TYPE", "PRD_ID", "DR_AMOUNT", "CR_AMOUNT"])
        .iter()
        .filter(|r| r[0] == account && r[1].parse::<i32>().expect("a period") <= through)
        .map(|r| cents(&r[3]) - cents(&r[2]))
        .sum()
}

/// Codes of the rows that were not collected, by kind.
pub fn exceptions(world: &World, kind: accrual_store::staging::ExceptionKind) -> Vec<String> {
    let mut codes = Vec::new();
    let family = accrual_store::staging::Family::Line;
    world
        .tenant()
        .store
        .read(|tx| {
            accrual_store::staging::exceptions(tx, family, kind, 0, 100, &mut |e| {
                codes.push(e.codes.to_owned());
                Ok(Flow::Continue)
            })
        })
        .expect("exceptions");
    codes
}

/// Stages an event file; the header is that of [`EVENTS`].
pub fn stage_events(world: &World, rows: &[&str]) {
    let body = format!("{EVENTS}\n{}\n", rows.join("\n"));
    let receipt = upload::receive(&world.tenant(), &world.context(), "Event Template", "events.csv", body.as_bytes()).expect("upload");
    assert_eq!(receipt.status, upload::UploadStatus::Staged, "{}", receipt.message);
}

const EVENTS: &str = "EVENT_NAME,ACTION,EVENT_EFFECTIVE_DATE,DOC_LINE_ID,RELEASE_PERCENT";
