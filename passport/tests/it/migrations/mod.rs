//! Migrations: what they lock, who refuses to start, what the version before goes on doing meanwhile, and that a death
//! leaves none half done.

mod killed;
mod plan;
mod previous;
mod schema;
mod source;
mod start;
