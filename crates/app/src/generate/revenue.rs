//! Order lines of made-up contracts: subscriptions, licences, support, services and hardware sold together,
//! each line with a discount of its own, so that allocation moves price between them.

use super::catalog::{CHANNELS, COMPANIES, DOLLAR, EURO, FORMS, Money, PRODUCTS, Product, REGIONS, SELLERS, YEN};
use super::random::Random;
use accrual_base::rounding::mul_div;
use accrual_base::{DateFormat, Day, Error, PeriodId, Result, push_minor};
use std::fmt::Write as _;
use std::io::Write;

/// What to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revenue {
    pub lines: u64,
    /// The same seed gives the same file.
    pub seed: u64,
    /// The open period: booking dates lie in it and the two months before.
    pub open: PeriodId,
}

/// The header row: 70 columns, of which 46 are filled.
pub const HEADER: &str = "TYPE,SEC_ATR_VAL,BUSINESS_UNIT,COMPANY_CODE,CUST_NUM,CSTMR_NM,SO_NUM,SO_LINE_NUM,SO_LINE_ID,SO_BOOK_DATE,\
ORIG_SO_LINE_ID,CT_NUM,CT_LINE_NUM,CT_LINE_ID,CT_DATE,CT_MOD_DATE,PO_NUM,QUOTE_NUM,SALES_REP_NAME,INV_NUM,INV_LINE_ID,ORIG_INV_LINE_ID,\
INV_DATE,INV_QTY,CREDIT_RULE,ITEM_NUM,ITEM_DESC,PROD_CTGRY,PROD_CLASS,PROD_FMLY,PROD_LN,ORD_QTY,UNIT_LIST_PRC,UNIT_SELL_PRC,EXT_LST_PRC,\
EXT_SLL_PRC,RET_QTY,DISC_AMT,DISC_PCT,CURR,F_CUR,F_EX_RATE,G_EX_RATE,EX_RATE_DATE,START_DATE,END_DATE,DURATION,TERM,SCHD_SHIP_DT,FV_DATE,\
FCST_DATE,DEF_SEGMENTS,REV_SEGMENTS,AL_ACCOUNT,AR_ACCOUNT,CA_ACCOUNT,UB_LIAB_ACCT,CI_ACCOUNT,SOB_ID,CV_ELIGIBLE_FLAG,FV_ELIGIBLE_FLAG,\
STANDALONE_FLAG,RETURN_FLAG,CANCEL_FLAG,UNBILL_FLAG,SUBSCRP_NAME,RAMP_IDENTIFIER,COST_AMT,ATR1,ATR2";

const FLUSH: usize = 256 << 10;

/// Writes the file.
///
/// # Errors
/// A fault when the writer fails or an amount overflows.
pub fn revenue(options: Revenue, out: &mut impl Write) -> Result<()> {
    let broken = |e| Error::fault_from("writing the generated file", e);
    let mut random = Random::new(options.seed);
    let mut dates = Dates::new(options.open);
    let mut text = String::with_capacity(FLUSH + 4096);
    text.push_str(HEADER);
    text.push('\n');
    let (mut left, mut number) = (options.lines, 0u64);
    while left > 0 {
        number += 1;
        // two to six lines: four on average
        let lines = random.between(2, 6).cast_unsigned().min(left);
        contract(&mut text, number, lines, &mut random, &mut dates)?;
        left -= lines;
        if text.len() >= FLUSH {
            out.write_all(text.as_bytes()).map_err(broken)?;
            text.clear();
        }
    }
    out.write_all(text.as_bytes()).map_err(broken)?;
    out.flush().map_err(broken)
}

fn contract(text: &mut String, number: u64, lines: u64, random: &mut Random, dates: &mut Dates) -> Result<()> {
    let customer = random.between(1, 60_000);
    let mut customer_name = String::new();
    let _ = write!(customer_name, "{} {} {customer}", random.pick(COMPANIES), random.pick(FORMS));
    let seller = random.pick(SELLERS);
    let (region, channel) = (random.pick(REGIONS), random.pick(CHANNELS));
    let money = match random.between(0, 99) {
        0..=79 => &DOLLAR,
        80..=94 => &EURO,
        _ => &YEN,
    };
    let booked = dates.booked(random);
    let first_product = random.between(0, 11).cast_unsigned();
    for line in 1..=lines {
        let at = usize::try_from((first_product + line) % PRODUCTS.len() as u64).unwrap_or(0);
        let product = &PRODUCTS[at];
        let start = booked.plus(random.between(0, 45).try_into().unwrap_or(0));
        let term = i32::try_from(random.between(12, 36)).unwrap_or(12);
        let end = start.plus_months(term).plus(-1);
        let price = Price::of(product, money, random)?;
        // formatting into a string cannot fail
        let _ = write!(text, "SO,,{region},1000,C{customer:07},{customer_name},SO-{number:08},{line},SO-{number:08}-{line},");
        dates.push(text, booked);
        let _ = write!(text, ",,CT-{number:08},,,");
        dates.push(text, booked);
        let _ = write!(text, ",,PO-{:07},Q-{number:08},{seller},,,,,,,", number % 9_999_991);
        for part in
            [product.number, ",\"", product.name, "\",", product.category, ",", product.class, ",", product.family, ",", product.line, ","]
        {
            text.push_str(part);
        }
        let _ = write!(text, "{},", price.quantity);
        for amount in [price.unit_list, price.unit_sell, price.list, price.sell] {
            push_minor(text, amount, money.exponent);
            text.push(',');
        }
        text.push(',');
        push_minor(text, price.list - price.sell, money.exponent);
        let _ = write!(text, ",{},{},USD,{},1,", price.discount, money.code, money.rate);
        for (day, after) in [(booked, ","), (start, ","), (end, ",,")] {
            dates.push(text, day);
            text.push_str(after);
        }
        let _ = writeln!(
            text,
            "{term},,,,{},{},,,,,,,Y,Y,N,N,N,N,S-{number:08},,,{channel},{}",
            product.deferred,
            product.revenue,
            if line == 1 { "Lead" } else { "Add-on" }
        );
    }
    Ok(())
}

