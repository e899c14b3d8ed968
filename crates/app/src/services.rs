//! What leads out of the program, as a tenant has it at hand.

use accrual_connect::{DocumentRenderer, Mailer, PdfRenderer};
use std::sync::Arc;

/// How documents are rendered and mail is sent. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub renderer: Arc<dyn DocumentRenderer>,
    /// None: this process sends no mail and takes none to be sent.
    pub mailer: Option<Arc<dyn Mailer>>,
}

/// PDF with the built-in fonts, no mail.
impl Default for Services {
    fn default() -> Self {
        Self { renderer: Arc::new(PdfRenderer::default()), mailer: None }
    }
}
