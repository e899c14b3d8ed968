//! Sums over billing documents that must agree, for the checks of a live store.

use crate::{Flow, Read};
use accrual_base::Result;

/// One statement that must find nothing: a subject, the amount that is stated, the amount its parts sum to.
#[derive(Clone, Copy, Debug)]
pub struct Agreement {
    sql: &'static str,
}

/// Without tax, an invoice is the sum of its items.
pub const INVOICE_ITEMS: Agreement = Agreement {
    sql: "SELECT i.invoice_number, i.amount_without_tax, CAST(coalesce(s.total, 0) AS BIGINT) FROM invoice i \
          LEFT JOIN (SELECT invoice_id, sum(charge_amount) AS total FROM invoice_item GROUP BY invoice_id) s ON s.invoice_id = i.uid \
          WHERE i.amount_without_tax <> coalesce(s.total, 0)",
};

/// The tax of an invoice is the sum of its tax lines.
pub const INVOICE_TAXES: Agreement = Agreement {
    sql: "SELECT i.invoice_number, i.tax_amount, CAST(coalesce(s.total, 0) AS BIGINT) FROM invoice i \
          LEFT JOIN (SELECT invoice_id, sum(tax_amount) AS total FROM taxation_item GROUP BY invoice_id) s ON s.invoice_id = i.uid \
          WHERE i.tax_amount <> coalesce(s.total, 0)",
};

/// An invoice is its items and their tax.
pub const INVOICE_AMOUNTS: Agreement = Agreement {
    sql: "SELECT invoice_number, amount, amount_without_tax + tax_amount FROM invoice WHERE amount <> amount_without_tax + tax_amount",
};

/// What is open of a posted invoice is its amount less what was paid and credited (reference section 1.10).
pub const INVOICE_BALANCES: Agreement = Agreement {
    sql: "SELECT invoice_number, balance, amount - payment_amount - credit_memo_amount FROM invoice \
          WHERE status = 'Posted' AND balance <> amount - payment_amount - credit_memo_amount",
};

/// What credit memos take off an invoice is the sum of their applications.
pub const APPLIED: Agreement = Agreement {
    sql: "SELECT i.invoice_number, i.credit_memo_amount, CAST(coalesce(s.total, 0) AS BIGINT) FROM invoice i \
          LEFT JOIN (SELECT invoice_id, sum(amount) AS total FROM credit_memo_application GROUP BY invoice_id) s ON s.invoice_id = i.uid \
          WHERE i.credit_memo_amount <> coalesce(s.total, 0)",
};

/// An account owes the open amounts of its posted invoices in its currency.
pub const ACCOUNT_INVOICES: Agreement = Agreement {
    sql: "SELECT a.account_number, a.total_invoice_balance, CAST(coalesce(s.total, 0) AS BIGINT) FROM account a \
          LEFT JOIN (SELECT account_id, currency, sum(balance) AS total FROM invoice WHERE status = 'Posted' GROUP BY account_id, currency) s \
          ON s.account_id = a.uid AND s.currency = a.currency WHERE a.total_invoice_balance <> coalesce(s.total, 0)",
};

/// The parts of a revenue schedule, Open-Ended included, sum to it.
pub const SCHEDULES: Agreement = Agreement {
    sql: "SELECT r.number, r.amount, CAST(coalesce(s.total, 0) AS BIGINT) FROM revenue_schedule r \
          LEFT JOIN (SELECT revenue_schedule_id, sum(amount) AS total FROM revenue_schedule_item GROUP BY revenue_schedule_id) s \
          ON s.revenue_schedule_id = r.uid WHERE r.amount <> coalesce(s.total, 0)",
};

impl Agreement {
    /// Every disagreement: the subject's number, what it states, what its parts sum to; in minor units.
    ///
    /// # Errors
    /// A fault from the database, or whatever the callback returned.
    pub fn broken(&self, tx: &mut dyn Read, each: &mut dyn FnMut(&str, i64, i64)) -> Result<()> {
        tx.scan(self.sql, &[], &mut |row| {
            each(row.opt_text(0)?.unwrap_or("?"), row.int(1)?, row.int(2)?);
            Ok(Flow::Continue)
        })
    }
}
