//! What collection makes of small uploads, in amounts.

use crate::setup::{COLLECT, Row, balance, cents, close, exceptions, load, stage, view, world};
use accrual_store::staging::ExceptionKind;
use accrual_testkit::Backend;

#[test]
fn orders_are_grouped_allocated_and_scheduled_by_day() {
    for backend in Backend::all() {
        let world = world(backend);
        let message = load(
            &world,
            &[Row::order("S1", "A", "1200", "1200"), Row::order("S1", "B", "1200", "600"), Row::order("S2", "C", "366", "366")],
        );
        assert!(message.starts_with("Data Collected: 3 rows collected, 2 new contracts"), "{message}");
        let heads = view(&world, "BI3_RC_HEAD", &["SELL_AMT", "CSTMR_NM", "CRTD_PRD_ID"]);
        assert_eq!(heads, [["1800.00", "Acme", "202401"], ["366.00", "Acme", "202401"]]);
        let lines = view(&world, "BI3_RC_LNS", &["SO_LINE_ID", "ALCTD_XT_PRC", "CV_AMT", "EXT_FV_PRC", "REC_AMT", "RC_ID"]);
        // 1800 split by list 1200 : 1200
        assert_eq!(lines[0][..5], ["A", "900.00", "-300.00", "1200.00", "1200.00"]);
        assert_eq!(lines[1][..5], ["B", "900.00", "300.00", "1200.00", "600.00"]);
        assert_eq!(lines[0][5], lines[1][5]);
        assert_ne!(lines[0][5], lines[2][5]);
        // one euro a day, 31 of 366 days
        let january: i64 = view(&world, "BI3_RC_SCHD", &["ROOT_LINE_ID", "PRD_ID", "ACCTG_TYPE", "CR_AMOUNT"])
            .iter()
            .filter(|r| r[0] == "3" && r[1] == "202401" && r[2] == "R")
            .map(|r| cents(&r[3]))
            .sum();
        assert_eq!(january, 3_100);
        assert_eq!(balance(&world, "R", 202_412), 216_600, "all contractual revenue in the end");
        assert_eq!(balance(&world, "X", 202_412), 0, "carves cancel out");
        let pobs = view(&world, "BI3_RC_POB", &["POB_TMPL_NAME", "EVENT_NAME"]);
        assert_eq!(pobs, vec![["AUTO POB", "Upon Booking"]; 3]);
    }
}

#[test]
fn an_invoice_of_a_later_period_rebooks_what_was_unbilled() {
    for backend in Backend::all() {
        let world = world(backend);
        load(&world, &[Row::order("S1", "A", "366", "366")]);
        close(&world, 202_401);
        world.set_now("2024-02-10");
        load(&world, &[Row::invoice("A", "I1", "05-FEB-2024", "366")]);
        assert_eq!(balance(&world, "R", 202_402), 6_000, "31 + 29 days, billed or not");
        // credit 366 by the invoice, debit 60 by recognition
        assert_eq!(balance(&world, "L", 202_402), 36_600 - 6_000);
        let bills = view(&world, "BI3_RC_BILL", &["TYPE", "INVOICE_NUM", "EXT_SLL_PRC", "LINE_ID"]);
        assert_eq!(bills, [["INV", "I1", "366.00", "1"]]);
        let reversed = view(&world, "BI3_RC_SCHD", &["PRD_ID", "UNBILL_RVRSL_FLAG", "ACCTG_TYPE", "DR_AMOUNT"]);
        let reversed: Vec<_> = reversed.iter().filter(|r| r[1] == "Y" && r[2] == "R").collect();
        assert_eq!(reversed.len(), 1);
        assert_eq!((reversed[0][0].as_str(), cents(&reversed[0][3])), ("202402", 3_100), "January is taken back in February");
    }
}

#[test]
fn credits_find_their_invoice_in_the_file_and_across_files() {
    for backend in Backend::all() {
        let world = world(backend);
        load(
            &world,
            &[
                Row::credit("CM", "I1", "CM1", "20-JAN-2024", "-36.60"),
                Row::invoice("A", "I1", "15-JAN-2024", "366"),
                Row::order("S1", "A", "366", "366"),
                Row::order("S2", "B", "100", "100"),
                Row::invoice("B", "I2", "15-JAN-2024", "100"),
            ],
        );
        load(&world, &[Row::credit("CM-C", "I2", "CM2", "25-JAN-2024", "-100"), Row::credit("CM-R", "I1", "CM3", "26-JAN-2024", "-36.60")]);
        let lines = view(&world, "BI3_RC_LNS", &["SO_LINE_ID", "EXT_SLL_PRC", "ALCTBL_XT_PRC"]);
        assert_eq!(lines, [["A", "366.00", "292.80"], ["B", "100.00", "100.00"]]);
        assert_eq!(balance(&world, "R", 202_412), 29_280 + 10_000, "a cancelation for rebilling leaves the order's revenue");
        assert_eq!(view(&world, "BI3_RC_BILL", &["TYPE"]).len(), 5);
        assert!(exceptions(&world, ExceptionKind::Error).is_empty());
    }
}

