//! Money, currency, rounding, dates, periods, clock and errors.
//!
//! Nothing here knows of async code, SQL, HTTP or the system clock. Every amount in Accrual is an integer
//! number of minor units with its currency; [`rounding`] is the one place that rounds and the one place
//! that splits.

pub mod calendar;
pub mod clock;
pub mod currency;
pub mod date;
pub mod error;
pub mod field;
pub mod hash;
pub mod rounding;

pub use calendar::{Calendar, Period, PeriodId};
pub use clock::{Clock, FixedClock, Instant};
pub use currency::{Currency, format_minor, parse_minor, push_minor};
pub use date::{DateFormat, Day};
pub use error::{Error, Fault, Place, Rejection, Result};
pub use field::Field;
pub use rust_decimal::Decimal;
