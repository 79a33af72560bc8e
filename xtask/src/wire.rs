//! A wire between a program and a server on this machine, which can be cut and led elsewhere: what a network does.
//!
//! While it is cut nothing passes and nothing is refused, as when packets get lost on the way; what was sent meanwhile
//! arrives when it is whole again.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;

/// One wire. It lasts as long as the process.
#[derive(Clone)]
pub(crate) struct Wire {
    /// Where the program connects to.
    pub(crate) port: u16,
    line: Arc<(Mutex<Line>, Condvar)>,
}

/// How the wire is laid.
#[derive(Clone, Copy)]
struct Line {
    /// The server's port.
    server: u16,
    cut: bool,
}

impl Wire {
    /// A wire to the server on that port.
    pub(crate) fn to(server: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("this machine has no free port")?;
        let port = listener.local_addr()?.port();
        let wire = Self { port, line: Arc::new((Mutex::new(Line { server, cut: false }), Condvar::new())) };
        let taking = wire.clone();
        std::thread::spawn(move || {
            for program in listener.incoming().map_while(Result::ok) {
                let wire = taking.clone();
                std::thread::spawn(move || wire.carry(program));
            }
        });
        Ok(wire)
    }

    /// Cuts it.
    pub(crate) fn cut(&self) {
        self.lay(|line| line.cut = true);
    }

    /// Makes it whole.
    pub(crate) fn mend(&self) {
        self.lay(|line| line.cut = false);
    }

    /// Leads it to another server: connections from now on.
    pub(crate) fn lead_to(&self, server: u16) {
        self.lay(|line| line.server = server);
    }

    fn lay(&self, change: impl FnOnce(&mut Line)) {
        change(&mut self.line());
        self.line.1.notify_all();
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is whole; where it leads then.
    fn whole(&self) -> u16 {
        let waited = self.line.1.wait_while(self.line(), |line| line.cut);
        waited.unwrap_or_else(PoisonError::into_inner).server
    }

    fn carry(&self, program: TcpStream) {
        let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.whole())) else { return };
        let (Ok(back), Ok(sent)) = (server.try_clone(), program.try_clone()) else { return };
        let answering = self.clone();
        std::thread::spawn(move || answering.copy(back, sent));
        self.copy(program, server);
    }

    /// Carries what one end says to the other, until it has said all.
    fn copy(&self, mut from: TcpStream, mut to: TcpStream) {
        let _ = to.set_nodelay(true);
        let mut buffer = vec![0; 64 << 10];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            self.whole();
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        // The end of a connection is said by packets, too.
        self.whole();
        let _ = (to.shutdown(Shutdown::Write), from.shutdown(Shutdown::Read));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A server that answers each byte with its own letter; its port.
    fn server(letter: u8) -> anyhow::Result<u16> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                std::thread::spawn(move || {
                    let mut byte = [0];
                    while stream.read_exact(&mut byte).is_ok() && stream.write_all(&[letter]).is_ok() {}
                });
            }
        });
        Ok(port)
    }

    fn asked(stream: &mut TcpStream) -> std::io::Result<u8> {
        let mut byte = [0];
        stream.write_all(b"?")?;
        stream.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    #[test]
    fn what_is_sent_over_a_cut_wire_arrives_once_it_is_whole() -> anyhow::Result<()> {
        let wire = Wire::to(server(b'a')?)?;
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, wire.port))?;
        assert_eq!(asked(&mut stream)?, b'a');
        wire.cut();
        stream.set_read_timeout(Some(Duration::from_millis(50)))?;
        assert!(asked(&mut stream).is_err(), "it passed a cut wire");
        wire.mend();
        stream.set_read_timeout(None)?;
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        assert_eq!(byte, *b"a", "what was sent meanwhile");
        Ok(())
    }

    #[test]
    fn a_wire_that_is_led_elsewhere_leads_new_connections_there() -> anyhow::Result<()> {
        let wire = Wire::to(server(b'a')?)?;
        let connect = || TcpStream::connect((Ipv4Addr::LOCALHOST, wire.port));
        let mut old = connect()?;
        assert_eq!(asked(&mut old)?, b'a');
        wire.lead_to(server(b'b')?);
        assert_eq!((asked(&mut connect()?)?, asked(&mut old)?), (b'b', b'a'));
        Ok(())
    }
}
