//! What `#[object(…)]` and `#[field(…)]` may say.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, Expr, LitInt, LitStr, Path, Result, Token, bracketed, punctuated::Punctuated};

#[derive(Default)]
pub struct ObjectOptions {
    pub name: Option<LitStr>,
    pub label: Option<LitStr>,
    pub plural: Option<LitStr>,
    pub unique: Vec<LitStr>,
    pub given_id: bool,
    pub text_id: bool,
    pub index: Vec<LitStr>,
    pub rules: Option<Path>,
}

impl ObjectOptions {
    pub fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut out = Self::default();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("object")) {
            attribute.parse_nested_meta(|meta| out.one(&meta))?;
        }
        Ok(out)
    }

    fn one(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        match word(meta)?.as_str() {
            "name" | "table" => once(&mut self.name, meta),
            "label" => once(&mut self.label, meta),
            "plural" => once(&mut self.plural, meta),
            "unique" => {
                self.unique.push(meta.value()?.parse()?);
                Ok(())
            }
            "index" => {
                self.index.push(meta.value()?.parse()?);
                Ok(())
            }
            "given_id" => flag(&mut self.given_id, meta),
            "text_id" => flag(&mut self.text_id, meta),
            "rules" => once(&mut self.rules, meta),
            other => Err(meta
                .error(format!("unknown option `{other}`; an object has name, label, plural, unique, index, given_id, text_id and rules"))),
        }
    }
}

#[derive(Default)]
pub struct FieldOptions {
    pub label: Option<LitStr>,
    pub required: bool,
    pub unique: bool,
    pub filterable: bool,
    pub sortable: bool,
    pub default: Option<Expr>,
    pub min: Option<LitInt>,
    pub max: Option<LitInt>,
    pub digits: Option<LitStr>,
    pub object: Option<LitStr>,
    pub rest: Option<LitStr>,
    pub money: Option<LitStr>,
    pub number: Option<LitStr>,
    pub values: Vec<LitStr>,
    pub reference: Option<LitStr>,
    pub at: Option<LitStr>,
    pub secret: bool,
    pub fixed: bool,
    pub read_only: bool,
    pub json: bool,
}

impl FieldOptions {
    pub fn read(attributes: &[Attribute], span: Span) -> Result<Self> {
        let mut out = Self::default();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("field")) {
            attribute.parse_nested_meta(|meta| out.one(&meta))?;
        }
        out.consistent(span)?;
        Ok(out)
    }

    fn one(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        match word(meta)?.as_str() {
            "label" => once(&mut self.label, meta),
            "required" => flag(&mut self.required, meta),
            "unique" => flag(&mut self.unique, meta),
            "filterable" => flag(&mut self.filterable, meta),
            "sortable" => flag(&mut self.sortable, meta),
            "default" => once(&mut self.default, meta),
            "min" => once(&mut self.min, meta),
            "max" => once(&mut self.max, meta),
            "digits" => once(&mut self.digits, meta),
            "object" => once(&mut self.object, meta),
            "rest" => once(&mut self.rest, meta),
            "money" => once(&mut self.money, meta),
            "number" => once(&mut self.number, meta),
            "values" => {
                let list;
                let value = meta.value()?;
                bracketed!(list in value);
                self.values = Punctuated::<LitStr, Token![,]>::parse_terminated(&list)?.into_iter().collect();
                Ok(())
            }
            "reference" => once(&mut self.reference, meta),
            "at" => once(&mut self.at, meta),
            "secret" => flag(&mut self.secret, meta),
            "fixed" => flag(&mut self.fixed, meta),
            "read_only" => flag(&mut self.read_only, meta),
            "json" => flag(&mut self.json, meta),
            other => Err(meta.error(format!(
                "unknown option `{other}`; a field has label, required, unique, filterable, sortable, default, min, max, digits, values, \
                 reference, at, object, rest, money, number, secret, fixed, read_only and json"
            ))),
        }
    }

    fn consistent(&self, span: Span) -> Result<()> {
        let refuse = |why: &str| Err(Error::new(span, why));
        if self.fixed && self.read_only {
            return refuse("a field is `fixed` (given at creation) or `read_only` (never given), not both");
        }
        if self.secret && (self.filterable || self.sortable || self.unique || self.default.is_some()) {
            return refuse("a `secret` field cannot be filtered, sorted, unique or have a default");
        }
        if self.at.is_some() && self.reference.is_none() {
            return refuse("`at` says which part of a list's elements is the reference: say `reference` too");
        }
        if self.json && (self.sortable || self.unique || !self.values.is_empty() || self.max.is_some()) {
            return refuse("a `json` field cannot be sorted, unique, or have `values` or `max`");
        }
        Ok(())
    }
}

fn word(meta: &ParseNestedMeta<'_>) -> Result<String> {
    meta.path.get_ident().map(ToString::to_string).ok_or_else(|| meta.error("an option is one word"))
}

fn once<T: syn::parse::Parse>(slot: &mut Option<T>, meta: &ParseNestedMeta<'_>) -> Result<()> {
    if slot.is_some() {
        return Err(meta.error("said twice"));
    }
    *slot = Some(meta.value()?.parse()?);
    Ok(())
}

fn flag(slot: &mut bool, meta: &ParseNestedMeta<'_>) -> Result<()> {
    if std::mem::replace(slot, true) {
        return Err(meta.error("said twice"));
    }
    Ok(())
}
