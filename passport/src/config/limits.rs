//! `[limits]`

shared::settings! {
    /// Limits against guessing and flooding.
    pub struct LimitsSettings {
        /// Whether limits apply. Only measuring turns them off.
        enabled: bool = true,
        /// Sign-in attempts of one network block in a minute.
        sign_in_per_minute: u32 = 60,
        /// Registrations of one network block in an hour.
        register_per_hour: u32 = 30,
        /// How often in an hour one network block is told that a mail address or mobile number is in use.
        taken_per_hour: u32 = 5,
    }
}
