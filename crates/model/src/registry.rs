//! All objects there are, by name.

use crate::{Descriptor, suggest};
use accrual_base::{Error, Result};
use std::sync::Arc;

/// The objects of a tenant: those declared in code, and those an administrator added.
#[derive(Clone, Debug, Default)]
pub struct Registry(Vec<Arc<Descriptor>>);

impl Registry {
    /// Adds an object, or replaces the one of that name (a declared one with custom fields).
    ///
    /// # Errors
    /// A rejection when the descriptor is not sound.
    pub fn add(&mut self, descriptor: impl Into<Arc<Descriptor>>) -> Result<()> {
        let descriptor = descriptor.into();
        descriptor.sound()?;
        match self.0.iter_mut().find(|d| d.names.table == descriptor.names.table) {
            Some(old) => *old = descriptor,
            None => self.0.push(descriptor),
        }
        Ok(())
    }

    /// An object by its name in any dialect, or by the plural of its path.
    pub fn get(&self, name: &str) -> Option<&Arc<Descriptor>> {
        self.0.iter().find(|d| d.names.is(name) || d.plural == name)
    }

    /// An object that must exist.
    ///
    /// # Errors
    /// Not found, with names that look like it.
    pub fn find(&self, name: &str) -> Result<&Arc<Descriptor>> {
        self.get(name).ok_or_else(|| {
            let names = || self.0.iter().map(|d| &*d.names.table);
            let hint = match suggest::close(name, names()).as_slice() {
                [] => format!("The objects are {}.", suggest::list(names())),
                near => format!("Did you mean {}?", suggest::list_or(near)),
            };
            Error::not_found("object.unknown", format!("There is no object {name:?}. {hint}"))
        })
    }

    /// In the order they were added.
    pub fn iter(&self) -> std::slice::Iter<'_, Arc<Descriptor>> {
        self.0.iter()
    }

    /// Fields of any object that refer to `target`, by themselves or by their elements.
    pub fn referrers<'r>(&'r self, target: &'r Descriptor) -> impl Iterator<Item = (&'r Arc<Descriptor>, usize)> {
        self.0.iter().flat_map(move |d| {
            let to_target = |f: &crate::Field| f.reference().is_some_and(|(to, _)| *to == target.names.table);
            d.fields.iter().enumerate().filter(move |(_, f)| to_target(f)).map(move |(at, _)| (d, at))
        })
    }

    /// Checks that every reference has a target, and that those by key name one with a fixed unique field.
    ///
    /// # Errors
    /// A rejection `object.descriptor` that names the field.
    pub fn sound(&self) -> Result<()> {
        for (descriptor, field) in self.0.iter().flat_map(|d| d.fields.iter().map(move |f| (d, f))) {
            let Some((to, by)) = field.reference() else { continue };
            let target = self.0.iter().find(|d| d.names.table == *to);
            let key_is_fixed = |d: &Arc<Descriptor>| d.key().is_some_and(|at| !d.fields[at].updatable());
            let why = match target {
                None => "which is no object",
                Some(d) if by == crate::ReferenceBy::Key && !d.text_id && !key_is_fixed(d) => {
                    "whose key is not unique and fixed at creation"
                }
                Some(_) => continue,
            };
            let message = format!("{}: field {} refers to {to:?}, {why}.", descriptor.names.table, field.names.table);
            return Err(Error::invalid("object.descriptor", message));
        }
        Ok(())
    }
}
