//! The chain of accounting periods: every check with its refusal, and random lives.
#![allow(clippy::unwrap_used)]

mod common;

use accrual_ledger::period::*;
use common::*;
use proptest::prelude::*;

#[test]
fn create_keeps_the_chain() {
    let mut periods = months(202_401, 2, 0);
    let next = month(2024 * 12 + 2, "2024-03");
    let refuse = |change: &dyn Fn(&mut NewPeriod)| {
        let mut new = next.clone();
        change(&mut new);
        refused(months(202_401, 2, 0).create(&new, Model { monthly: true, first_transaction: None }))
    };
    assert_eq!(refuse(&|p| p.name = String::new()), of("61000122", "name"));
    assert_eq!(refuse(&|p| p.name = "x".repeat(101)), of("61000120", "name"));
    assert_eq!(refuse(&|p| p.name = "2024-01".into()), of("61000130", "name"));
    assert_eq!(refuse(&|p| p.name = OPEN_ENDED.into()), of("61000130", "name"));
    assert_eq!(refuse(&|p| p.notes = "x".repeat(256)), of("61000620", "notes"));
    assert_eq!(refuse(&|p| p.fiscal_year = 0), of("61000420", "fiscalYear"));
    assert_eq!(refuse(&|p| p.fiscal_quarter = Some(5)), of("61000520", "fiscalQuarter"));
    assert_eq!(refuse(&|p| p.end = p.start.plus(-1)), of("61000320", "endDate"));
    assert_eq!(refuse(&|p| p.start = day("2024-04-01")), of("61000320", "endDate"));
    assert_eq!(refuse(&|p| (p.start, p.end) = (day("2024-04-01"), day("2024-04-30"))), of("61000230", "startDate"));
    assert_eq!(refuse(&|p| p.start = day("2024-02-01")), of("61000230", "startDate"));
    assert_eq!(refuse(&|p| p.start = day("2024-03-02")), of("61000230", "startDate"));
    assert_eq!(refuse(&|p| p.end = day("2024-03-30")), of("61000330", "endDate"));
    let first = Model { monthly: false, first_transaction: Some(day("2024-02-29")) };
    assert_eq!(refused(Periods::default().create(&next, first)), of("61000230", "startDate"));
    assert_eq!(periods.create(&next, Model::default()).unwrap(), 2);
    assert_eq!(periods.open_ended_start(), Some(day("2024-04-01")));
    assert_eq!((periods.at(day("2024-02-29")), periods.at(day("2024-04-01")), periods.at(day("2023-12-31"))), (Some(1), None, None));
    assert_eq!(
        (periods.named("2024-02"), periods.named(OPEN_ENDED), periods.named("x")),
        (Some(Bucket::Period(1)), Some(Bucket::OpenEnded), None)
    );
}

#[test]
fn periods_close_oldest_first_and_reopen_newest_first() {
    let mut periods = months(202_401, 3, 0);
    assert_eq!(refused(periods.close(1, Blockers::default())), of("61000030", "accountingPeriod"));
    assert_eq!(refused(periods.pending_close(1)), of("61000030", "accountingPeriod"));
    assert_eq!(refused(periods.close(9, Blockers::default())), of("61000040", "accountingPeriod"));
    periods.pending_close(0).unwrap();
    // the trial balance it started is running
    assert_eq!(refused(periods.close(0, Blockers::default())), of("61000830", "runTrialBalanceStatus"));
    finish(&mut periods, 0);
    assert_eq!(refused(periods.pending_close(0)), of("61000730", "status"));
    let waiting = Blockers { pending_schedules: 2, ..Blockers::default() };
    assert_eq!(periods.close(0, waiting).unwrap(), Status::PendingClose);
    assert_eq!(refused(periods.schedules_done(1)), of("61000730", "status"));
    periods.schedules_done(0).unwrap();
    assert_eq!(periods.closed_through(), Some(day("2024-01-31")));
    finish(&mut periods, 0);
    assert_eq!(refused(periods.close(0, Blockers::default())), of("61000730", "status"));
    close(&mut periods, 1);
    assert_eq!(refused(periods.reopen(0)), of("61000030", "accountingPeriod"));
    assert_eq!(refused(periods.reopen(2)), of("61000730", "status"));
    periods.reopen(1).unwrap();
    periods.reopen(0).unwrap();
    assert_eq!((periods.closed_through(), periods.first_open()), (None, Bucket::Period(0)));
}

