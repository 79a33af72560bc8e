//! Builds again when a migration was added: the macro that embeds them cannot see that.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
