//! `derive(Object)` and `derive(TextEnum)`: from a plain declaration to a descriptor. Data only; see `accrual-model`.

mod attributes;
mod default;
mod object;
mod text_enum;
mod words;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Turns a struct with named fields into an object.
///
/// On the struct, all optional: `#[object(name = "pob_template", label = "POB Template", table = "…" (same as name),
/// plural = "pob-templates", unique = "a, b", index = "a, b", given_id, text_id, rules = function)]`, where `unique` and `index` may stand several times
/// and `function` is `fn(&Self) -> Vec<Rejection>`.
///
/// On a field: `label`, `unique`, `filterable`, `sortable`, `required` (a text may then not be empty either; every field
/// that is not an `Option` is required anyway), `default = …`, `max = 80`, `values = ["A", "B"]`,
/// `reference = "Organization"` (of a list: what its elements, or their part `at = "…"`, refer to), `secret`, `fixed` (given at creation only), `read_only` (never by a client), `json`.
/// A `Vec` is `json` without saying so. Of a number, `min` and `max` are its bounds, `digits = "13, 9"` those before and
/// after the point of a decimal; `money = "currency"` marks an i64 of minor units; `object = "VATId"` is the object
/// spelling where words do not give it, `rest` the REST one where it does not follow from that; `number = "A"` is the prefix of the number the system gives.
///
/// Doc comments become the descriptor's doc text.
#[proc_macro_derive(Object, attributes(object, field))]
pub fn derive_object(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    object::expand(&input).unwrap_or_else(|e| e.to_compile_error()).into()
}

/// Turns an enum without fields into one stored and shown as text.
///
/// A variant's text is its name as words (`UponBooking` is `Upon Booking`), or what `#[text("…")]` says.
#[proc_macro_derive(TextEnum, attributes(text))]
pub fn derive_text_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    text_enum::expand(&input).unwrap_or_else(|e| e.to_compile_error()).into()
}
