//! What a verb on an invoice needs to know of the tenant and the customer.

use crate::billing::{records, visible};
use crate::context::Permission;
use crate::unit::Unit;
use accrual_base::rounding::{Mode, Rule};
use accrual_base::{Currency, Day, Error, Result};
use accrual_model::{Filter, Query, Sort, Stored};
use accrual_objects::billing::{
    Account, AccountStatus, AccountingPeriod, BILLING_RULES, BillingRules, InclusiveTaxRule, MirrorItems, PaymentTerm, PaymentTermType,
    PeriodStatus, ReasonCode, RoundingMode, WriteOffAllocation,
};
use accrual_receivables::field::{ACCOUNT, PAYMENT_TERM};
use accrual_receivables::memo::Mirroring;
use accrual_receivables::spread::Allocation;
use accrual_receivables::tax::{InclusiveRule, Settings};
use accrual_receivables::terms::{self, MonthDay};
use accrual_store::Read;
use accrual_store::nouns::typed;

const CLOSE: Permission = Permission::named("Manage Close Process");

/// The billing rules, and how far the books are closed.
#[derive(Clone, Debug)]
pub(in crate::billing) struct Facts {
    pub rules: BillingRules,
    /// The last day of the last closed accounting period.
    pub closed_through: Option<Day>,
    pub today: Day,
}

impl Facts {
    pub fn load(unit: &mut Unit<'_>) -> Result<Self> {
        let rules = rules(unit.read())?;
        // who may close periods may still act in one that is closing
        let closing = !unit.actor.permissions.contains(CLOSE);
        let closed_through = closed_through(unit.read(), closing)?;
        Ok(Self { rules, closed_through, today: unit.today() })
    }

    /// How tax of a document in this currency is computed.
    pub fn tax(&self, currency: Currency) -> Settings {
        let mode = match self.rules.rounding_mode {
            RoundingMode::HalfUp => Mode::HalfUp,
            RoundingMode::Up => Mode::Up,
            RoundingMode::Down => Mode::Down,
        };
        let increments = self.rules.rounding_increments.as_ref();
        let increment = increments.and_then(|all| all.get(currency.code())).copied().unwrap_or(1);
        Settings {
            currency,
            rounding: Rule { mode, increment },
            inclusive: match self.rules.inclusive_tax_rule {
                InclusiveTaxRule::RoundingNetAmount => InclusiveRule::NetAmount,
                InclusiveTaxRule::RoundingTaxAmount => InclusiveRule::TaxAmount,
            },
            carve_to_the_unit: self.rules.carve_tax_to_the_unit,
            redistribute: self.rules.redistribute_tax,
        }
    }

    pub fn mirroring(&self) -> Mirroring {
        match self.rules.mirror_invoice_items {
            MirrorItems::Yes => Mirroring::Yes,
            MirrorItems::YesButNotZero => Mirroring::YesButNotZero,
            MirrorItems::No => Mirroring::No,
        }
    }

    pub fn allocation(&self) -> Allocation {
        match self.rules.write_off_allocation {
            WriteOffAllocation::Proration => Allocation::Proration,
            WriteOffAllocation::Fifo => Allocation::Fifo,
        }
    }
}

/// The rules of the tenant; the defaults when it has decided nothing.
pub(in crate::billing) fn rules(tx: &mut dyn Read) -> Result<BillingRules> {
    Ok(typed::find::<BillingRules>(tx, "name", BILLING_RULES)?.map(|stored| stored.data).unwrap_or_default())
}

/// The last day of the last closed period; with `closing`, of one that is closing too. Periods close oldest first.
fn closed_through(tx: &mut dyn Read, closing: bool) -> Result<Option<Day>> {
    let mut statuses = vec![PeriodStatus::Closed];
    if closing {
        statuses.push(PeriodStatus::PendingClose);
    }
    let values = statuses.into_iter().map(|s| accrual_model::TextEnum::text(s).into()).collect();
    let filter = Filter::In { field: "status".into(), values };
    let query = Query { limit: 1, sort: vec![Sort { field: "end_date".into(), descending: true }], ..Query::of(filter) };
    Ok(typed::list::<AccountingPeriod>(tx, &query)?.pop().and_then(|period| period.data.end_date))
}

