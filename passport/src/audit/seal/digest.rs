//! What a batch is made of, byte by byte. Whoever wants to verify the record without this program needs this file.
//!
//! Numbers are 64 bits, big endian, times milliseconds since the epoch. A field that may be missing is one byte 0, or one
//! byte 1, its length and its bytes. A leaf is the UUID of its event (16 bytes) and the SHA-256 of the event (32 bytes).

use shared::secret::sha256;
use shared::uuid::Uuid;

use crate::audit::store::batches::Batch;
use crate::audit::store::lines::Line;

/// How long a leaf is.
const LEAF: usize = 48;

/// The digest of an event as it is stored, without the number of its batch.
pub fn of_line(line: &Line) -> [u8; 32] {
    let mut bytes = b"passport audit event 1\0".to_vec();
    bytes.extend_from_slice(&line.at.millis().to_be_bytes());
    let fields = [
        Some(line.id.as_str()),
        Some(&line.actor),
        Some(&line.kind),
        line.account.as_deref(),
        line.client.as_deref(),
        Some(&line.details),
        line.network.as_deref(),
        line.device.as_deref(),
    ];
    for field in fields {
        match field {
            None => bytes.push(0),
            Some(text) => {
                bytes.push(1);
                bytes.extend_from_slice(&length(text.len()));
                bytes.extend_from_slice(text.as_bytes());
            }
        }
    }
    sha256(&bytes)
}

/// The leaf of an event.
pub fn leaf(line: &Line) -> [u8; LEAF] {
    let mut leaf = [0; LEAF];
    let (id, digest) = leaf.split_at_mut(16);
    // What is no UUID was never recorded by us, and has a digest of its own all the same.
    id.copy_from_slice(Uuid::parse_str(&line.id).unwrap_or_default().as_bytes());
    digest.copy_from_slice(&of_line(line));
    leaf
}

/// The ids and digests that a batch lists; `None` if its leaves are not those that were sealed.
pub fn leaves(batch: &Batch) -> Option<Vec<(String, [u8; 32])>> {
    let bytes = batch.leaves.as_deref().filter(|bytes| root(bytes) == batch.root)?;
    let of = |leaf: &[u8]| {
        let (id, digest) = leaf.split_at_checked(16)?;
        Some((Uuid::from_slice(id).ok()?.as_hyphenated().to_string(), digest.try_into().ok()?))
    };
    let whole = bytes.len().is_multiple_of(LEAF) && i64::try_from(bytes.len() / LEAF) == Ok(batch.events);
    whole.then(|| bytes.chunks(LEAF).map(of).collect())?
}

/// The digest of the leaves of a batch.
pub fn root(leaves: &[u8]) -> [u8; 32] {
    sha256(&[b"passport audit leaves 1\0", leaves].concat())
}

/// The digest of a batch, over everything that it says of itself. It can be told when its leaves are gone, too.
pub fn of_batch(batch: &Batch) -> [u8; 32] {
    let mut bytes = b"passport audit batch 1\0".to_vec();
    bytes.extend_from_slice(&batch.number.to_be_bytes());
    bytes.extend_from_slice(&batch.previous);
    for number in [batch.events, batch.first.millis(), batch.last.millis(), batch.sealed.millis()] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes.extend_from_slice(&batch.root);
    sha256(&bytes)
}

fn length(bytes: usize) -> [u8; 8] {
    u64::try_from(bytes).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use shared::clock::Timestamp;

    use super::*;

    fn line() -> Line {
        Line {
            id: "01975e6a-0000-7000-8000-000000000001".to_owned(),
            at: Timestamp::from_millis(1),
            actor: "operator".to_owned(),
            kind: "account_locked".to_owned(),
            account: Some("a".to_owned()),
            client: None,
            details: "{}".to_owned(),
            network: Some("203.0.113.7".to_owned()),
            device: None,
            batch: None,
        }
    }

    #[test]
    fn every_field_counts_and_none_can_pass_for_another() {
        let (text, none) = (|| Some("b".to_owned()), || None);
        let others = [
            Line { id: "01975e6a-0000-7000-8000-000000000002".to_owned(), ..line() },
            Line { at: Timestamp::from_millis(2), ..line() },
            Line { actor: "system".to_owned(), ..line() },
            Line { kind: "account_unlocked".to_owned(), ..line() },
            Line { account: text(), ..line() },
            Line { account: none(), ..line() },
            Line { client: text(), ..line() },
            Line { client: Some(String::new()), ..line() },
            Line { account: none(), client: Some("a".to_owned()), ..line() },
            Line { details: "{ }".to_owned(), ..line() },
            Line { network: none(), ..line() },
            Line { network: none(), device: Some("203.0.113.7".to_owned()), ..line() },
            Line { device: text(), ..line() },
        ];
        for other in others {
            assert_ne!(of_line(&other), of_line(&line()), "{other:?}");
        }
        assert_eq!(of_line(&Line { batch: Some(3), ..line() }), of_line(&line()), "sealing changes no digest");
    }

    /// Records are verified by programs of others too, years from now.
    #[test]
    fn the_digest_of_an_event_never_changes() {
        let written = "passport audit event 1\0";
        let mut bytes = written.as_bytes().to_vec();
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 1]);
        for field in ["01975e6a-0000-7000-8000-000000000001", "operator", "account_locked", "a"] {
            bytes.extend([1, 0, 0, 0, 0, 0, 0, 0]);
            bytes.push(u8::try_from(field.len()).expect("short"));
            bytes.extend(field.bytes());
        }
        bytes.extend([0, 1, 0, 0, 0, 0, 0, 0, 0, 2, b'{', b'}', 1, 0, 0, 0, 0, 0, 0, 0, 11]);
        bytes.extend(b"203.0.113.7");
        bytes.push(0);
        assert_eq!(of_line(&line()), sha256(&bytes));
    }
}
