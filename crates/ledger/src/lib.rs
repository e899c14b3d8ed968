//! Accounting periods, accounting codes, trial balances and Finance revenue schedules as pure functions.
