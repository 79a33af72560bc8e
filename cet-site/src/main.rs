//! The exam site's program: see [`cet_site`].

fn main() {}
