//! Attachments (reference section 2.10 of the platform).

mod change;
mod create;
mod owner;
mod read;

pub use change::{AttachmentDelete, AttachmentUpdate};
pub use create::{Attached, AttachmentCreate};
pub use read::{Page, get, list};
