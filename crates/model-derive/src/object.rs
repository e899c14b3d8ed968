//! `derive(Object)`.

use crate::attributes::{FieldOptions, ObjectOptions};
use crate::default::{self, Seen};
use crate::words;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, Ident, Result, Type};

/// A field as declared.
struct Declared<'a> {
    ident: &'a Ident,
    name: String,
    ty: &'a Type,
    docs: String,
    options: FieldOptions,
    seen: Seen,
    json: bool,
}

/// The implementation of `Object`.
pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let options = ObjectOptions::read(&input.attrs)?;
    let fields = declared(input)?;
    let ident = &input.ident;
    let descriptor = descriptor(ident, input, &options, &fields)?;
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for (at, field) in fields.iter().enumerate() {
        let (name, ty) = (field.ident, field.ty);
        let span = ty.span();
        if field.json {
            reads.push(quote_spanned!(span=> #name: ::accrual_model::derived::json_from::<#ty>(descriptor, &mut values, #at)?));
            writes.push(quote_spanned!(span=> ::accrual_model::derived::json_into(&self.#name)?));
        } else {
            reads.push(quote_spanned!(span=> #name: ::accrual_model::derived::take::<#ty>(descriptor, &mut values, #at)?));
            writes.push(quote_spanned!(span=> <#ty as ::accrual_model::FieldValue>::to_value(&self.#name)));
        }
    }
    Ok(quote! {
        impl ::accrual_model::Object for #ident {
            fn descriptor() -> &'static ::accrual_model::Descriptor {
                static DESCRIPTOR: ::accrual_model::derived::OnceLock<::accrual_model::Descriptor> = ::accrual_model::derived::OnceLock::new();
                DESCRIPTOR.get_or_init(|| #descriptor)
            }
            fn from_values(mut values: ::accrual_model::Values) -> ::accrual_model::derived::Result<Self> {
                let descriptor = <Self as ::accrual_model::Object>::descriptor();
                ::std::result::Result::Ok(Self { #(#reads),* })
            }
            fn to_values(&self) -> ::accrual_model::derived::Result<::accrual_model::Values> {
                ::std::result::Result::Ok([#(#writes),*].into_iter().collect())
            }
        }
    })
}

fn declared(input: &DeriveInput) -> Result<Vec<Declared<'_>>> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "an object is a struct; for an enum derive TextEnum"));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "an object is a struct with named fields"));
    };
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(&input.generics, "an object has no type parameters"));
    }
    let mut out = Vec::new();
    for field in &named.named {
        let Some(ident) = &field.ident else { continue };
        let options = FieldOptions::read(&field.attrs, ident.span())?;
        let seen = Seen::of(&field.ty);
        let json = options.json || seen == Seen::List;
        if json && seen == Seen::List && (options.sortable || options.unique || !options.values.is_empty()) {
            return Err(Error::new_spanned(ident, "a list is JSON: it cannot be sorted, unique, or have `values`"));
        }
        out.push(Declared { ident, name: ident.unraw().to_string(), ty: &field.ty, docs: words::docs(&field.attrs), options, seen, json });
    }
    if out.is_empty() {
        return Err(Error::new_spanned(&input.ident, "an object has at least one field"));
    }
    Ok(out)
}

fn descriptor(ident: &Ident, input: &DeriveInput, options: &ObjectOptions, fields: &[Declared<'_>]) -> Result<TokenStream> {
    let name = options.name.as_ref().map_or_else(|| words::snake(&ident.to_string()), syn::LitStr::value);
    let label = options.label.as_ref().map_or_else(|| words::title(&ident.to_string()), syn::LitStr::value);
    let plural = options.plural.as_ref().map_or_else(|| words::plural(&name), syn::LitStr::value);
    let doc = words::docs(&input.attrs);
    let (given_id, text_id) = (options.given_id, options.text_id);
    let rules = options.rules.as_ref().map(|rules| {
        quote_spanned! {rules.span()=>
            descriptor.rules = ::std::option::Option::Some(|values| match <#ident as ::accrual_model::Object>::from_values(values.clone()) {
                ::std::result::Result::Ok(object) => {
                    let rules: fn(&#ident) -> ::std::vec::Vec<::accrual_model::Rejection> = #rules;
                    rules(&object)
                }
                ::std::result::Result::Err(::accrual_model::derived::Error::Rejected(why)) => ::std::vec![*why],
                ::std::result::Result::Err(_) => ::std::vec::Vec::new(),
            });
        }
    });
    let built = fields.iter().map(|f| field(f)).collect::<Result<Vec<_>>>()?;
    let unique = keys(options, fields)?;
    let indexes = options.index.iter().map(|key| key_fields(key, fields)).collect::<Result<Vec<_>>>()?;
    Ok(quote! {{
        let mut descriptor = ::accrual_model::Descriptor::new(#name, #label);
        descriptor.plural = ::accrual_model::Text::Borrowed(#plural);
        descriptor.doc = ::accrual_model::Text::Borrowed(#doc);
        descriptor.given_id = #given_id;
        descriptor.text_id = #text_id;
        descriptor.indexes = ::std::vec![#(::std::vec![#(::accrual_model::Text::Borrowed(#indexes)),*]),*];
        descriptor.fields = ::std::vec![#(#built),*];
        descriptor.unique = ::std::vec![#(::std::vec![#(::accrual_model::Text::Borrowed(#unique)),*]),*];
        #rules
        descriptor
    }})
}

/// Sets of fields no two records share, each checked to exist.
fn keys(options: &ObjectOptions, fields: &[Declared<'_>]) -> Result<Vec<Vec<String>>> {
    let mut out: Vec<Vec<String>> = fields.iter().filter(|f| f.options.unique).map(|f| vec![f.name.clone()]).collect();
    for key in &options.unique {
        let names = key_fields(key, fields)?;
        if !out.contains(&names) {
            out.push(names);
        }
    }
    Ok(out)
}

/// The fields of a key written `"a, b"`.
fn key_fields(key: &syn::LitStr, fields: &[Declared<'_>]) -> Result<Vec<String>> {
    let names: Vec<String> = key.value().split(',').map(|n| n.trim().to_owned()).collect();
    match names.iter().find(|n| !fields.iter().any(|f| f.name == **n)) {
        Some(wrong) => Err(Error::new_spanned(key, format!("there is no field `{wrong}`"))),
        None => Ok(names),
    }
}

/// Bounds, digits, spelling and numbering of a field.
fn details(declared: &Declared<'_>, set: &mut Vec<TokenStream>) -> Result<()> {
    let Declared { name, ty, options, seen, .. } = declared;
    let number = matches!(seen, Seen::Int | Seen::Decimal);
    let decimal = |n: &syn::LitInt| quote!(::std::option::Option::Some(::accrual_model::derived::Decimal::from(#n as i64)));
    match (&options.max, seen) {
        (None, _) => {}
        (Some(max), Seen::Text) => set.push(quote!(field.max = ::std::option::Option::Some(#max);)),
        (Some(max), _) if number => {
            let max = decimal(max);
            set.push(quote!(field.range.most = #max;));
        }
        _ => return Err(Error::new_spanned(ty, "`max` is the length of a String or the greatest value of a number")),
    }
    if let Some(min) = &options.min {
        if !number {
            return Err(Error::new_spanned(ty, "`min` is the least value of a number"));
        }
        let min = decimal(min);
        set.push(quote!(field.range.least = #min;));
    }
    if let Some(digits) = &options.digits {
        let text = digits.value();
        let parts = text.split_once(',').and_then(|(a, b)| Some((a.trim().parse::<u32>().ok()?, b.trim().parse::<u32>().ok()?)));
        let Some((before, after)) = parts.filter(|_| *seen == Seen::Decimal) else {
            return Err(Error::new_spanned(digits, "`digits` are those of a Decimal before and after its point: \"13, 9\""));
        };
        set.push(quote!(field.digits = ::std::option::Option::Some((#before, #after));));
    }
    if let Some(object) = &options.object {
        set.push(quote!(field.names = ::accrual_model::Names::spelt(#name, #object);));
    }
    if let Some(rest) = &options.rest {
        set.push(quote!(field.names.rest = ::accrual_model::Text::Borrowed(#rest);));
    }
    if let Some(prefix) = &options.number {
        if *seen != Seen::Text || !options.unique {
            return Err(Error::new_spanned(prefix, "a `number` is a unique String"));
        }
        set.push(quote! {
            field.numbering = ::std::option::Option::Some(::accrual_model::Numbering { prefix: ::accrual_model::Text::Borrowed(#prefix) });
        });
    }
    Ok(())
}

fn field(declared: &Declared<'_>) -> Result<TokenStream> {
    let Declared { name, ty, docs, options, seen, json, .. } = declared;
    let label = options.label.as_ref().map_or_else(|| words::sentence(name), syn::LitStr::value);
    let span = ty.span();
    let mut set = Vec::new();
    let kind =
        if *json { quote!(::accrual_model::FieldType::Json) } else { quote_spanned!(span=> <#ty as ::accrual_model::FieldValue>::kind()) };
    let kind = match &options.money {
        Some(currency) if *seen == Seen::Int => {
            quote!(::accrual_model::FieldType::Money { currency: ::accrual_model::Text::Borrowed(#currency) })
        }
        Some(currency) => return Err(Error::new_spanned(currency, "an amount of money is an i64 of minor units")),
        None => kind,
    };
    let kind = match (&options.reference, options.secret) {
        (Some(_), false) if *json => kind,
        (Some(target), false) => {
            let to = words::snake(&target.value());
            quote_spanned!(span=> match <#ty as ::accrual_model::FieldValue>::REFERENCE {
                ::std::option::Option::Some(by) => ::accrual_model::FieldType::Reference { to: ::accrual_model::Text::Borrowed(#to), by },
                ::std::option::Option::None => #kind,
            })
        }
        (Some(target), true) => return Err(Error::new_spanned(target, "a reference is not a secret")),
        (None, true) if *seen == Seen::Text => quote!(::accrual_model::FieldType::Secret),
        (None, true) => return Err(Error::new_spanned(ty, "a secret is a String")),
        (None, false) => kind,
    };
    if options.at.is_some() && *seen != Seen::List {
        return Err(Error::new_spanned(ty, "`at` is for the elements of a Vec"));
    }
    if let (Some(target), Seen::List) = (&options.reference, seen) {
        let to = words::snake(&target.value());
        let by = match (&options.at, default::element(ty)) {
            (Some(_), Seen::Other) | (None, Seen::Text) => quote!(Key),
            (None, Seen::Int) => quote!(Id),
            _ => return Err(Error::new_spanned(ty, "a list of references is a Vec<i64>, a Vec<String>, or a Vec of structs with `at`")),
        };
        let at = match &options.at {
            Some(part) => quote!(::std::option::Option::Some(::accrual_model::Text::Borrowed(#part))),
            None => quote!(::std::option::Option::None),
        };
        set.push(quote! {
            field.elements = ::std::option::Option::Some(::accrual_model::Elements {
                to: ::accrual_model::Text::Borrowed(#to),
                by: ::accrual_model::ReferenceBy::#by,
                at: #at,
            });
        });
    }
    if options.reference.is_some() && !matches!(seen, Seen::Text | Seen::Int | Seen::List) {
        return Err(Error::new_spanned(ty, "a reference is an i64 (by id) or a String (by key)"));
    }
    if *json {
        let optional = is_option(ty);
        set.push(quote!(field.required = !#optional;));
        set.push(quote_spanned!(span=> field.shape = ::std::option::Option::Some(::accrual_model::derived::json_shape::<#ty>);));
    } else {
        let required = options.required;
        set.push(quote_spanned!(span=> field.required = #required || !<#ty as ::accrual_model::FieldValue>::OPTIONAL;));
        let values = &options.values;
        set.push(if values.is_empty() {
            quote_spanned!(span=> field.allowed = <#ty as ::accrual_model::FieldValue>::allowed().iter().map(|v| ::accrual_model::Text::Borrowed(*v)).collect();)
        } else if *seen == Seen::Text {
            quote!(field.allowed = ::std::vec![#(::accrual_model::Text::Borrowed(#values)),*];)
        } else {
            return Err(Error::new_spanned(ty, "`values` are the texts of a String; for a closed set derive TextEnum on an enum"));
        });
    }
    for (on, name) in [(options.filterable || options.unique, "filterable"), (options.sortable, "sortable"), (options.unique, "unique")] {
        let name = Ident::new(name, proc_macro2::Span::call_site());
        if on {
            set.push(quote!(field.#name = true;));
        }
    }
    details(declared, &mut set)?;
    if let Some(expr) = &options.default {
        let value = default::value(expr, *seen, *json)?;
        set.push(quote!(field.default = ::std::option::Option::Some(#value);));
    }
    if options.fixed {
        set.push(quote!(field.access = ::accrual_model::Access::Fixed;));
    }
    if options.read_only {
        set.push(quote!(field.access = ::accrual_model::Access::System;));
    }
    Ok(quote! {{
        let mut field = ::accrual_model::Field::new(#name, #label, #kind);
        field.doc = ::accrual_model::Text::Borrowed(#docs);
        #(#set)*
        field
    }})
}

fn is_option(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == "Option"))
}

#[cfg(test)]
mod tests;