#[test]
fn an_update_changes_its_line_and_the_same_row_again_changes_nothing() {
    for backend in Backend::all() {
        let world = world(backend);
        load(&world, &[Row::order("S1", "A", "366", "366")]);
        let before = view(&world, "BI3_RC_SCHD", &[]);
        load(&world, &[Row::order("S1", "A", "366", "366")]);
        assert_eq!(view(&world, "BI3_RC_SCHD", &[]), before, "sent again, word for word");
        load(&world, &[Row::order("S1", "A", "732", "732")]);
        assert_eq!(view(&world, "BI3_RC_LNS", &["ID", "EXT_SLL_PRC", "REC_AMT"]), [["1", "732.00", "732.00"]]);
        assert_eq!(view(&world, "BI3_RC_HEAD", &["SELL_AMT"]), [["732.00"]]);
        assert_eq!(balance(&world, "R", 202_401), 6_200);
        load(&world, &[Row::order("S1", "D", "100", "100"), Row::order("S1", "A", "366", "366")]);
        assert_eq!(view(&world, "BI3_RC_HEAD", &["SELL_AMT"]), [["466.00"]], "a new line joins the contract of its order");
    }
}

#[test]
fn rows_due_later_wait_and_are_collected_when_their_period_opens() {
    for backend in Backend::all() {
        let world = world(backend);
        let message =
            load(&world, &[Row::order("S1", "A", "366", "366"), Row::order("S2", "B", "100", "100").with("SO_BOOK_DATE", "05-FEB-2024")]);
        assert!(message.contains("1 rows wait"), "{message}");
        assert_eq!(view(&world, "BI3_RC_LNS", &["SO_LINE_ID"]), [["A"]]);
        assert_eq!(world.run(COLLECT, 1, &[]), "No Data Found");
        close(&world, 202_401);
        assert!(world.run(COLLECT, 1, &[]).starts_with("Data Collected: 1 rows collected"));
        assert_eq!(view(&world, "BI3_RC_LNS", &["SO_LINE_ID", "CRTD_PRD_ID"]), [["A", "202401"], ["B", "202402"]]);
        assert!(exceptions(&world, ExceptionKind::Waiting).is_empty());
        assert_eq!(world.run(COLLECT, 1, &[]), "No Data Found");
    }
}

#[test]
fn a_bad_line_stays_behind_and_a_later_upload_corrects_it() {
    for backend in Backend::all() {
        let world = world(backend);
        let staged = stage(&world, &[Row::order("S1", "A", "366", "366"), Row::order("S1", "B", "100", "100").with("ITEM_NUM", "")]);
        assert_eq!(staged, (2, 1));
        world.run(COLLECT, 1, &[]);
        assert_eq!(exceptions(&world, ExceptionKind::Error), ["RPRO-00006"]);
        load(&world, &[Row::order("S1", "B", "100", "100")]);
        assert_eq!(view(&world, "BI3_RC_LNS", &["SO_LINE_ID"]), [["A"], ["B"]]);
        assert!(exceptions(&world, ExceptionKind::Error).is_empty(), "the corrected row took its place");
    }
}

#[test]
fn a_row_the_contract_refuses_becomes_a_stage_error_with_its_code() {
    for backend in Backend::all() {
        let world = world(backend);
        stage(&world, &[Row::invoice("NOWHERE", "I1", "15-JAN-2024", "10"), Row::order("S1", "A", "366", "366")]);
        let job = world.wait_for_job(world.submit(COLLECT, 1, &[]));
        assert_eq!(job.status, "Warning");
        assert_eq!(exceptions(&world, ExceptionKind::Error), ["RPRO-00600"]);
        assert_eq!(view(&world, "BI3_RC_LNS", &["SO_LINE_ID"]), [["A"]], "the others go on");
    }
}

#[test]
fn currencies_keep_their_decimals_and_their_rates() {
    for backend in Backend::all() {
        let world = world(backend);
        load(
            &world,
            &[
                Row::order("S1", "A", "36600", "36600").with("CURR", "JPY").with("F_EX_RATE", "0.007"),
                Row::order("S2", "B", "366", "366").with("CURR", "EUR").with("F_EX_RATE", "1.1"),
            ],
        );
        let rows = view(&world, "BI3_RC_SCHD", &["CURR", "PRD_ID", "ACCTG_TYPE", "CR_AMOUNT", "F_CR_AMOUNT"]);
        let january: Vec<_> = rows.iter().filter(|r| r[1] == "202401" && r[2] == "R").collect();
        assert_eq!(january[0][3..], ["3100", "21.70"]);
        assert_eq!(january[1][3..], ["31.00", "34.10"]);
        let functional: i64 = rows.iter().filter(|r| r[2] == "R").map(|r| cents(&r[4])).sum();
        assert_eq!(functional, 25_620 + 40_260, "each line sums to its converted total");
    }
}

#[test]
fn carves_of_a_contract_in_two_currencies_are_shown_in_the_currency_of_its_allocation() {
    for backend in Backend::all() {
        let world = world(backend);
        let euro = Row::order("S1", "A", "100", "100").with("CURR", "EUR").with("F_EX_RATE", "1.5");
        load(&world, &[euro, Row::order("S1", "B", "50", "60")]);
        // prices of 150 and 60 USD for SSPs of 150 and 50
        let rows = view(&world, "BI3_RC_LNS", &["SO_LINE_ID", "CURR", "ALCTBL_XT_PRC", "ALCTD_XT_PRC", "CV_AMT", "CUM_CV_AMT"]);
        assert_eq!(rows, [["A", "EUR", "100.00", "157.50", "7.50", "7.50"], ["B", "USD", "60.00", "52.50", "-7.50", "-7.50"]]);
    }
}
