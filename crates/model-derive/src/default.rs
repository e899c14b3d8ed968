//! The default of a field as a value, checked against the field's type as far as a macro can see it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Expr, ExprLit, Lit, Result, Type, UnOp};

/// What a macro can see of a field's type by its last word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Text,
    Bool,
    Int,
    Decimal,
    /// A date or an instant: there is no default to write.
    Time,
    /// A list, hence JSON.
    List,
    /// Something else: an enum, or a structure marked `json`.
    Other,
}

impl Seen {
    pub fn of(ty: &Type) -> Self {
        let Type::Path(path) = ty else { return Self::Other };
        let Some(last) = path.path.segments.last() else { return Self::Other };
        match last.ident.to_string().as_str() {
            "String" => Self::Text,
            "bool" => Self::Bool,
            "i64" | "i32" => Self::Int,
            "Decimal" => Self::Decimal,
            "Day" | "Instant" => Self::Time,
            "Vec" => Self::List,
            "Option" => match &last.arguments {
                syn::PathArguments::AngleBracketed(inner) => match inner.args.first() {
                    Some(syn::GenericArgument::Type(inner)) => Self::of(inner),
                    _ => Self::Other,
                },
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }
}

/// The element type of a list.
pub fn element(ty: &Type) -> Seen {
    let Type::Path(path) = ty else { return Seen::Other };
    match path.path.segments.last().map(|s| &s.arguments) {
        Some(syn::PathArguments::AngleBracketed(inner)) => match inner.args.first() {
            Some(syn::GenericArgument::Type(inner)) => Seen::of(inner),
            _ => Seen::Other,
        },
        _ => Seen::Other,
    }
}

/// `Value::…` for a default.
pub fn value(expr: &Expr, seen: Seen, json: bool) -> Result<TokenStream> {
    let literal = |e: &Expr| match e {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit.clone()),
        _ => None,
    };
    let negative = matches!(expr, Expr::Unary(u) if matches!(u.op, UnOp::Neg(_)));
    let inner = match expr {
        Expr::Unary(u) if negative => &*u.expr,
        other => other,
    };
    match (seen, inner, literal(inner)) {
        _ if json || seen == Seen::List => match inner {
            Expr::Array(list) if list.elems.is_empty() && !negative => {
                Ok(quote!(::accrual_model::Value::Json(::accrual_model::derived::Json::Array(::std::vec::Vec::new()))))
            }
            _ => Err(Error::new_spanned(expr, "the default of a structure can only be the empty list, `[]`")),
        },
        (Seen::Text | Seen::Other, _, Some(Lit::Str(text))) if !negative => Ok(quote!(::accrual_model::Value::from(#text))),
        (Seen::Bool, _, Some(Lit::Bool(flag))) if !negative => Ok(quote!(::accrual_model::Value::Bool(#flag))),
        (Seen::Int, _, Some(Lit::Int(_))) => Ok(quote!(::accrual_model::Value::Int(#expr))),
        (Seen::Decimal, _, Some(Lit::Int(_))) => {
            Ok(quote!(::accrual_model::Value::Decimal(::accrual_model::derived::Decimal::from(#expr as i64))))
        }
        (Seen::Decimal, _, Some(Lit::Float(number))) => {
            let (units, scale) = fraction(number.base10_digits()).ok_or_else(|| Error::new_spanned(expr, "a plain decimal is expected"))?;
            let units = if negative { -units } else { units };
            Ok(quote!(::accrual_model::Value::Decimal(::accrual_model::derived::Decimal::new(#units, #scale))))
        }
        _ => Err(Error::new_spanned(expr, wanted(seen))),
    }
}

fn wanted(seen: Seen) -> &'static str {
    match seen {
        Seen::Text => "the default of a text is a string",
        Seen::Bool => "the default of a bool is true or false",
        Seen::Int => "the default of a whole number is a whole number",
        Seen::Decimal => "the default of a decimal is a number",
        Seen::Time => "dates and instants have no default",
        Seen::List => "the default of a list is `[]`",
        Seen::Other => "the default of an enum is the text of a variant, as a string",
    }
}

/// Digits and scale of a plain decimal.
fn fraction(text: &str) -> Option<(i64, u32)> {
    let (whole, part) = text.split_once('.')?;
    let units = format!("{whole}{part}").parse().ok()?;
    Some((units, u32::try_from(part.len()).ok()?))
}
