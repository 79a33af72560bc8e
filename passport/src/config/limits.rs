//! `[limits]`

shared::settings! {
    /// Limits against guessing and flooding. A network block is an IPv4 address or an IPv6 /64; the /48 around a /64 may
    /// do 16 times as much, and 4 times as many sign-ins. Whole schools sit behind one address: the defaults let a
    /// school work.
    pub struct LimitsSettings {
        /// Whether limits apply. Only measuring turns them off.
        enabled: bool = true,
        /// Sign-in attempts of one network block in a minute, and as many again in browsers in which the account is
        /// known. It guards the threads that hash passwords: who guesses is stopped by the lock of each name, and
        /// slowed down by work that grows with the failures of the block.
        sign_in_per_minute: u32 = 1200,
        /// Registrations of one network block in an hour.
        register_per_hour: u32 = 300,
        /// Clients that one network block may register in an hour where everybody may (`registration.policy`).
        clients_per_hour: u32 = 60,
        /// How often in an hour one network block is told that a mail address or mobile number is in use.
        taken_per_hour: u32 = 20,
    }
}