#[test]
fn documents_that_are_not_final_block_a_close() {
    let one = |change: fn(&mut Blockers)| {
        let mut blockers = Blockers::default();
        change(&mut blockers);
        let mut periods = months(202_401, 1, 0);
        let error = periods.close(0, blockers).unwrap_err();
        assert_eq!(periods.all()[0].status, Status::Open);
        error.rejection().unwrap().message.clone()
    };
    assert!(one(|b| b.draft_invoices = 2).contains("2 draft invoices"));
    assert!(one(|b| b.draft_payments = 1).contains("1 draft payment."));
    assert!(one(|b| b.processing_payments = 1).contains("1 processing payment."));
    assert!(one(|b| b.processing_refunds = 1).contains("1 processing refund."));
    assert!(one(|b| b.draft_credit_memos = 1).contains("1 draft credit memo."));
    assert!(one(|b| (b.draft_debit_memos, b.draft_invoices) = (1, 3)).contains("3 draft invoices, 1 draft debit memo"));
}

#[test]
fn trial_balances_run_one_at_a_time_in_open_periods() {
    let mut periods = months(202_401, 2, 1);
    assert_eq!(refused(periods.run_trial_balance(0)), of("61000730", "status"));
    periods.run_trial_balance(1).unwrap();
    assert_eq!(refused(periods.run_trial_balance(1)), of("61000830", "runTrialBalanceStatus"));
    assert_eq!(refused(periods.trial_balance_is(1, TrialBalanceStatus::Completed)), of("61000830", "runTrialBalanceStatus"));
    assert_eq!(refused(periods.delete(1)), of("61000830", "runTrialBalanceStatus"));
    periods.trial_balance_is(1, TrialBalanceStatus::Error).unwrap();
    periods.run_trial_balance(1).unwrap();
}

fn used(at: usize, change: fn(&mut Period)) -> Periods {
    let mut all = months(202_401, 3, 0).all().to_vec();
    change(&mut all[at]);
    Periods::new(all).unwrap()
}

#[test]
fn update_moves_the_neighbour() {
    let end = |end: &str| UpdatePeriod { end: Some(day(end)), ..UpdatePeriod::default() };
    let start = |start: &str| UpdatePeriod { start: Some(day(start)), ..UpdatePeriod::default() };
    let mut periods = used(1, |p| p.trial_balance = Some(TrialBalanceStatus::Completed));
    periods.update(0, &end("2024-02-10"), Model::default()).unwrap();
    assert_eq!((periods.all()[1].start, periods.all()[1].trial_balance), (day("2024-02-11"), None));
    periods.update(0, &start("2023-12-01"), Model::default()).unwrap();
    periods.update(2, &end("2024-04-10"), Model::default()).unwrap();
    assert_eq!(periods.open_ended_start(), Some(day("2024-04-11")));
    assert_eq!(refused(periods.update(1, &start("2024-02-12"), Model::default())), of("61000230", "startDate"));
    assert_eq!(refused(periods.update(0, &end("2024-02-29"), Model::default())), of("61000330", "endDate"));
    assert_eq!(refused(periods.update(0, &start("2024-12-01"), Model::default())), of("61000320", "endDate"));
    let first = Model { monthly: false, first_transaction: Some(day("2023-11-30")) };
    assert_eq!(refused(periods.update(0, &start("2023-12-02"), first)), of("61000230", "startDate"));
    let monthly = Model { monthly: true, first_transaction: None };
    assert_eq!(refused(used(0, |_| ()).update(0, &end("2024-01-30"), monthly)), of("61000330", "endDate"));
    for change in [|p: &mut Period| p.revenue = true, |p: &mut Period| p.journal_entries = true] {
        assert_eq!(refused(used(0, change).update(0, &end("2024-01-30"), Model::default())).0, "61000030");
        assert_eq!(refused(used(1, change).update(0, &end("2024-01-30"), Model::default())).0, "61000030");
    }
    let name = |name: &str| UpdatePeriod { name: Some(name.into()), ..UpdatePeriod::default() };
    assert_eq!(refused(periods.update(0, &name("2024-02"), Model::default())), of("61000130", "name"));
    periods.update(0, &name("2024-01"), Model::default()).unwrap();
    let mut closed = months(202_401, 2, 1);
    let allowed = UpdatePeriod { notes: Some("audited".into()), fiscal_year: Some(2023), ..name("January") };
    closed.update(0, &allowed, Model::default()).unwrap();
    assert_eq!((closed.all()[0].name.as_str(), closed.all()[0].fiscal_year), ("January", 2023));
    assert_eq!(refused(closed.update(0, &end("2024-01-30"), Model::default())), of("61000730", "status"));
    let quarter = UpdatePeriod { fiscal_quarter: Some(4), ..UpdatePeriod::default() };
    assert_eq!(refused(closed.update(0, &quarter, Model::default())), of("61000530", "fiscalQuarter"));
}

