//! What the kit, the server and the client promise.

mod kit;
mod server;
