//! The REST surface: the operation table, the router over it, and one error mapping.
//!
//! An operation is a row of the table ([`table`]); rows stand beside their handlers in `resources/`. A handler reads
//! its request, calls the application and renders the answer; it holds no business rule and sees no SQL.

pub mod authorise;
pub mod billing;
pub mod call;
pub mod coverage;
pub mod dialect;
pub mod metrics;
pub mod openapi;
mod pipe;
mod remainder;
mod request_id;
mod resources;
pub mod router;
mod rows;
pub mod server;
pub mod signed;
pub mod table;
pub mod token;
mod upload_body;
mod when;

pub use server::{Api, Server, ServerConfig, TlsFiles, serve};

/// The client id of every answer and of the query parameter `clientId`: one tenant is one client.
pub const CLIENT_ID: i64 = 1;
