//! Invoices, memos, balances and tax as pure functions.
