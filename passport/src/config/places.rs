//! `[places]`

use std::path::PathBuf;

shared::settings! {
    /// Where network addresses are, for people who look at their sign-ins; `docs/operate/places.md`.
    pub struct PlacesSettings {
        /// A file in MaxMind's format (`.mmdb`) that names countries or cities, such as GeoLite2 City or DB-IP City Lite.
        /// It is read into memory when the passport starts, so a newer file counts from the next start on. Without one no
        /// place is shown.
        database: Option<PathBuf>,
    }
}
