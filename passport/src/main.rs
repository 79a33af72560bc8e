//! The `passport` program; everything it does lives in the library, beginning at [`passport::cli`].

use mimalloc::MiMalloc;

/// A request makes and drops some hundred small values: with the system's allocator they cost a twelfth of its time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::process::ExitCode {
    passport::cli::run(std::env::args_os())
}
