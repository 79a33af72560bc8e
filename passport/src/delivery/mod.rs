//! Mail and SMS through one durable outbox.
