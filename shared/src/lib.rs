//! What the identity provider and the exam sites both need: database, clock, entropy, ids, secrets,
//! HTTP kit, pages, texts, configuration and telemetry.
//!
//! Nothing here knows accounts, clients or exams.
