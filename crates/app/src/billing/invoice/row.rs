//! Rows of documents: the declared fields as a struct, the custom ones behind them.

use accrual_base::Result;
use accrual_model::{Object, Record, Value, Values};
use accrual_store::nouns::lines::NewId;
use std::ops::{Deref, DerefMut};

/// The values of a record as its noun, with custom fields kept as they are.
#[derive(Clone, Debug)]
pub(in crate::billing) struct Row<T> {
    pub data: T,
    custom: Vec<Value>,
}

impl<T: Object> Row<T> {
    /// A row without custom fields.
    pub fn plain(data: T) -> Self {
        Self { data, custom: Vec::new() }
    }

    pub fn of(values: Values) -> Result<Self> {
        let custom = values.iter().skip(T::descriptor().fields.len()).cloned().collect();
        Ok(Self { data: T::from_values(values)?, custom })
    }

    pub fn values(&self) -> Result<Values> {
        let mut values = self.data.to_values()?;
        for (at, value) in self.custom.iter().enumerate() {
            values.set(T::descriptor().fields.len() + at, value.clone());
        }
        Ok(values)
    }
}

impl<T> Deref for Row<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.data
    }
}
impl<T> DerefMut for Row<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.data
    }
}

/// A row that is stored, or is about to be.
#[derive(Clone, Debug)]
pub(in crate::billing) struct Line<T> {
    /// As it was read or written last; nothing of a new one.
    pub record: Option<Record>,
    /// Of a new one, once it is reserved.
    pub id: Option<NewId>,
    pub row: Row<T>,
}

impl<T: Object> Line<T> {
    pub fn new(row: Row<T>) -> Self {
        Self { record: None, id: None, row }
    }

    pub fn stored(record: Record) -> Result<Self> {
        let row = Row::of(record.data.clone())?;
        Ok(Self { record: Some(record), id: None, row })
    }

    /// The text id; empty before one is reserved.
    pub fn uid(&self) -> &str {
        match (&self.record, &self.id) {
            (Some(record), _) => &record.uid,
            (None, Some(id)) => &id.uid,
            (None, None) => "",
        }
    }
}

impl<T> Deref for Line<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.row.data
    }
}
impl<T> DerefMut for Line<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.row.data
    }
}
