//! Loopback ports: free ones, and whether a wanted one is free.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context as _, bail};

/// As many different free ports as asked for. Another program may take one before it is used: then the part that
/// wanted it says so.
pub(crate) fn fresh<const N: usize>() -> anyhow::Result<[u16; N]> {
    // All are held until all are known, so that no port is given twice.
    let mut held = Vec::with_capacity(N);
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("this machine has no free port")?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

/// The first of the ports that the system does not hand to outgoing connections: those begin at 32,768.
const FIRST_LASTING: u16 = 20_000;
/// How many of them there are.
const LASTING: u16 = 12_000;

/// The same, for servers that are stopped and started again: no connection takes the port meanwhile.
pub(crate) fn lasting<const N: usize>() -> anyhow::Result<[u16; N]> {
    let mut ports = [0; N];
    // Commands that run side by side begin at different places.
    let begin = u16::try_from(std::process::id() % u32::from(LASTING)).unwrap_or(0);
    let mut free = (0..LASTING).map(|step| FIRST_LASTING + (begin + step) % LASTING);
    for port in &mut ports {
        let found = free.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
        *port = found.context("this machine has no free port")?;
    }
    Ok(ports)
}

/// Fails with one sentence when a port is in use.
pub(crate) fn must_be_free(port: u16, wanted_by: &str, flag: &str) -> anyhow::Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "port {port}, wanted by {wanted_by}, is taken: stop the program that uses it (another demo?), \
             or choose ports with --fresh-ports or --{flag} PORT"
        ),
        Err(error) => Err(error).with_context(|| format!("port {port}, wanted by {wanted_by}, cannot be used")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_told_in_one_sentence_that_names_the_flag() -> anyhow::Result<()> {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = taken.local_addr()?.port();
        let error =
            must_be_free(port, "the passport", "passport-port").err().context("it was called free")?.to_string();
        assert!(error.starts_with(&format!("port {port}, wanted by the passport, is taken")), "{error}");
        assert!(error.contains("--passport-port PORT"), "{error}");
        assert_eq!(error.lines().count(), 1);
        Ok(())
    }

    #[test]
    fn fresh_ports_differ() -> anyhow::Result<()> {
        for ports in [fresh::<4>()?, lasting::<4>()?] {
            for (at, port) in ports.iter().enumerate() {
                assert!(!ports[..at].contains(port), "{ports:?}");
            }
        }
        Ok(())
    }
}
