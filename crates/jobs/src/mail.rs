//! The thread that sends the mail of a tenant.

use crate::runner::Inner;
use accrual_app::billing::email;

impl Inner {
    /// Sends what is due, then waits for the bell or the next look. Does nothing in a process without a mail server.
    pub(crate) fn mails(&self) {
        let Some(mailer) = self.tenant.services.mailer.clone() else { return };
        while !self.stopping() {
            let seen = self.tenant.wake.count();
            match email::deliver(&self.tenant, &*mailer, self.tenant.now()) {
                Ok(outcome) if outcome.sent > 0 => continue,
                Ok(_) => {}
                Err(e) => tracing::error!(tenant = %self.tenant.name, error = %e, "mails cannot be sent"),
            }
            self.tenant.wake.wait(seen, self.options.poll);
        }
    }
}
