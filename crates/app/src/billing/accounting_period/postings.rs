//! What the transactions of a period post, in home currency (reference section 5.4 of receivables and accounting): the
//! same rules for trial balances and journals.

use super::chain::Chain;
use crate::billing::{journal_entry, records};
use accrual_base::rounding::Rule;
use accrual_base::{Currency, Day, Decimal, Error, Result, rounding};
use accrual_ledger::journal::{Line, post};
use accrual_ledger::period::Bucket;
use accrual_model::{Filter, Object, Operator, Query, Stored};
use accrual_objects::billing::{
    AccountingCode, AccountingCodeType, BILLING_RULES, BillingRules, CreditMemo, CreditMemoApplication, CreditMemoItem, CreditTaxationItem,
    Invoice, InvoiceItem, JournalEntry, ProcessingType, RevenueEvent, RevenueEventItem, RevenueSchedule, TaxationItem,
};
use accrual_receivables::home::Rate;
use accrual_store::Read;
use accrual_store::nouns::{self, typed};
use std::collections::BTreeMap;

/// Rows of a page.
const PAGE: u32 = 500;

/// The days whose transactions count; without a start everything before the end as well.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    pub from: Option<Day>,
    pub to: Day,
}

/// The currency of the books: that of the billing rules, US dollars as long as they name none.
pub fn home_currency(tx: &mut dyn Read) -> Result<Currency> {
    Ok(named_home_currency(tx)?.unwrap_or(Currency::USD))
}

fn named_home_currency(tx: &mut dyn Read) -> Result<Option<Currency>> {
    let rules = typed::find::<BillingRules>(tx, "name", BILLING_RULES)?;
    let Some(code) = rules.and_then(|r| r.data.home_currency) else { return Ok(None) };
    Currency::named(&code).map(Some).ok_or_else(|| Error::fault(format!("the home currency {code:?} is none")))
}

/// Sums of debits and credits by the name of a code.
#[derive(Debug, Default)]
pub struct Totals(BTreeMap<String, (i64, i64)>);

impl Totals {
    fn add(&mut self, lines: [Line; 2]) -> Result<()> {
        for line in lines {
            let total = self.0.entry(line.code).or_default();
            total.0 = rounding::add(total.0, line.debit)?;
            total.1 = rounding::add(total.1, line.credit)?;
        }
        Ok(())
    }

    fn side(&mut self, code: String, debit: bool, amount: i64) -> Result<()> {
        let total = self.0.entry(code).or_default();
        let side = if debit { &mut total.0 } else { &mut total.1 };
        *side = rounding::add(*side, amount)?;
        Ok(())
    }

    /// As journal lines, one for each side that is not zero.
    pub fn lines(&self, currency: Currency) -> Vec<Line> {
        let side = |code: &str, debit, credit| Line { code: code.to_owned(), currency, debit, credit };
        self.0.iter().flat_map(|(code, (debit, credit))| [side(code, *debit, 0), side(code, 0, *credit)]).collect()
    }
}

/// Reads transactions and posts them.
pub struct Poster<'t> {
    tx: &'t mut dyn Read,
    /// The currency of the books.
    pub home: Currency,
    /// The billing rules name it.
    named: bool,
    by_id: BTreeMap<String, String>,
    defaults: BTreeMap<&'static str, String>,
}

