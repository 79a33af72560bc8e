//! `docker-compose.yml`: programs find each other by the names that they registered.

use std::path::Path;

use passport::clients::Metadata;
use url::Url;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Below `localhost` a name that no container has is the asking container itself.
#[test]
fn every_host_that_one_program_calls_is_another_containers_name_on_their_network() {
    let (composition, passport) = (read("docker-compose.yml"), read("deploy/compose/passport.toml"));
    assert!(composition.contains("aliases: [passport.localhost]"), "sites redeem codes there");
    for site in ["cet", "pets", "ncre"] {
        let client = Metadata::from_file(&read(&format!("deploy/compose/clients/{site}.toml"))).expect("metadata");
        let uri = client.backchannel_logout_uri.expect("it wants to be told");
        let uri = Url::parse(&uri).expect("an address");
        let host = uri.host_str().expect("a host");
        assert!(composition.contains(&format!("aliases: [{host}]")), "{host} has no container");
        assert!(passport.contains(&format!("\"{host}\"")), "{host} is not among egress.allow");
    }
}
