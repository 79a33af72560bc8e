//! Signing keys and data keys: made, sealed at rest, rotated, and used.
