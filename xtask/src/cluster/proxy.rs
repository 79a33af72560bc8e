//! The proxy before the passports: HAProxy, as Debian packages it.
//!
//! It ends TLS, asks each node whether it is ready, and sends a request to another node where the first took no connection:
//! nothing of the request was heard there. One that was cut off half-way is not sent again, since it may have been carried
//! out: that is for the client to know. Who tries it out names a node (`x-node: 2`).

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;
use rustix::process::Signal;

use crate::certs::{Certs, write_secret};
use crate::fleet::{Fleet, Start, log_file};
use crate::home::Home;

/// Where Debian puts it.
pub(crate) const HAPROXY: &str = "/usr/sbin/haproxy";

/// Starts it as a part of the fleet; wait for it.
pub(super) fn start(fleet: &mut Fleet, home: &Home, listen: u16, nodes: &[u16]) -> anyhow::Result<()> {
    let both = certificate_with_key(home)?;
    let config = home.file("haproxy.cfg", &config(listen, &both.display().to_string(), nodes))?;
    let mut command = Command::new(HAPROXY);
    // With a master process it says when it is ready.
    command.arg("-W").arg("-f").arg(config);
    let log = log_file(&home.logs(), "proxy");
    fleet.start(Start { name: "proxy", command, log, ready: "Loading success", stop: Signal::TERM })?;
    Ok(())
}

/// HAProxy reads both from one file.
fn certificate_with_key(home: &Home) -> anyhow::Result<PathBuf> {
    let certs = Certs::in_folder(home.certs())?;
    let mut both = String::new();
    for file in [certs.certificate("passport"), certs.key("passport")] {
        both += &fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    }
    let path = home.path().join("proxy.pem");
    write_secret(&path, &both)?;
    Ok(path)
}

fn config(listen: u16, certificate: &str, nodes: &[u16]) -> String {
    let mut text = format!(
        r#"global
    maxconn 4000

defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout http-request 10s
    timeout queue 5s
    timeout check 1500ms
    option forwardfor
    option redispatch 1
    retries 3
    retry-on conn-failure

frontend passport
    bind 127.0.0.1:{listen} ssl crt {certificate} alpn h2,http/1.1
    http-request del-header x-forwarded-for
    http-request del-header client-cert
    http-request del-header client-cert-chain
    default_backend nodes

backend nodes
    balance leastconn
    option httpchk
    http-check send meth GET uri /readyz ver HTTP/1.1 hdr host 127.0.0.1
    http-check expect status 200
    default-server check inter 500ms fastinter 200ms fall 2 rise 2 observe layer4 error-limit 1 on-error mark-down
"#
    );
    // Who names a node gets that one, or none.
    text += "    force-persist if { req.hdr(x-node) -m found }\n";
    for (number, port) in (1..).zip(nodes) {
        text += &format!("    use-server passport{number} if {{ req.hdr(x-node) {number} }}\n");
        text += &format!("    server passport{number} 127.0.0.1:{port}\n");
    }
    text
}
