//! How much a request or a document may hold (reference sections 1.1, 1.2, 1.6 to 1.8).

/// Digits an amount may have left of the decimal point (section 4.4): sums of a document then stay far from 64 bits.
pub const DIGITS: u32 = 13;
/// Items of one invoice, and of all invoices of one batch request.
pub const ITEMS: usize = 1_000;
/// Invoices of one batch create, update or post.
pub const BATCH: usize = 50;
/// Tax items a caller may send with an item.
pub const TAX_ITEMS: usize = 5;
/// Discounts of an item.
pub const DISCOUNT_ITEMS: usize = 10;
/// Custom exchange rates of a document.
pub const CUSTOM_RATES: usize = 2;
/// Lines (items, discounts and tax lines together) a synchronous reversal or write-off may have.
pub const MEMO_LINES: usize = 2_000;
/// Lines an asynchronous reversal may have.
pub const MEMO_LINES_ASYNC: usize = 50_000;
/// Fewest and most parts of a split.
pub const SPLIT_PARTS: std::ops::RangeInclusive<usize> = 2..=50;
/// Items from which posting and cancelling run as a job.
pub const POST_AS_JOB: usize = 1_000;
/// Items from which deleting runs as a job.
pub const DELETE_AS_JOB: usize = 100;
/// Independent taxes a row of a tax code may carry.
pub const TAXES_PER_ROW: usize = 3;
/// Products of item counts up to which a credit memo is spread by proration; above it FIFO is used (section 2.7).
pub const PRORATION_SIZE: u64 = 15_000;
