//! Operations of the billing interface by family, one file each: handlers with their rows.

pub mod accounting_codes;
pub mod accounting_periods;
pub mod accounts;
pub mod attachments;
pub mod catalog;
pub mod catalog_charge;
pub mod catalog_groups;
pub mod commerce;
pub mod contacts;
pub mod exchange_rates;
pub mod files;
pub mod finance_settings;
pub mod invoice_files;
pub mod invoices;
pub mod journal_entries;
pub mod revenue_items;
pub mod revenue_schedules;
pub mod sequence_sets;
pub mod taxation_items;
