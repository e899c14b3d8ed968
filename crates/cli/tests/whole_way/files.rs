//! The files a revenue team sends in two months, and what they must come to.

use crate::arithmetic::{FEBRUARY, JANUARY, Ledger, YEAR, share};

const ORDERS: &str = "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,SO_BOOK_DATE,ORD_QTY,EXT_LST_PRC,EXT_SLL_PRC,EXT_SSP,CURR,F_CUR,F_EX_RATE,\
                      START_DATE,END_DATE,CV_ELIGIBLE_FLAG\n";

/// January: seven contracts that can be collected, one order booked in February, one line without an item.
pub fn january() -> String {
    let rows = [
        // A: three lines of equal list price, one sold at half of it
        "SO,C1,Acme,SKU,A,A1,10-JAN-2024,1,100.00,100.00,,USD,USD,,01-JAN-2024,31-DEC-2024,Y",
        "SO,C1,Acme,SKU,A,A2,10-JAN-2024,1,100.00,100.00,,USD,USD,,01-JAN-2024,31-DEC-2024,Y",
        "SO,C1,Acme,SKU,A,A3,10-JAN-2024,1,100.00,50.00,,USD,USD,,01-JAN-2024,31-DEC-2024,Y",
        // B: yen, which have no decimals; a term from the middle of a month over the leap day
        "SO,C2,Nippon,SKU,B,B1,15-JAN-2024,4,100000,100000,,JPY,USD,0.0075,15-JAN-2024,14-JAN-2025,Y",
        // C: euro in the books of a dollar company
        "SO,C3,Europa,SKU,C,C1,10-JAN-2024,1,1200.00,1200.00,,EUR,USD,1.1,01-JAN-2024,31-DEC-2024,Y",
        // D: booked in January, begins on the leap day, 365 days
        "SO,C4,Leap,SKU,D,D1,10-JAN-2024,1,365.00,365.00,,USD,USD,,29-FEB-2024,27-FEB-2025,Y",
        // E: one line for nothing beside one that is paid for
        "SO,C5,Gift,SKU,E,E1,10-JAN-2024,1,100.00,0.00,,USD,USD,,01-JAN-2024,31-DEC-2024,Y",
        "SO,C5,Gift,SKU,E,E2,10-JAN-2024,1,100.00,100.00,,USD,USD,,01-JAN-2024,31-DEC-2024,Y",
        // F: a discount line, negative and without a price of its own
        "SO,C6,Discount,SKU,F,F1,10-JAN-2024,1,1000.00,1000.00,,USD,USD,,01-JAN-2024,31-DEC-2024,Y",
        "SO,C6,Discount,SKU,F,F2,10-JAN-2024,1,0.00,-100.00,,USD,USD,,01-JAN-2024,31-DEC-2024,Y",
        // K: prices of its own on the lines, 300 and 100, in place of 100 % of list
        "SO,C9,Price,SKU,K,K1,10-JAN-2024,1,100.00,100.00,300.00,USD,USD,,01-JAN-2024,31-DEC-2024,Y",
        "SO,C9,Price,SKU,K,K2,10-JAN-2024,1,100.00,100.00,100.00,USD,USD,,01-JAN-2024,31-DEC-2024,Y",
        // G: booked in the next month
        "SO,C7,Future,SKU,G,G1,10-FEB-2024,1,366.00,366.00,,USD,USD,,10-FEB-2024,09-FEB-2025,Y",
        // H: its item number is missing
        "SO,C8,Broken,,H,H1,10-JAN-2024,1,366.00,366.00,,USD,USD,,01-JAN-2024,31-DEC-2024,Y",
    ];
    sheet(ORDERS, &rows)
}

/// The broken line, corrected.
pub fn correction() -> String {
    sheet(ORDERS, &["SO,C8,Broken,SKU,H,H1,10-JAN-2024,1,366.00,366.00,,USD,USD,,01-JAN-2024,31-DEC-2024,Y"])
}

