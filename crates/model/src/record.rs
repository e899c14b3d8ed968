//! A stored thing: its values and what the store knows about it.

use crate::{Descriptor, Object, Values, validate};
use accrual_base::{Instant, Result};
use std::ops::{Deref, DerefMut};

/// A record with its identity. `T` is a typed noun, or [`Values`] in generic code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored<T> {
    /// The number of the row.
    pub id: i64,
    /// The id clients know, of objects with text ids; otherwise empty.
    pub uid: String,
    /// Counts up with every change, from 1. An update may name the one it saw.
    pub version: i64,
    pub created_by: String,
    pub created_at: Instant,
    pub updated_by: String,
    pub updated_at: Instant,
    pub data: T,
}

/// A record of any object.
pub type Record = Stored<Values>;

/// Who writes, and when; from the unit of work.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    pub actor: &'a str,
    pub now: Instant,
}

/// A record that is not stored yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The id it must get; from the sequence when nothing.
    pub id: Option<i64>,
    pub values: Values,
}

impl Draft {
    /// A typed noun, checked as a client's input would be.
    ///
    /// # Errors
    /// What [`validate::check`] finds.
    pub fn of<T: Object>(id: Option<i64>, data: &T) -> Result<Self> {
        let values = data.to_values()?;
        validate::check(T::descriptor(), &values)?;
        Ok(Self { id, values })
    }
}

impl<T> Stored<T> {
    /// What clients and audit rows call it: the text id, otherwise the integer.
    pub fn public_id(&self) -> String {
        if self.uid.is_empty() { self.id.to_string() } else { self.uid.clone() }
    }
    /// The same identity with other data.
    pub fn with<U>(self, data: U) -> Stored<U> {
        Stored {
            id: self.id,
            uid: self.uid,
            version: self.version,
            created_by: self.created_by,
            created_at: self.created_at,
            updated_by: self.updated_by,
            updated_at: self.updated_at,
            data,
        }
    }
}

impl Record {
    /// The record as its typed noun.
    ///
    /// # Errors
    /// As [`Object::from_values`].
    pub fn typed<T: Object>(mut self) -> Result<Stored<T>> {
        let data = T::from_values(std::mem::take(&mut self.data))?;
        Ok(self.with(data))
    }
    /// The text people call it by: the value of its first unique field, otherwise its id.
    pub fn title(&self, descriptor: &Descriptor) -> String {
        let key = descriptor.key().and_then(|at| self.data[at].as_text());
        let id = || if descriptor.text_id { self.uid.clone() } else { self.id.to_string() };
        key.map_or_else(id, str::to_owned)
    }
}

impl<T> Deref for Stored<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.data
    }
}
impl<T> DerefMut for Stored<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.data
    }
}
