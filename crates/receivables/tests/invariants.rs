//! Random lives of an invoice: whatever is created, changed, paid, credited, split and reversed, the sums hold.
#![allow(clippy::unwrap_used)]

mod common;

use accrual_base::rounding::{Mode, Rule};
use accrual_base::{Currency, Decimal};
use accrual_receivables::Invoice;
use accrual_receivables::invoice::*;
use accrual_receivables::memo::{CreditMemo, Mirroring};
use accrual_receivables::spread::Allocation;
use accrual_receivables::tax::{InclusiveRule, NewTaxItem, RateType, Settings, TaxMode};
use accrual_receivables::terms::PaymentTerm;
use common::*;
use proptest::prelude::*;

const MONEY: [&str; 3] = ["USD", "JPY", "BHD"];

/// Sum of the items (charge, discounts, tax) is the invoice; balance is amount less what is applied, in the header and line by line.
fn check(invoice: &Invoice) {
    let totals = invoice.totals().unwrap();
    let charges: i64 = invoice.items.iter().map(|i| i.amount + i.discounts.iter().map(|d| d.amount).sum::<i64>()).sum();
    let taxes: i64 =
        invoice.items.iter().flat_map(|i| i.taxes.iter().chain(i.discounts.iter().flat_map(|d| &d.taxes))).map(|t| t.amount).sum();
    assert_eq!((totals.amount_without_tax, totals.tax_amount), (charges, taxes));
    assert_eq!(totals.amount, charges + taxes);
    assert_eq!(totals.balance, totals.amount - totals.payment_amount - totals.credit_memo_amount);
    let lines = invoice.line_keys().into_iter().map(|k| (invoice.line_amount(k).unwrap(), invoice.line_balance(k).unwrap()));
    for (amount, balance) in lines {
        assert!(balance == 0 || (balance.signum() == amount.signum() && balance.abs() <= amount.abs()), "{balance} of {amount}");
    }
    if invoice.status == Status::Draft {
        assert_eq!(totals.balance, totals.amount);
    }
    if invoice.reversed {
        assert_eq!(totals.balance, 0);
    }
}

fn check_memo(memo: &CreditMemo) {
    assert_eq!(memo.amount().unwrap(), memo.applied + memo.refunded + memo.unapplied().unwrap());
    assert_eq!(memo.flat().iter().sum::<i64>(), memo.amount().unwrap());
    assert_eq!(memo.unapplied().unwrap(), 0);
}

#[derive(Clone, Debug)]
struct Setup {
    currency: usize,
    rounding: Rule,
    tax_first: bool,
    redistribute: bool,
    rates: Vec<i64>,
    exempt: bool,
}

fn setups() -> impl Strategy<Value = Setup> {
    let modes = prop::sample::select(vec![Mode::HalfUp, Mode::Up, Mode::Down]);
    let rounding = (modes, prop::sample::select(vec![1i64, 5])).prop_map(|(mode, increment)| Rule { mode, increment });
    (0..MONEY.len(), rounding, any::<bool>(), any::<bool>(), prop::collection::vec(0i64..2_500, 0..4), prop::bool::weighted(0.1)).prop_map(
        |(currency, rounding, tax_first, redistribute, rates, exempt)| Setup { currency, rounding, tax_first, redistribute, rates, exempt },
    )
}

impl Setup {
    fn source(&self) -> Flat {
        Flat { rates: self.rates.iter().map(|r| (Decimal::new(*r, 4), RateType::Percentage)).collect(), exempt: self.exempt }
    }
    fn context<'a>(&self, source: &'a Flat) -> Context<'a> {
        let tax = Settings {
            rounding: self.rounding,
            inclusive: if self.tax_first { InclusiveRule::TaxAmount } else { InclusiveRule::NetAmount },
            redistribute: self.redistribute,
            ..Settings::of(self.money())
        };
        Context { tax, ..context(source) }
    }
    fn money(&self) -> Currency {
        Currency::named(MONEY[self.currency]).unwrap()
    }
    fn amount(&self, minor: i64) -> Decimal {
        Decimal::new(minor, u32::from(self.money().exponent()))
    }
    fn item(&self, seed: &ItemSeed) -> NewItem {
        let tax = |minor: i64| NewTaxItem { amount: self.amount(minor), ..tax_item("0") };
        let mode = match seed.tax {
            1 => Some(TaxMode::Exclusive),
            2 => Some(TaxMode::Inclusive),
            _ => None,
        };
        NewItem {
            amount: self.amount(seed.amount),
            tax_code: mode.map(|_| "VAT".to_owned()),
            tax_mode: mode,
            tax_items: (seed.tax == 3 && seed.amount >= 0).then(|| vec![tax(seed.amount / 7), tax(1)]),
            discounts: seed
                .discounts
                .iter()
                .map(|d| NewDiscount { amount: self.amount(-seed.amount.max(0) * d / 100), tax_items: Vec::new() })
                .collect(),
            ..item("0")
        }
    }
}

