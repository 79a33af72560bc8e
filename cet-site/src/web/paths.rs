//! Paths that pages link to. Which handler answers them stands in the router.

/// The exam's home page.
pub const HOME: &str = "/";
/// All news.
pub const NEWS: &str = "/news";
/// The registration desk.
pub const DESK: &str = "/registration";
/// Starts a sign-in.
pub const SIGN_IN: &str = "/sign-in";
/// Asks before a sign-in that another site caused.
pub const SIGN_IN_ASK: &str = "/sign-in/ask";
/// Where the passport sends a person back to.
pub const CALLBACK: &str = "/sign-in/callback";
/// What went wrong with a sign-in, for reading in the other language.
pub const FAILED: &str = "/sign-in/failed";
/// Ends the session.
pub const SIGN_OUT: &str = "/sign-out";
/// Where the passport sends a person after signing out.
pub const SIGNED_OUT: &str = "/signed-out";

/// Paths of the passport.
pub mod passport {
    /// The candidate's home.
    pub const HOME: &str = "/";
    /// Registration.
    pub const REGISTER: &str = "/register";
    /// The user agreement.
    pub const AGREEMENT: &str = "/agreement";
    /// The privacy policy.
    pub const PRIVACY: &str = "/privacy";
    /// How accessible the pages are.
    pub const ACCESSIBILITY: &str = "/accessibility";
    /// How everything stands.
    pub const STATUS: &str = "/status";
    /// Help.
    pub const HELP: &str = "/help";
}
