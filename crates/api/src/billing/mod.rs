//! The billing interface: its rows, and the way of each of its requests. Built or not, a request is identified,
//! limited and read the same way; see `docs/decisions/0006-billing-protocol.md`.

pub mod asynchronous;
pub mod body;
pub mod credentials;
pub mod describe;
pub mod envelope;
pub mod handle;
pub mod headers;
pub mod input;
pub mod json;
pub mod limits;
pub mod models;
mod oauth;
pub mod organizations;
pub mod paging;
pub mod permission;
pub mod query;
pub mod refusal;
pub mod render;
pub mod replay;
pub mod resources;
pub mod rows;
pub mod spelling;
pub mod version;
mod way;

pub use way::{dispatch, dispatch_later, ours, stray};

/// What the billing interface of one server remembers between requests.
#[derive(Default)]
pub struct State {
    pub limits: limits::Limits,
    pub counts: limits::Counts,
    pub under_way: replay::UnderWay,
}

/// Marks an answer too short to be packed: the interface packs what is longer than 1,000 bytes.
#[derive(Clone, Copy)]
pub struct Short;