#[derive(Clone, Debug)]
struct ItemSeed {
    amount: i64,
    tax: u8,
    discounts: Vec<i64>,
}

fn items() -> impl Strategy<Value = Vec<ItemSeed>> {
    let one = (-2_000i64..100_000, 0u8..4, prop::collection::vec(0i64..30, 0..3)).prop_map(|(amount, tax, discounts)| ItemSeed {
        amount,
        tax,
        discounts,
    });
    prop::collection::vec(one, 1..7)
}

#[derive(Clone, Debug)]
enum Step {
    Edit { item: usize, amount: i64 },
    Add(ItemSeed),
    Remove { item: usize },
    Date { days: i32 },
    Post,
    Unpost,
    Pay { permille: i64, fifo: bool },
    Credit { permille: i64 },
    PayLine { line: usize, permille: i64 },
    Unapply { line: usize, permille: i64 },
    PartlyWriteOff { permille: i64, fifo: bool },
    WriteOff { rule: u8 },
    Reverse { rule: u8 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let seed = (1i64..50_000, 0u8..4).prop_map(|(amount, tax)| ItemSeed { amount, tax, discounts: vec![10] });
    let step = prop_oneof![
        2 => (any::<usize>(), -500i64..90_000).prop_map(|(item, amount)| Step::Edit { item, amount }),
        1 => seed.prop_map(Step::Add),
        1 => any::<usize>().prop_map(|item| Step::Remove { item }),
        1 => (0i32..90).prop_map(|days| Step::Date { days }),
        3 => Just(Step::Post),
        1 => Just(Step::Unpost),
        3 => (0i64..1_100, any::<bool>()).prop_map(|(permille, fifo)| Step::Pay { permille, fifo }),
        2 => (0i64..1_100).prop_map(|permille| Step::Credit { permille }),
        2 => (any::<usize>(), 0i64..1_100).prop_map(|(line, permille)| Step::PayLine { line, permille }),
        2 => (any::<usize>(), 0i64..1_100).prop_map(|(line, permille)| Step::Unapply { line, permille }),
        1 => (0i64..1_100, any::<bool>()).prop_map(|(permille, fifo)| Step::PartlyWriteOff { permille, fifo }),
        1 => (0u8..3).prop_map(|rule| Step::WriteOff { rule }),
        1 => (0u8..3).prop_map(|rule| Step::Reverse { rule }),
    ];
    prop::collection::vec(step, 0..20)
}

fn mirroring(rule: u8) -> Mirroring {
    [Mirroring::Yes, Mirroring::YesButNotZero, Mirroring::No][usize::from(rule)]
}

fn allocation(fifo: bool) -> Allocation {
    if fifo { Allocation::Fifo } else { Allocation::Proration }
}

/// Does a step; true when it was accepted. What it is worth is checked by the caller.
fn run(invoice: &mut Invoice, step: &Step, setup: &Setup) -> accrual_base::Result<()> {
    let source = setup.source();
    let context = setup.context(&source);
    let share = |of: i64, permille: i64| of * permille / 1_000;
    let keys = invoice.line_keys();
    match step {
        Step::Edit { item, amount } => {
            let edit = ItemEdit { amount: Some(setup.amount(*amount)), ..ItemEdit::default() };
            update(invoice, &Update { items: vec![ItemChange::Edit(item % invoice.items.len(), edit)], ..Update::default() }, &context)
        }
        Step::Add(seed) => update(invoice, &Update { items: vec![ItemChange::Add(setup.item(seed))], ..Update::default() }, &context),
        Step::Remove { item } => {
            update(invoice, &Update { items: vec![ItemChange::Remove(item % invoice.items.len())], ..Update::default() }, &context)
        }
        Step::Date { days } => update(invoice, &Update { date: Some(day("2024-02-01").plus(*days)), ..Update::default() }, &context),
        Step::Post => post(invoice, Post::default(), &context),
        Step::Unpost => unpost(invoice, Unpost { permitted: true, latest_of_account: true, ..Unpost::default() }),
        Step::Pay { permille, fifo } => {
            let amount = share(invoice.balance()?, *permille);
            invoice
                .apply(Movement::Payment, allocation(*fifo), amount)
                .map(|shares| assert_eq!(shares.iter().map(|s| s.1).sum::<i64>(), amount))
        }
        Step::Credit { permille } => {
            invoice.apply(Movement::CreditMemo, Allocation::Proration, share(invoice.balance()?, *permille)).map(drop)
        }
        Step::PayLine { line, permille } => {
            let key = keys[line % keys.len()];
            invoice.apply_to_line(Movement::Payment, key, share(invoice.line_balance(key)?, *permille))
        }
        Step::Unapply { line, permille } => {
            let key = keys[line % keys.len()];
            invoice.unapply_from_line(Movement::Payment, key, share(invoice.settlement(key)?.payments, *permille))
        }
        Step::PartlyWriteOff { permille, fifo } => {
            let how = writing_off(Extent::Part(setup.amount(share(invoice.balance()?, *permille))));
            let memo = write_off(invoice, &how, WriteOffFacts { allocation: allocation(*fifo), ..write_off_facts() })?;
            check_memo(&memo);
            Ok(())
        }
        Step::WriteOff { rule } => {
            let open = invoice.balance()?;
            let memo = write_off(
                invoice,
                &WriteOff { today: day("2025-01-01"), ..writing_off(Extent::Balance) },
                WriteOffFacts { mirroring: mirroring(*rule), ..write_off_facts() },
            )?;
            check_memo(&memo);
            assert_eq!(memo.amount()?, open);
            assert!(invoice.line_keys().into_iter().all(|key| invoice.line_balance(key).unwrap() == 0));
            Ok(())
        }
        Step::Reverse { rule } => {
            let (how, facts) = reversal();
            let amount = invoice.amount()?;
            let memo =
                reverse(invoice, Reverse { today: day("2025-01-01"), ..how }, ReverseFacts { mirroring: mirroring(*rule), ..facts })?;
            check_memo(&memo);
            assert_eq!(memo.amount()?, amount);
            Ok(())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn sums_hold_after_any_sequence(setup in setups(), items in items(), steps in steps()) {
        let source = setup.source();
        let new = NewInvoice { items: items.iter().map(|i| setup.item(i)).collect(), ..invoice_of(Vec::new()) };
        let Ok(mut invoice) = create(&new, &setup.context(&source)) else { return Ok(()) };
        check(&invoice);
        for step in &steps {
            let before = invoice.clone();
            match run(&mut invoice, step, &setup) {
                Ok(()) => check(&invoice),
                Err(error) => {
                    prop_assert!(error.rejection().is_some(), "a fault: {error}");
                    prop_assert_eq!(&invoice, &before, "refused, yet changed");
                }
            }
        }
    }

    /// What was sent in inclusive mode is what is on the invoice: net, tax and exempt tax together.
    #[test]
    fn inclusive_items_keep_their_gross(setup in setups(), amounts in prop::collection::vec(0i64..1_000_000, 1..8)) {
        let source = setup.source();
        let item = |minor: &i64| NewItem { amount: setup.amount(*minor), ..taxed("0", TaxMode::Inclusive) };
        let invoice = create(&invoice_of(amounts.iter().map(item).collect()), &setup.context(&source)).unwrap();
        for (item, gross) in invoice.items.iter().zip(&amounts) {
            prop_assert_eq!(item.amount + item.taxes.iter().map(|t| t.amount + t.exempt).sum::<i64>(), *gross);
        }
        let totals = invoice.totals().unwrap();
        prop_assert_eq!(totals.amount + totals.tax_exempt_amount, amounts.iter().sum::<i64>());
        if setup.exempt {
            prop_assert_eq!(totals.tax_amount, 0);
        }
    }

    /// Parts of a split sum to the original, line by line.
    #[test]
    fn parts_of_a_split_sum_line_by_line(setup in setups(), items in items(), cuts in prop::collection::btree_set(1i64..100_000_000_000, 1..49)) {
        let source = setup.source();
        let context = setup.context(&source);
        let new = NewInvoice { items: items.iter().map(|i| setup.item(i)).collect(), ..invoice_of(Vec::new()) };
        let Ok(mut invoice) = create(&new, &context) else { return Ok(()) };
        let original = invoice.clone();
        let edges: Vec<i64> = std::iter::once(0).chain(cuts).chain([100_000_000_000]).collect();
        let part = |w: &[i64]| SplitPart { percentage: Some(Decimal::new(w[1] - w[0], 9)), date: day("2024-02-01"), term: PaymentTerm::Net(0) };
        let parts: Vec<SplitPart> = edges.windows(2).map(part).collect();
        let made = split(&mut invoice, &parts, SplitFacts { allowed: true, ..SplitFacts::default() }, &context).unwrap();
        prop_assert_eq!(invoice.status, Status::Split);
        for key in original.line_keys() {
            let sum: i64 = made.iter().map(|p| p.line_amount(key).unwrap()).sum();
            prop_assert_eq!(sum, original.line_amount(key).unwrap());
        }
        let totals: i64 = made.iter().map(|p| p.amount().unwrap()).sum();
        prop_assert_eq!(totals, original.amount().unwrap());
        made.iter().for_each(check);
    }
}
