//! `derive(TextEnum)`.

use crate::words;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, LitStr, Result};

/// The implementations of `TextEnum`, `FieldValue` and serde's traits (an enum is also used inside structures).
pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "TextEnum is for enums"));
    };
    let ident = &input.ident;
    let (mut variants, mut texts): (Vec<&syn::Ident>, Vec<String>) = (Vec::new(), Vec::new());
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(variant, "a variant of a TextEnum has no fields"));
        }
        let mut text = words::title(&variant.ident.to_string());
        for attribute in variant.attrs.iter().filter(|a| a.path().is_ident("text")) {
            text = attribute.parse_args::<LitStr>()?.value();
        }
        if text.is_empty() || texts.contains(&text) {
            return Err(Error::new_spanned(variant, format!("the text {text:?} is empty or taken")));
        }
        variants.push(&variant.ident);
        texts.push(text);
    }
    if variants.is_empty() {
        return Err(Error::new_spanned(ident, "a TextEnum has at least one variant"));
    }
    Ok(quote! {
        impl ::accrual_model::TextEnum for #ident {
            const ALL: &'static [(Self, &'static str)] = &[#((Self::#variants, #texts)),*];
            const TEXTS: &'static [&'static str] = &[#(#texts),*];
        }
        impl ::accrual_model::FieldValue for #ident {
            fn kind() -> ::accrual_model::FieldType {
                ::accrual_model::FieldType::Text
            }
            fn allowed() -> &'static [&'static str] {
                <Self as ::accrual_model::TextEnum>::TEXTS
            }
            fn to_value(&self) -> ::accrual_model::Value {
                ::accrual_model::Value::from(<Self as ::accrual_model::TextEnum>::text(*self))
            }
            fn from_value(value: ::accrual_model::Value) -> ::std::option::Option<Self> {
                value.as_text().and_then(<Self as ::accrual_model::TextEnum>::named)
            }
        }
        impl ::accrual_model::derived::serde::Serialize for #ident {
            fn serialize<S: ::accrual_model::derived::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(<Self as ::accrual_model::TextEnum>::text(*self))
            }
        }
        impl<'de> ::accrual_model::derived::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::accrual_model::derived::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let text = <::std::string::String as ::accrual_model::derived::serde::Deserialize>::deserialize(deserializer)?;
                <Self as ::accrual_model::TextEnum>::named(&text).ok_or_else(|| {
                    ::accrual_model::derived::serde::de::Error::unknown_variant(&text, <Self as ::accrual_model::TextEnum>::TEXTS)
                })
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(input: &DeriveInput) -> String {
        expand(input).map_or_else(|e| e.to_string(), |_| "accepted".to_owned())
    }

    #[test]
    fn only_plain_variants_with_texts_of_their_own() {
        assert_eq!(
            refusal(&syn::parse_quote!(
                enum E {
                    UponBooking,
                    #[text("Other")]
                    B,
                }
            )),
            "accepted"
        );
        assert!(
            refusal(&syn::parse_quote!(
                enum E {
                    A(i64),
                }
            ))
            .contains("no fields")
        );
        assert!(
            refusal(&syn::parse_quote!(
                enum E {
                    #[text("A")]
                    B,
                    A,
                }
            ))
            .contains("taken")
        );
        assert!(
            refusal(&syn::parse_quote!(
                struct S;
            ))
            .contains("enums")
        );
        assert!(
            refusal(&syn::parse_quote!(
                enum E {}
            ))
            .contains("at least one")
        );
    }
}