/// February: invoices, a price credit, a return and a cancelled invoice.
pub fn february() -> String {
    let head = "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,ORIG_INV_LINE_ID,INV_DATE,INV_NUM,INV_LINE_ID,ORD_QTY,INV_QTY,EXT_LST_PRC,EXT_SLL_PRC,\
                CURR,F_CUR,F_EX_RATE\n";
    let rows = [
        "INV,C1,Acme,SKU,A,A1,,05-FEB-2024,I1,IA1,1,1,100.00,100.00,USD,USD,",
        "CM,C1,Acme,SKU,A,,IA1,06-FEB-2024,M1,MA1,1,1,-20.00,-20.00,USD,USD,",
        "INV,C2,Nippon,SKU,B,B1,,05-FEB-2024,I2,IB1,4,4,100000,100000,JPY,USD,0.0080",
        "CM-R,C2,Nippon,SKU,B,,IB1,20-FEB-2024,R2,RB1,1,1,-25000,-25000,JPY,USD,0.0080",
        "INV,C3,Europa,SKU,C,C1,,05-FEB-2024,I3,IC1,1,1,600.00,600.00,EUR,USD,1.2",
        "INV,C6,Discount,SKU,F,F1,,05-FEB-2024,I6,IF1,1,1,1000.00,1000.00,USD,USD,",
        "CM-C,C6,Discount,SKU,F,,IF1,06-FEB-2024,X6,XF1,1,1,-1000.00,-1000.00,USD,USD,",
    ];
    sheet(head, &rows)
}

fn sheet(head: &str, rows: &[&str]) -> String {
    rows.iter().fold(head.to_owned(), |file, row| file + row + "\n")
}

/// A line of the year 2024: price and carve in minor units.
///
/// A (250.00 over prices of 100 each): 83.33, 83.33 and the last one takes the odd cent, 83.34; less what each was
/// sold for. E (100.00 over 100 and 100): 50.00 each. F (900.00 over 1000 and 0): 900.00 and nothing. K (200.00 over
/// 300 and 100): 150.00 and 50.00.
const YEARS: [(&str, i64, i64); 9] = [
    ("A1", 10_000, 8_333 - 10_000),
    ("A2", 10_000, 8_333 - 10_000),
    ("A3", 5_000, 8_334 - 5_000),
    ("E1", 0, 5_000),
    ("E2", 10_000, 5_000 - 10_000),
    ("F1", 100_000, 90_000 - 100_000),
    ("F2", -10_000, 10_000),
    ("K1", 10_000, 15_000 - 10_000),
    ("K2", 10_000, 5_000 - 10_000),
];

/// Revenue and released carve of a month. The carve follows the revenue of its line, or its days when it has none.
fn month(price: i64, carve: i64, days: i64) -> (i64, i64) {
    let revenue = share(price, days, YEAR);
    let released = if price == 0 { share(carve, days, YEAR) } else { share(carve, revenue, price) };
    (revenue, released)
}

/// What the batch of January must hold: credit less debit by line and account.
pub fn journal_of_january() -> Ledger {
    let mut ledger = Ledger::default();
    for (line, price, carve) in YEARS {
        let (revenue, released) = month(price, carve, JANUARY);
        ledger.revenue(line, revenue);
        // the opening of the carve is one-sided; it balances over the contract
        ledger.credit(line, 'A', carve);
        ledger.release(line, released);
    }
    // 15 to 31 January are 17 days of 366
    ledger.revenue("B1", share(100_000, 17, YEAR));
    ledger.revenue("C1", share(120_000, JANUARY, YEAR));
    // D begins in February, G is booked in February, H is broken
    ledger
}