#[test]
fn only_the_latest_unused_open_period_is_deleted() {
    assert_eq!(refused(used(0, |_| ()).delete(1)).0, "61000030");
    assert_eq!(refused(used(2, |p| p.revenue = true).delete(2)).0, "61000030");
    assert_eq!(refused(used(2, |p| p.journal_entries = true).delete(2)).0, "61000030");
    assert_eq!(refused(months(202_401, 1, 1).delete(0)).0, "61000730");
    let mut periods = months(202_401, 2, 0);
    periods.delete(1).unwrap();
    assert_eq!(periods.all().len(), 1);
}

#[test]
fn a_broken_chain_is_not_taken() {
    let mut gap = months(202_401, 3, 0).all().to_vec();
    gap.remove(1);
    assert!(Periods::new(gap).is_err());
    let mut order = months(202_401, 2, 0).all().to_vec();
    order[1].status = Status::Closed;
    assert!(Periods::new(order).is_err());
}

proptest! {
    /// Whatever is tried, the chain has no gap and closed periods come first; a refusal changes nothing.
    #[test]
    fn the_chain_holds(steps in prop::collection::vec((0u8..7, 0usize..6, -40i32..60), 0..40)) {
        let mut periods = months(202_401, 3, 0);
        for (what, at, days) in steps {
            let before = periods.clone();
            let moved = |p: &Periods| p.get(at).map(|p| p.end.plus(days)).ok();
            let done = match what {
                0 => {
                    let start = periods.open_ended_start().unwrap_or(day("2024-01-01")).plus(i32::from(days % 5 == 0));
                    let new = NewPeriod { name: format!("P{days}"), start, end: start.plus(days), fiscal_year: 2024, fiscal_quarter: None, notes: String::new() };
                    periods.create(&new, Model::default()).map(drop)
                }
                1 => periods.update(at, &UpdatePeriod { end: moved(&periods), ..UpdatePeriod::default() }, Model::default()),
                2 => periods.delete(at),
                3 => periods.pending_close(at),
                4 => periods.close(at, Blockers { pending_schedules: u64::from(days < 0), ..Blockers::default() }).map(drop),
                5 => periods.reopen(at),
                _ => periods.trial_balance_is(at, if days < 0 { TrialBalanceStatus::Processing } else { TrialBalanceStatus::Error }),
            };
            if done.is_err() {
                prop_assert_eq!(&periods, &before);
            }
            prop_assert!(Periods::new(periods.all().to_vec()).is_ok());
            let closed = periods.all().iter().take_while(|p| p.status == Status::Closed).count();
            prop_assert!(periods.all()[closed..].iter().all(|p| p.status != Status::Closed));
            prop_assert!(periods.all().iter().all(|p| p.start <= p.end));
        }
    }
}
