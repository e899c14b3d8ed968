//! How the contacts of a document are given (reference section 1.2).

use crate::field::{BILL_TO, SHIP_TO, SHIP_TO_SAME, SOLD_TO, SOLD_TO_SAME};
use accrual_base::{Field, Result};

/// Which of the forms of one contact a request carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// By the id of a contact of the account.
    pub by_id: bool,
    /// Inline: a new contact of the account.
    pub inline: bool,
    /// "Same as bill-to" is true.
    pub same_as_bill_to: bool,
}

/// The three contacts of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contacts {
    pub bill_to: Given,
    pub sold_to: Given,
    pub ship_to: Given,
}

impl Contacts {
    /// Checks that each contact is given in one way only.
    ///
    /// # Errors
    /// Rejects id and inline form together, "same as" together with a contact of its own, and "same as" without a bill-to.
    pub fn check(&self) -> Result<()> {
        let pairs: [(&Field, &Given); 3] = [(&BILL_TO, &self.bill_to), (&SOLD_TO, &self.sold_to), (&SHIP_TO, &self.ship_to)];
        for (field, given) in pairs {
            if given.by_id && given.inline {
                return Err(field.invalid("Give the contact by its id or inline, not both."));
            }
        }
        for (field, given) in [(&SOLD_TO_SAME, &self.sold_to), (&SHIP_TO_SAME, &self.ship_to)] {
            if given.same_as_bill_to && (given.by_id || given.inline) {
                return Err(field.invalid("The contact is either the same as the bill-to contact or has its own, not both."));
            }
            if given.same_as_bill_to && !self.bill_to.by_id && !self.bill_to.inline {
                return Err(field.invalid("The contact cannot be the same as the bill-to contact when none is given."));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_a_contact() {
        let (id, inline) = (Given { by_id: true, ..Given::default() }, Given { inline: true, ..Given::default() });
        let same = Given { same_as_bill_to: true, ..Given::default() };
        let none = Given::default();
        for (bill_to, sold_to, ship_to, refused) in [
            (none, none, none, None),
            (id, same, same, None),
            (inline, id, inline, None),
            (Given { inline: true, ..id }, none, none, Some("billToContact")),
            (id, Given { same_as_bill_to: true, ..id }, none, Some("soldToSameAsBillTo")),
            (none, none, same, Some("shipToSameAsBillTo")),
        ] {
            let found = Contacts { bill_to, sold_to, ship_to }.check().err();
            assert_eq!(found.and_then(|e| e.rejection().and_then(|r| r.place.column.clone())).as_deref(), refused);
        }
    }
}
