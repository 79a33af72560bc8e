//! What every page of the passport shares: page context, forms, error pages, the way back.

pub mod authorization_problem;
pub mod computer;
pub mod documents;
pub mod draft;
pub mod error_page;
pub mod flaws;
pub mod form;
mod key_use;
pub mod moment;
pub mod paced;
pub mod page;
pub mod paths;
pub mod return_to;
pub mod seal;
pub mod signed_out;
pub mod texts;
pub mod upload;

use std::sync::Arc;

use shared::clock::SharedClock;
use shared::entropy::SharedEntropy;

pub use self::draft::Draft;
pub use self::error_page::Fault;
pub use self::flaws::Flaws;
pub use self::form::{Button, Posted};
pub use self::key_use::{Hashed, KeyUse, Sealed};
pub use self::page::{PageContext, Pages};
pub use self::return_to::{Destination, ReturnTo, ReturnToCodec};
pub use self::seal::{Lookup, Sealer};

/// What the shared parts of pages need. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    /// Our own origin, `https://host[:port]`, from the configuration and never from a request.
    pub origin: Arc<str>,
    /// The key ring.
    pub sealer: Arc<dyn Sealer>,
    /// The time.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: SharedEntropy,
}

impl Web {
    /// The shared parts, on that origin.
    pub fn new(origin: &str, sealer: Arc<dyn Sealer>, clock: SharedClock, entropy: SharedEntropy) -> Self {
        Self { origin: origin.into(), sealer, clock, entropy }
    }

    /// Seals and opens ways back.
    pub fn return_to(&self) -> ReturnToCodec {
        ReturnToCodec::new(Arc::clone(&self.sealer))
    }
}