/// The amounts of a line, in minor units.
struct Price {
    quantity: i64,
    unit_list: i64,
    unit_sell: i64,
    list: i64,
    sell: i64,
    /// Percent.
    discount: i64,
}

impl Price {
    fn of(product: &Product, money: &Money, random: &mut Random) -> Result<Self> {
        let unit_list = mul_div(product.unit_list, money.per_hundred_dollars, 10_000)?;
        let quantity = random.between(1, product.most);
        let discount = if random.between(0, 3) == 0 { 0 } else { random.between(1, 40) };
        let list = unit_list.checked_mul(quantity).ok_or_else(|| Error::fault("a list price overflows"))?;
        let sell = mul_div(list, 100 - discount, 100)?;
        Ok(Self { quantity, unit_list, unit_sell: mul_div(unit_list, 100 - discount, 100)?, list, sell, discount })
    }
}

/// Dates as text, written once each.
struct Dates {
    first: Day,
    last: Day,
    known: Vec<String>,
}

impl Dates {
    fn new(open: PeriodId) -> Self {
        let (first, last) = (open.plus(-2).start(), open.end());
        Self { first, last, known: Vec::new() }
    }
    fn booked(&self, random: &mut Random) -> Day {
        let days = random.between(0, i64::from(self.last.epoch() - self.first.epoch()));
        self.first.plus(i32::try_from(days).unwrap_or(0))
    }
    fn push(&mut self, text: &mut String, day: Day) {
        let at = usize::try_from(day.epoch() - self.first.epoch()).unwrap_or(0);
        while self.known.len() <= at {
            let next = self.first.plus(i32::try_from(self.known.len()).unwrap_or(0));
            self.known.push(DateFormat::DdMonYyyy.format(next));
        }
        text.push_str(&self.known[at]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_base::Currency;
    use accrual_revenue::fields;
    use accrual_revenue::stage::{StageContext, Validator};
    use accrual_revenue::upload::{Blocks, Parser, Safety, Template};
    use std::collections::BTreeSet;

    fn file(lines: u64, seed: u64) -> String {
        let mut out = Vec::new();
        revenue(Revenue { lines, seed, open: PeriodId(202_401) }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_file() {
        assert_eq!(file(500, 1), file(500, 1));
        assert_ne!(file(500, 1), file(500, 2));
        assert_eq!(file(0, 1).lines().count(), 1);
        assert!(file(500, 1).starts_with(&file(100, 1)[..HEADER.len()]));
    }

    #[test]
    fn every_line_is_a_valid_order_line_of_the_open_period_or_before() {
        let text = file(2000, 42);
        assert_eq!(text.lines().count(), 2001);
        assert_eq!(HEADER.split(',').count(), 70);
        let mut blocks = Blocks::start(text.as_bytes(), b',', 1).unwrap();
        let mut parser = Parser::start(&Template::standard(), Safety::default(), None, &blocks.header().unwrap()).unwrap();
        let mut validator = Validator::new(StageContext::new(Currency::USD, Day::from_ymd(2024, 1, 1)));
        let (mut ids, mut currencies, mut filled) = (BTreeSet::new(), BTreeSet::new(), 0);
        while let Some(block) = blocks.next_block().unwrap() {
            parser
                .block(&block, &mut |line, row| {
                    let mut found = Vec::new();
                    validator.line(row, &mut found);
                    assert!(found.is_empty(), "line {line}: {found:?}");
                    assert!(row.date(fields::SO_BOOK_DATE).unwrap() <= Day::from_ymd(2024, 1, 31));
                    assert!(ids.insert(row.text(fields::SO_LINE_ID).unwrap().to_owned()));
                    currencies.insert(row.text(fields::CURR).unwrap().to_owned());
                    filled = fields::line_fields().fields().iter().filter(|f| row.has(f.id)).count();
                    Ok(())
                })
                .unwrap();
        }
        assert!(parser.errors().is_empty(), "{:?}", parser.errors());
        assert_eq!(ids.len(), 2000);
        assert_eq!(currencies.into_iter().collect::<Vec<_>>(), ["EUR", "JPY", "USD"]);
        assert_eq!(filled, 46);
    }
}
