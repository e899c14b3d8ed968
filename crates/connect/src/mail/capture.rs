//! A mailer that keeps what it is given: for tests, and to try things out.

use super::compose::compose;
use super::{Mail, Mailer, Undelivered};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Keeps every mail, and the message that would have been sent.
#[derive(Default)]
pub struct CaptureMailer {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    taken: Vec<(Mail, Vec<u8>)>,
    failures: VecDeque<Undelivered>,
}

impl CaptureMailer {
    /// What was sent, in order.
    pub fn mails(&self) -> Vec<Mail> {
        self.lock().taken.iter().map(|(mail, _)| mail.clone()).collect()
    }
    /// The messages as they would have gone over the wire.
    pub fn messages(&self) -> Vec<Vec<u8>> {
        self.lock().taken.iter().map(|(_, message)| message.clone()).collect()
    }
    /// Fails the next time, once for each call.
    pub fn fail(&self, how: Undelivered) {
        self.lock().failures.push_back(how);
    }
    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailer for CaptureMailer {
    fn send(&self, mail: &Mail) -> Result<(), Undelivered> {
        let message = compose(mail)?.formatted();
        let mut inner = self.lock();
        if let Some(failure) = inner.failures.pop_front() {
            return Err(failure);
        }
        inner.taken.push((mail.clone(), message));
        Ok(())
    }
}
