//! The targets are the product's own, by name: see `passport/src/fuzzing.rs`.

use std::sync::LazyLock;

/// Throws the bytes at that target.
///
/// # Panics
/// There is none of that name, or something does not hold.
pub fn run(name: &str, data: &[u8]) {
    static READY: LazyLock<()> = LazyLock::new(|| {
        // As in the program: the first provider stays.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
    LazyLock::force(&READY);
    let (_, target) = passport::fuzzing::TARGETS.iter().find(|(known, _)| *known == name).expect("a target");
    target(data);
}