/// What the batch of February must hold.
pub fn journal_of_february() -> Ledger {
    let mut ledger = Ledger::default();
    for (line, price, carve) in YEARS.into_iter().filter(|(line, ..)| !line.starts_with('A')) {
        let (revenue, released) = month(price, carve, FEBRUARY);
        ledger.revenue(line, revenue);
        ledger.release(line, released);
    }
    credited_contract(&mut ledger);
    // B: a quarter is returned, from the first day on: 75,000 of 100,000, each month rounded for invoice and credit
    let kept = |days| share(100_000, days, YEAR) - share(25_000, days, YEAR);
    ledger.revenue("B1", kept(17) + kept(FEBRUARY) - share(100_000, 17, YEAR));
    ledger.revenue("C1", share(120_000, FEBRUARY, YEAR));
    // D has one day, 29 February: 1.00. G has 20 of 366 days, from 10 to 29 February. H catches up January: 31 + 29 days
    ledger.revenue("D1", 100);
    ledger.revenue("G1", share(36_600, 20, YEAR));
    ledger.revenue("H1", share(36_600, JANUARY, YEAR) + share(36_600, FEBRUARY, YEAR));
    ledger
}

/// A, after a credit of 20.00 on A1: 230.00 over three equal prices are 76.67, 76.67 and 76.66. Everything since the
/// first day is computed anew; what January has posted stands, so February takes the difference.
fn credited_contract(ledger: &mut Ledger) {
    let credited = |days| share(10_000, days, YEAR) - share(2_000, days, YEAR);
    let plain = |price, days| share(price, days, YEAR);
    let after = [
        ("A1", 8_000, 7_667 - 8_000, [credited(JANUARY), credited(FEBRUARY)]),
        ("A2", 10_000, 7_667 - 10_000, [plain(10_000, JANUARY), plain(10_000, FEBRUARY)]),
        ("A3", 5_000, 7_666 - 5_000, [plain(5_000, JANUARY), plain(5_000, FEBRUARY)]),
    ];
    for (line, price, carve, revenue) in after {
        let (_, before_price, before_carve) = YEARS.into_iter().find(|(name, ..)| *name == line).unwrap();
        let (booked, released) = month(before_price, before_carve, JANUARY);
        ledger.revenue(line, revenue[0] + revenue[1] - booked);
        ledger.credit(line, 'A', carve - before_carve);
        let release = share(carve, revenue[0], price) + share(carve, revenue[1], price);
        ledger.release(line, release - released);
    }
}

/// Functional dollars of the batches: `(line, January, February)`, credit less debit on revenue, in cents.
///
/// B: January at the order's rate 0.0075; in February that is taken back at the same rate, and two months of the
/// invoice less the return come in at 0.0080. C: the same with 1.1 and 1.2; the invoice of 600.00 covers January and
/// February, because bills take the schedule from its beginning.
pub fn functional_revenue() -> [(&'static str, i64, i64); 2] {
    // yen to cents: a hundred cents a dollar
    let ordered = share(share(100_000, 17, YEAR) * 100, 75, 10_000);
    let billed = share((share(100_000, 17, YEAR) + share(100_000, FEBRUARY, YEAR)) * 100, 80, 10_000);
    let returned = share((share(25_000, 17, YEAR) + share(25_000, FEBRUARY, YEAR)) * 100, 80, 10_000);
    let euro = |days| share(120_000, days, YEAR);
    let euro_ordered = share(euro(JANUARY), 11, 10);
    let euro_billed = share(euro(JANUARY) + euro(FEBRUARY), 12, 10);
    [("B1", ordered, billed - returned - ordered), ("C1", euro_ordered, euro_billed - euro_ordered)]
}

/// Contractual total and carve of every line after February, in minor units.
pub const TOTALS: [(&str, i64, i64); 14] = [
    ("A1", 8_000, -333),
    ("A2", 10_000, -2_333),
    ("A3", 5_000, 2_666),
    ("B1", 75_000, 0),
    ("C1", 120_000, 0),
    ("D1", 36_500, 0),
    ("E1", 0, 5_000),
    ("E2", 10_000, -5_000),
    ("F1", 100_000, -10_000),
    ("F2", -10_000, 10_000),
    ("G1", 36_600, 0),
    ("H1", 36_600, 0),
    ("K1", 10_000, 5_000),
    ("K2", 10_000, -5_000),
];
