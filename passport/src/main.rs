//! The `passport` program; everything it does lives in the library and its [`passport::cli`].

fn main() {}
