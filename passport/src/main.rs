//! The `passport` program; everything it does lives in the library, beginning at [`passport::cli`].

fn main() -> std::process::ExitCode {
    passport::cli::run(std::env::args_os())
}
