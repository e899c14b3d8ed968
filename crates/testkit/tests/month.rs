//! A small month from upload to close: the jobs run, and the period closes when everything is transferred.

use accrual_app::job::{ACCOUNTING_TRANSFER_MASTER, DATA_COLLECTION_MASTER};
use accrual_app::{check, period};
use accrual_base::{Error, PeriodId};
use accrual_testkit::{Backend, World};

const ORDERS: &str =
    "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,SO_BOOK_DATE,ORD_QTY,EXT_LST_PRC,EXT_SLL_PRC,CURR,F_CUR,START_DATE,END_DATE
SO,C1,Acme,SKU-1,S1,L1,10-JAN-2024,1,1200,1200,USD,USD,01-JAN-2024,31-DEC-2024
SO,C1,Acme,SKU-2,S1,L2,10-JAN-2024,1,600,300,USD,USD,01-JAN-2024,31-DEC-2024
";

#[test]
fn a_period_closes_when_everything_is_transferred() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let (tenant, context) = (world.tenant(), world.context());
        let reply = world.serve().upload_file("Upload Template", "orders.csv", ORDERS).expect(200).json();
        assert_eq!(reply["status"], "Success", "{reply}");
        let message = world.run(DATA_COLLECTION_MASTER, 1, &[]);
        assert!(message.starts_with("Data Collected: 2 rows collected"), "{message}");
        assert_eq!(world.run(DATA_COLLECTION_MASTER, 1, &[]), "No Data Found");

        let close = |month| period::close(&tenant, &context, 1, 1, PeriodId(month));
        let refused = close(202_401).expect_err("January is not transferred");
        assert_eq!(refused.rejection().map(|r| r.code), Some("period.unposted"), "{refused}");
        world.run(ACCOUNTING_TRANSFER_MASTER, 1, &[]);
        assert_eq!(close(202_401).expect("January closes"), PeriodId(202_402));

        let refused = close(202_402).expect_err("February is not transferred");
        assert_eq!(refused.rejection().map(|r| r.code), Some("period.unposted"), "{refused}");
        world.run(ACCOUNTING_TRANSFER_MASTER, 1, &[]);
        assert_eq!(close(202_402).expect("February closes"), PeriodId(202_403));
        assert_eq!(close(202_402).as_ref().err().and_then(Error::rejection).map(|r| r.code), Some("period.not_open"));

        for outcome in check::run(&tenant, &mut |_| {}).expect("checks") {
            assert_eq!(outcome.findings.count, 0, "{}: {:?}", outcome.check.name, outcome.findings.listed);
        }
    }
}

#[test]
fn a_restart_keeps_the_queue() {
    for backend in Backend::all().into_iter().filter(|b| *b != Backend::Memory) {
        let world = World::on(backend).jobs_wait().build();
        let _ = world.serve().upload_file("Upload Template", "orders.csv", ORDERS).expect(200);
        let job = world.submit(DATA_COLLECTION_MASTER, 1, &[]);
        world.restart();
        world.start_jobs();
        assert_eq!(world.wait_for_job(job).status, "Completed");
    }
}