/// The account a document is for: by id, by number, or by both when they mean the same one.
///
/// # Errors
/// Rejects no account, one that does not exist, two different ones, and one that is not active.
pub(in crate::billing) fn account(unit: &mut Unit<'_>, id: Option<&str>, number: Option<&str>) -> Result<Stored<Account>> {
    let given = |text: Option<&str>| text.filter(|t| !t.is_empty()).map(str::to_owned);
    let (id, number) = (given(id), given(number));
    let Some(key) = id.as_ref().or(number.as_ref()) else {
        return Err(ACCOUNT.missing("Name the account by its id or its number."));
    };
    let unknown =
        |e: Error, key: &str| if e.rejection().is_some() { ACCOUNT.absent("There is no such account.").with_value(key) } else { e };
    let account = records::typed::<Account>(unit.read(), key).map_err(|e| unknown(e, key))?;
    let actor = unit.actor;
    visible::account(unit.read(), actor, &account.uid).map_err(|e| unknown(e, key))?;
    for key in [&id, &number].into_iter().flatten() {
        if *key != account.uid && Some(key) != account.account_number.as_ref() {
            return Err(ACCOUNT
                .invalid("The account id and the account number mean different accounts; give one of them.")
                .with_value(key));
        }
    }
    match account.status {
        AccountStatus::Active => Ok(account),
        AccountStatus::Draft => {
            Err(ACCOUNT.rule("The account is a draft; give it a bill-to contact and activate it first.").with_value(key))
        }
        AccountStatus::Canceled => Err(ACCOUNT.rule("The account is canceled; it is not billed any more.").with_value(key)),
    }
}

/// An active payment term by its name or id.
///
/// # Errors
/// Rejects one that does not exist or is not in use.
pub(in crate::billing) fn term(tx: &mut dyn Read, key: &str) -> Result<PaymentTerm> {
    let term = match typed::find::<PaymentTerm>(tx, "name", key)? {
        Some(term) => term,
        None => records::typed::<PaymentTerm>(tx, key)
            .map_err(|e| if e.rejection().is_some() { PAYMENT_TERM.absent("There is no such payment term.").with_value(key) } else { e })?,
    };
    if !term.is_active {
        return Err(PAYMENT_TERM.rule("The payment term is no longer in use; choose another.").with_value(key));
    }
    Ok(term.data)
}

/// The term that stands on a document or an account; it may be out of use by now.
///
/// # Errors
/// A fault when it is gone.
pub(in crate::billing) fn term_of(tx: &mut dyn Read, name: &str) -> Result<PaymentTerm> {
    let term = typed::find::<PaymentTerm>(tx, "name", name)?;
    Ok(term.ok_or_else(|| Error::fault(format!("the payment term {name} is gone")))?.data)
}

/// A payment term as the engine has it.
///
/// # Errors
/// A fault when its figures are out of range.
pub(in crate::billing) fn engine_term(term: &PaymentTerm) -> Result<terms::PaymentTerm> {
    let fault = || Error::fault(format!("the payment term {} has figures out of range", term.name));
    let day = |day: Option<i64>| match day {
        Some(31) => Ok(MonthDay::End),
        Some(day) => u8::try_from(day).map(MonthDay::Day).map_err(|_| fault()),
        None => Err(fault()),
    };
    Ok(match term.r#type {
        PaymentTermType::Net => terms::PaymentTerm::Net(u16::try_from(term.interval_number).map_err(|_| fault())?),
        PaymentTermType::Proximo => terms::PaymentTerm::Proximo {
            cut_off: day(term.invoice_cutoff_day)?,
            months: u8::try_from(term.interval_number).map_err(|_| fault())?,
            due: day(term.payment_due_day)?,
        },
    })
}

/// The names of the active reason codes.
pub(in crate::billing) fn reasons(tx: &mut dyn Read) -> Result<Vec<String>> {
    let active = Query::of(Filter::eq("active", true));
    Ok(typed::list::<ReasonCode>(tx, &active)?.into_iter().map(|r| r.data.name).collect())
}
