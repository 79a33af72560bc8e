//! The navigation beside the pages of an account.

use shared::page::{NavItem, Page};

use crate::web::paths;

/// The pages of an account, with the one at `current` marked.
pub fn side(page: &Page, current: &str) -> Vec<NavItem> {
    [
        (paths::HOME, "accounts-home", "person"),
        (paths::PROFILE, "accounts-profile-title", "pencil"),
        (paths::SECURITY, "factors-title", "shield"),
        (paths::PASSWORD, "accounts-password-title", "lock"),
        (paths::CONTACT, "contact-title", "mail"),
        (paths::SESSIONS, "sessions-title", "laptop"),
        (paths::SITES, "accounts-sites", "link"),
        (paths::ACTIVITY, "activity-title", "clock"),
        (paths::CLOSURE, "closure-title", "cross"),
    ]
    .into_iter()
    .map(|(path, key, icon)| NavItem::new(path, page.t(key), path == current).with_icon(icon))
    .collect()
}
