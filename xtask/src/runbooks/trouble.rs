//! The trouble that each page is for, brought about.

use std::fs;

use super::disk::fill;
use super::scene::Scene;
use crate::progress::now;

/// Where a page is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// On the cluster.
    Cluster,
    /// On one passport that ends TLS itself and has its data on a small disk.
    Alone,
}

/// What a page needs.
#[derive(Clone, Copy)]
pub(super) struct Trouble {
    /// The page.
    pub(super) name: &'static str,
    pub(super) place: Where,
    /// Brings it about.
    pub(super) make: fn(&mut Scene) -> anyhow::Result<()>,
}

/// Every page, in an order in which each leaves the place fit for the next.
pub(super) const TROUBLES: [Trouble; 9] = [
    Trouble { name: "certificate", place: Where::Alone, make: end_certificate },
    Trouble { name: "full-disk", place: Where::Alone, make: fill_disk },
    Trouble { name: "first-look", place: Where::Cluster, make: nothing },
    Trouble { name: "lost-node", place: Where::Cluster, make: lose_node },
    Trouble { name: "trial", place: Where::Cluster, make: let_keys_be_known },
    Trouble { name: "rotation", place: Where::Cluster, make: let_keys_be_known },
    Trouble { name: "emergency", place: Where::Cluster, make: nothing },
    // From here on whoever signs in from this machine has to work for it.
    Trouble { name: "abuse", place: Where::Cluster, make: try_passwords },
    Trouble { name: "restore", place: Where::Cluster, make: damage_database },
];

/// Signs in outside, as the pages do.
const PROBE: &str = "passport probe --issuer \"$ISSUER\" --client probe --client-secret-file \"$PROBE/secret\" \
    --redirect-uri https://probe.example/cb";

/// How long a key is published before it signs, as the nodes here are told, and a moment more.
const KNOWN_AFTER: std::time::Duration = std::time::Duration::from_secs(70);

/// How often a wrong password is tried: as often as locks an account, and once more.
const TRIES: usize = 6;

fn nothing(_: &mut Scene) -> anyhow::Result<()> {
    Ok(())
}

/// A certificate of yesterday is in place of the one that counts, and a new one has come.
fn end_certificate(scene: &mut Scene) -> anyhow::Result<()> {
    let (certs, tls) = (scene.certs()?, scene.tls());
    fs::copy(certs.certificate("passport"), scene.path("renewed/cert.pem"))?;
    fs::copy(certs.key("passport"), scene.path("renewed/key.pem"))?;
    certs.write_ended("passport.localhost", &tls.join("cert.pem"), &tls.join("key.pem"))?;
    // One that runs goes on with what it has.
    scene.systemctl("restart", 0)
}

/// Somebody forgot a file on the database's disk.
fn fill_disk(scene: &mut Scene) -> anyhow::Result<()> {
    // A new log of the database, which has to grow with what is written next.
    scene.systemctl("restart", 0)?;
    fill(&scene.data().join("forgotten.dump"))?;
    // Somebody comes.
    let _ = scene.execute(&format!("{PROBE} --account probe --password-file \"$PROBE/password\""), 0)?;
    Ok(())
}

fn lose_node(scene: &mut Scene) -> anyhow::Result<()> {
    scene.troubled = 1;
    scene.systemctl("kill", 1)
}

/// The staged keys were published long enough ago to sign.
fn let_keys_be_known(scene: &mut Scene) -> anyhow::Result<()> {
    let rest = (scene.began + KNOWN_AFTER).saturating_duration_since(now());
    scene.fleet.pause(rest)
}

/// Somebody tries passwords.
fn try_passwords(scene: &mut Scene) -> anyhow::Result<()> {
    fs::write(scene.path("spare/wrong"), "Not-my-word-1")?;
    for _ in 0..TRIES {
        let _ =
            scene.execute(&format!("{PROBE} --account candidate@example.cn --password-file \"$SPARE/wrong\""), 0)?;
    }
    Ok(())
}

/// Somebody removes a table; there is a backup of last night.
fn damage_database(scene: &mut Scene) -> anyhow::Result<()> {
    scene.postgres()?.run("DROP TABLE sessions CASCADE").map(drop)
}
