//! Draft, posted, canceled, deleted (reference section 1.4).

use super::{Context, Invoice, Status, Transfer};
use crate::field::{REVERSAL, STATUS, TRANSFER};
use crate::limits;
use accrual_base::{Day, Result};

/// What posting needs to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Post {
    /// A new invoice date; the due date is recomputed with it.
    pub date: Option<Day>,
    /// An outside tax engine has not answered yet.
    pub tax_pending: bool,
}

/// Posts a draft.
///
/// # Errors
/// Rejects any other status (59210020), a date in a closed period, tax that is not complete, and a negative total.
pub fn post(invoice: &mut Invoice, how: Post, context: &Context<'_>) -> Result<()> {
    if invoice.status != Status::Draft {
        return Err(STATUS.invalid("Only an invoice in Draft can be posted.").with_value(invoice.status.name()));
    }
    if how.tax_pending {
        return Err(STATUS.rule("The tax of the invoice is not complete; wait for the tax engine or correct the tax."));
    }
    invoice.refuse_negative()?;
    let date = how.date.unwrap_or(invoice.date);
    context.check_date(date)?;
    if how.date.is_some() {
        (invoice.date, invoice.due) = (date, context.term.due_date(date)?);
    }
    invoice.status = Status::Posted;
    Ok(())
}

/// Cancels a draft. Answers true when its size makes it a job: the status is then CancelInProgress until the job calls again.
///
/// # Errors
/// Rejects any other status.
pub fn cancel(invoice: &mut Invoice) -> Result<bool> {
    match invoice.status {
        Status::Draft if invoice.items.len() >= limits::POST_AS_JOB => {
            invoice.status = Status::CancelInProgress;
            Ok(true)
        }
        Status::Draft | Status::CancelInProgress => {
            invoice.status = Status::Canceled;
            Ok(false)
        }
        other => Err(STATUS.rule("Only an invoice in Draft can be canceled.").with_value(other.name())),
    }
}

/// What unposting needs to know of the world around the invoice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unpost {
    /// Tenant and user may cancel posted billing documents.
    pub permitted: bool,
    /// No later invoice of the account.
    pub latest_of_account: bool,
    /// A credit or debit memo that is not canceled was made from it.
    pub memo_made: bool,
    /// Revenue is recognised in a closed period and the accounting rule forbids unposting then.
    pub revenue_closed: bool,
    /// An e-invoice was issued and is not canceled.
    pub e_invoice: bool,
}

/// Turns a posted invoice into a draft again.
///
/// # Errors
/// Rejects any other status, a reversed invoice, and every guard of the reference: permission, a later invoice, anything
/// applied, a memo made from it, recognised revenue, an e-invoice.
pub fn unpost(invoice: &mut Invoice, facts: Unpost) -> Result<()> {
    let refuse = |why: &str| Err(STATUS.rule(why));
    if invoice.status != Status::Posted {
        return Err(STATUS.rule("Only a posted invoice can be unposted.").with_value(invoice.status.name()));
    }
    if invoice.reversed {
        return refuse("A reversed invoice cannot be unposted.");
    }
    if !facts.permitted {
        return Err(accrual_base::Error::rejected(
            accrual_base::error::Kind::Forbidden,
            "59210010",
            "Unposting needs the permission Cancel Posted Billing Document, for the tenant and the user.",
        ));
    }
    if !facts.latest_of_account {
        return refuse("Only the latest invoice of the account can be unposted; reverse this one instead.");
    }
    if invoice.is_settled() {
        return refuse("Payments or credit memos are applied to the invoice; unapply them first.");
    }
    if facts.memo_made {
        return refuse("A credit or debit memo was made from the invoice; cancel it first.");
    }
    if facts.revenue_closed {
        return refuse("Revenue of the invoice is recognised in a closed accounting period; reverse the invoice instead.");
    }
    if facts.e_invoice {
        return refuse("The e-invoice of the invoice must be canceled first.");
    }
    invoice.status = Status::Draft;
    Ok(())
}

/// Checks that an invoice may be deleted. Answers true when its size makes it a job.
///
/// # Errors
/// Rejects every status but Canceled.
pub fn check_delete(invoice: &Invoice) -> Result<bool> {
    if invoice.status != Status::Canceled {
        return Err(STATUS.rule("Only a canceled invoice can be deleted.").with_value(invoice.status.name()));
    }
    Ok(invoice.items.len() >= limits::DELETE_AS_JOB)
}

/// Checks a change of the transfer flag: `No` is not among the values that can be set, and away from `Yes` only with the
/// permission to override.
///
/// # Errors
/// As described.
pub fn check_transfer_change(from: Transfer, to: Transfer, may_override: bool) -> Result<()> {
    if to == Transfer::No && from != Transfer::No {
        return Err(TRANSFER.invalid("The transfer status can be set to Processing, Yes, Error or Ignore.").with_value(to.name()));
    }
    if from == Transfer::Yes && to != Transfer::Yes && !may_override {
        let why = "The document was transferred; changing that needs the permission Override Transferred to Accounting.";
        return Err(TRANSFER.rule(why).with_value(to.name()));
    }
    Ok(())
}

impl Invoice {
    /// Refuses what only a posted, unreversed invoice allows.
    pub(super) fn check_posted(&self, what: &str) -> Result<()> {
        if self.status != Status::Posted {
            return Err(STATUS.rule(format!("Only a posted invoice can be {what}.")).with_value(self.status.name()));
        }
        if self.reversed {
            return Err(REVERSAL.rule("The invoice is reversed already and cannot be changed any more."));
        }
        Ok(())
    }
}