impl<'t> Poster<'t> {
    pub fn new(tx: &'t mut dyn Read) -> Result<Self> {
        let named = named_home_currency(tx)?;
        let home = named.unwrap_or(Currency::USD);
        let (mut by_id, mut defaults) = (BTreeMap::new(), BTreeMap::new());
        for code in typed::all::<AccountingCode>(tx)? {
            let kind = accrual_model::TextEnum::text(code.r#type);
            defaults.entry(kind).or_insert_with(|| code.name.clone());
            by_id.insert(code.uid.clone(), code.data.name);
        }
        Ok(Self { tx, home, named: named.is_some(), by_id, defaults })
    }

    /// The name of the code a transaction brings, or the first of the type.
    fn code(&self, id: Option<&str>, name: Option<&str>, kind: AccountingCodeType) -> Result<String> {
        if let Some(found) = id.and_then(|id| self.by_id.get(id)) {
            return Ok(found.clone());
        }
        if let Some(name) = name.filter(|n| !n.is_empty()) {
            return Ok(name.to_owned());
        }
        let kind = accrual_model::TextEnum::text(kind);
        let missing = || Error::conflict("trial_balance.code", format!("There is no accounting code of the type {kind}; create one."));
        self.defaults.get(kind).cloned().ok_or_else(missing)
    }

    fn to_home(&self, amount: i64, currency: &str, rate: Option<Decimal>, document: &str) -> Result<i64> {
        let from = Currency::named(currency).ok_or_else(|| Error::fault(format!("{document} is in {currency:?}, which is no currency")))?;
        if from == self.home {
            return Ok(amount);
        }
        let missing = || {
            let home = self.home;
            let message = if self.named {
                format!("{document} is in {currency} and has no exchange rate to {home}; enter the rate.")
            } else {
                format!("{document} is in {currency}, and the books are in {home}: the billing rules name no home currency. Set it first.")
            };
            Error::conflict("trial_balance.rate", message)
        };
        let rate = Rate { value: rate.ok_or_else(missing)?, inverse: true };
        Ok(rate.convert(amount, from, self.home, Rule::HALF_UP)?.amount)
    }

    /// Everything that documents dated in these days, and revenue of these periods, post.
    pub fn impact(&mut self, chain: &Chain, places: &[usize], days: Days) -> Result<Totals> {
        let mut totals = Totals::default();
        self.invoices(days, &mut totals)?;
        self.credit_memos(days, &mut totals)?;
        self.applications(days, &mut totals)?;
        for at in places {
            let period = &chain.record(Bucket::Period(*at))?.uid;
            self.revenue(period, &mut totals)?;
            self.entries(period, &mut totals)?;
        }
        Ok(totals)
    }

    /// Every record of a noun dated in these days, in pages.
    fn dated<T: Object>(
        &mut self,
        date: &'static str,
        status: Option<&'static str>,
        days: Days,
        each: &mut dyn FnMut(&mut Self, Stored<T>) -> Result<()>,
    ) -> Result<()> {
        let mut parts = vec![Filter::compare(date, Operator::Le, days.to)];
        parts.extend(days.from.map(|from| Filter::compare(date, Operator::Ge, from)));
        parts.extend(status.map(|status| Filter::eq("status", status)));
        self.paged(Filter::All(parts), each)
    }

    fn paged<T: Object>(&mut self, filter: Filter, each: &mut dyn FnMut(&mut Self, Stored<T>) -> Result<()>) -> Result<()> {
        let mut after = None;
        loop {
            let page = nouns::list(self.tx, T::descriptor(), &Query { limit: PAGE, after, ..Query::of(filter.clone()) })?;
            let full = page.len() == PAGE as usize;
            after = page.last().map(|r| r.id);
            for record in page {
                each(self, record.typed()?)?;
            }
            if !full {
                return Ok(());
            }
        }
    }

    fn invoices(&mut self, days: Days, totals: &mut Totals) -> Result<()> {
        self.dated::<Invoice>("invoice_date", Some("Posted"), days, &mut |poster, invoice| {
            let number = invoice.invoice_number.clone().unwrap_or_default();
            for item in records::children(poster.tx, InvoiceItem::descriptor(), "invoice_id", &invoice.uid)? {
                let item: Stored<InvoiceItem> = item.typed()?;
                let amount = poster.to_home(item.charge_amount, &invoice.currency, invoice.exchange_rate, &number)?;
                let receivable = poster.receivable(item.account_receivable_accounting_code_id.as_deref())?;
                let income = poster.income_of_invoice_item(&item)?;
                totals.add(post(&receivable, &income, amount, poster.home)?)?;
            }
            for tax in records::children(poster.tx, TaxationItem::descriptor(), "invoice_id", &invoice.uid)? {
                let tax: Stored<TaxationItem> = tax.typed()?;
                let amount = poster.to_home(tax.tax_amount, &invoice.currency, invoice.exchange_rate, &number)?;
                let receivable = poster.receivable(tax.account_receivable_accounting_code_id.as_deref())?;
                let (id, name) = (tax.sales_tax_payable_accounting_code_id.as_deref(), tax.accounting_code.as_deref());
                let payable = poster.code(id, name, AccountingCodeType::SalesTaxPayable)?;
                totals.add(post(&receivable, &payable, amount, poster.home)?)?;
            }
            Ok(())
        })
    }

    fn receivable(&self, id: Option<&str>) -> Result<String> {
        self.code(id, None, AccountingCodeType::AccountsReceivable)
    }

    /// Deferred revenue when a schedule recognises the item, else the revenue or discount code it brings.
    fn income_of_invoice_item(&mut self, item: &Stored<InvoiceItem>) -> Result<String> {
        if let Some(deferred) = self.deferred(&item.uid)? {
            return Ok(deferred);
        }
        let kind = if item.processing_type == ProcessingType::Discount {
            AccountingCodeType::SalesDiscounts
        } else {
            AccountingCodeType::SalesRevenue
        };
        self.code(item.recognized_revenue_accounting_code_id.as_deref(), item.accounting_code.as_deref(), kind)
    }

    /// The deferred code of an item's schedule; nothing when it has none.
    fn deferred(&mut self, item: &str) -> Result<Option<String>> {
        let of_item = Query { limit: 1, ..Query::of(Filter::eq("linked_transaction_id", item)) };
        let Some(schedule) = typed::list::<RevenueSchedule>(self.tx, &of_item)?.pop() else { return Ok(None) };
        let code = schedule.deferred_revenue_accounting_code_id.as_deref();
        self.code(code, None, AccountingCodeType::DeferredRevenue).map(Some)
    }

    fn credit_memos(&mut self, days: Days, totals: &mut Totals) -> Result<()> {
        self.dated::<CreditMemo>("memo_date", Some("Posted"), days, &mut |poster, memo| {
            let number = memo.memo_number.clone().unwrap_or_default();
            let rate = poster.rate_of(memo.invoice_id.as_deref())?;
            for item in records::children(poster.tx, CreditMemoItem::descriptor(), "credit_memo_id", &memo.uid)? {
                let item: Stored<CreditMemoItem> = item.typed()?;
                let amount = poster.to_home(item.amount_without_tax, &memo.currency, rate, &number)?;
                let account = poster.on_account(item.on_account_accounting_code_id.as_deref())?;
                let taken = poster.income_of_memo_item(&item)?;
                totals.add(post(&taken, &account, amount, poster.home)?)?;
                for tax in records::children(poster.tx, CreditTaxationItem::descriptor(), "credit_memo_item_id", &item.uid)? {
                    let tax: Stored<CreditTaxationItem> = tax.typed()?;
                    let amount = poster.to_home(tax.tax_amount, &memo.currency, rate, &number)?;
                    let account = poster.on_account(tax.on_account_accounting_code_id.as_deref())?;
                    let (id, name) = (tax.sales_tax_payable_accounting_code_id.as_deref(), tax.accounting_code.as_deref());
                    let payable = poster.code(id, name, AccountingCodeType::SalesTaxPayable)?;
                    totals.add(post(&payable, &account, amount, poster.home)?)?;
                }
            }
            Ok(())
        })
    }

    fn on_account(&self, id: Option<&str>) -> Result<String> {
        self.code(id, None, AccountingCodeType::OnAccountReceivable)
    }

    fn income_of_memo_item(&mut self, item: &Stored<CreditMemoItem>) -> Result<String> {
        if item.revenue_impacting == "No" {
            return self.code(item.non_revenue_write_off_accounting_code_id.as_deref(), None, AccountingCodeType::BadDebt);
        }
        if let Some(deferred) = self.deferred(&item.uid)? {
            return Ok(deferred);
        }
        self.code(item.recognized_revenue_accounting_code_id.as_deref(), None, AccountingCodeType::SalesRevenue)
    }

    /// The exchange rate of an invoice.
    fn rate_of(&mut self, invoice: Option<&str>) -> Result<Option<Decimal>> {
        let Some(invoice) = invoice else { return Ok(None) };
        let record = nouns::get_by_uid(self.tx, Invoice::descriptor(), invoice)?;
        Ok(record.map(accrual_model::Record::typed::<Invoice>).transpose()?.and_then(|i| i.data.exchange_rate))
    }

    /// Memos applied to invoices: what stood on account settles the receivable.
    fn applications(&mut self, days: Days, totals: &mut Totals) -> Result<()> {
        self.dated::<CreditMemoApplication>("effective_date", None, days, &mut |poster, applied| {
            let rate = poster.rate_of(applied.invoice_id.as_deref())?;
            let amount = poster.to_home(applied.amount, &applied.currency, rate, "A credit memo application")?;
            let (account, receivable) = (poster.on_account(None)?, poster.receivable(None)?);
            totals.add(post(&account, &receivable, amount, poster.home)?)
        })
    }

    /// What revenue events put into a period.
    fn revenue(&mut self, period: &str, totals: &mut Totals) -> Result<()> {
        self.paged::<RevenueEventItem>(Filter::eq("accounting_period_id", period), &mut |poster, item| {
            let schedule = poster.schedule_of(&item.revenue_event_id)?;
            let rate = match &schedule.linked_transaction_type {
                Some(kind) if kind == "InvoiceItem" => poster.rate_of_item(schedule.linked_transaction_id.as_deref())?,
                _ => None,
            };
            let number = schedule.number.clone().unwrap_or_default();
            let amount = poster.to_home(item.amount, &item.currency, rate, &number)?;
            let deferred = schedule.deferred_revenue_accounting_code_id.as_deref();
            let deferred = poster.code(deferred, None, AccountingCodeType::DeferredRevenue)?;
            let recognized = schedule.recognized_revenue_accounting_code_id.as_deref();
            let recognized = poster.code(recognized, None, AccountingCodeType::SalesRevenue)?;
            totals.add(post(&deferred, &recognized, amount, poster.home)?)
        })
    }

    /// Journal entries made by hand.
    fn entries(&mut self, period: &str, totals: &mut Totals) -> Result<()> {
        let active = Filter::All(vec![Filter::eq("accounting_period_id", period), Filter::eq("status", "Created")]);
        self.paged::<JournalEntry>(active, &mut |poster, entry| {
            let number = entry.number.clone().unwrap_or_default();
            for item in journal_entry::items(poster.tx, &entry.uid)? {
                let amount = match item.home_currency_amount {
                    Some(home) => home,
                    None => poster.to_home(item.amount, &item.currency, None, &number)?,
                };
                let code = poster.code(Some(&item.accounting_code_id), None, AccountingCodeType::OtherAssets)?;
                totals.side(code, item.r#type == "Debit", amount)?;
            }
            Ok(())
        })
    }

    fn schedule_of(&mut self, event: &str) -> Result<Stored<RevenueSchedule>> {
        let event = records::typed::<RevenueEvent>(self.tx, event)?;
        records::typed::<RevenueSchedule>(self.tx, &event.revenue_schedule_id)
    }

    fn rate_of_item(&mut self, item: Option<&str>) -> Result<Option<Decimal>> {
        let Some(item) = item else { return Ok(None) };
        let Some(record) = nouns::get_by_uid(self.tx, InvoiceItem::descriptor(), item)? else { return Ok(None) };
        let item: Stored<InvoiceItem> = record.typed()?;
        self.rate_of(Some(&item.invoice_id))
    }
}
