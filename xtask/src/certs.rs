//! `certs`: the development CA and the certificates of the servers that run on this machine.
//!
//! The CA is good for names of this machine only (name constraints, RFC 5280 §4.2.1.10): a browser that trusts it
//! can be deceived about localhost at most.

use std::fs;
use std::io::Write as _;
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};

use crate::flags::{self, Flags};
use crate::home::Home;

pub(crate) const ARGUMENTS: &str = "[--home FOLDER] [--reset]";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A CA that people have to trust by hand should not have to be trusted again soon.
const CA_DAYS: u32 = 3_650;
/// What browsers accept of a server at most.
const SERVER_DAYS: u32 = 397;
/// A certificate is renewed this long before its end, so that none ends while in use.
const RENEWED_BEFORE: u32 = 60;

/// The servers and the names that each certificate holds.
const SERVERS: [(&str, &str); 5] = [
    ("passport", "passport.localhost"),
    ("cet", "cet.localhost"),
    ("pets", "pets.localhost"),
    ("ncre", "ncre.localhost"),
    ("sandbox", "sandbox.localhost"),
];

/// The folder with the CA and the certificates.
#[derive(Clone)]
pub(crate) struct Certs(PathBuf);

impl Certs {
    /// Those in a folder, made or renewed where needed.
    pub(crate) fn in_folder(folder: PathBuf) -> anyhow::Result<Self> {
        fs::create_dir_all(&folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        let certs = Self(folder);
        let (key, made) = certs.ca_key()?;
        let issuer = Issuer::new(ca_params()?, key);
        for (server, name) in SERVERS {
            if made || !is_fresh(&certs.certificate(server), SERVER_DAYS - RENEWED_BEFORE) {
                let files = (certs.certificate(server), certs.key(server));
                make_server(name, &issuer, now() - DAY..now() + DAY * SERVER_DAYS, (&files.0, &files.1))?;
            }
        }
        Ok(certs)
    }

    /// The CA's certificate, the one to trust.
    pub(crate) fn ca(&self) -> PathBuf {
        self.0.join("ca.pem")
    }

    /// A server's certificate.
    pub(crate) fn certificate(&self, server: &str) -> PathBuf {
        self.0.join(format!("{server}.pem"))
    }

    /// A server's private key.
    pub(crate) fn key(&self, server: &str) -> PathBuf {
        self.0.join(format!("{server}-key.pem"))
    }

    /// The CA's key, and whether it had to be made.
    fn ca_key(&self) -> anyhow::Result<(KeyPair, bool)> {
        let path = self.0.join("ca-key.pem");
        if is_fresh(&self.ca(), CA_DAYS - RENEWED_BEFORE)
            && let Ok(pem) = fs::read_to_string(&path)
        {
            let key = KeyPair::from_pem(&pem).with_context(|| format!("{} is not a key", path.display()))?;
            return Ok((key, false));
        }
        let key = KeyPair::generate()?;
        let certificate = ca_params()?.self_signed(&key)?;
        write_secret(&path, &key.serialize_pem())?;
        write(&self.ca(), &certificate.pem())?;
        Ok((key, true))
    }

    /// Writes a certificate of a server of that name that ended yesterday, and its key, into those files.
    pub(crate) fn write_ended(&self, name: &str, certificate: &Path, key: &Path) -> anyhow::Result<()> {
        let issuer = Issuer::new(ca_params()?, self.ca_key()?.0);
        make_server(name, &issuer, now() - DAY * 30..now() - DAY, (certificate, key))
    }
}

/// Writes a certificate of a server of that name, good for that time, and its key.
fn make_server(
    name: &str,
    issuer: &Issuer<'_, KeyPair>,
    valid: Range<SystemTime>,
    (certificate_file, key_file): (&Path, &Path),
) -> anyhow::Result<()> {
    let names = [name, "localhost", "127.0.0.1"].map(str::to_owned);
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = named(name);
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    (params.not_before, params.not_after) = (valid.start.into(), valid.end.into());
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?;
    write_secret(key_file, &key.serialize_pem())?;
    write(certificate_file, &certificate.pem())
}

fn ca_params() -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = named("E-TEST development CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0])),
        ],
        excluded_subtrees: Vec::new(),
    });
    params.not_before = (now() - DAY).into();
    params.not_after = (now() + DAY * CA_DAYS).into();
    Ok(params)
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "E-TEST development");
    name.push(DnType::CommonName, common_name);
    name
}

/// Whether a file exists and was written less than so many days ago.
fn is_fresh(path: &Path, days: u32) -> bool {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .is_ok_and(|written| now().duration_since(written).unwrap_or_default() < DAY * days)
}

#[expect(clippy::disallowed_methods, reason = "certificates are judged by the browser's real clock")]
fn now() -> SystemTime {
    SystemTime::now()
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

/// Writes what only the owner may read.
pub(crate) fn write_secret(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// Makes them, and says where they are and how to trust them.
pub(crate) fn run(mut flags: Flags) -> anyhow::Result<()> {
    let mut folder = None;
    let mut reset = false;
    while let Some(flag) = flags.next()? {
        match flag.as_str() {
            "home" => folder = Some(flags.path()?),
            "reset" => reset = true,
            other => return Err(flags::unknown(other)),
        }
    }
    let folder = Home::at(folder).certs();
    if reset && folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be removed", folder.display()))?;
    }
    let certs = Certs::in_folder(folder)?;
    println!("The development CA is {}", certs.ca().display());
    println!("{}", how_to_trust(&certs));
    Ok(())
}

/// What to type so that this machine's browsers trust the CA.
pub(crate) fn how_to_trust(certs: &Certs) -> String {
    let ca = certs.ca();
    let ca = ca.display();
    if cfg!(target_os = "macos") {
        format!("Trust it: security add-trusted-cert -k ~/Library/Keychains/login.keychain-db {ca}")
    } else {
        format!(
            "Trust it: Firefox: Settings › Privacy & Security › View Certificates › Authorities › Import {ca}\n\
             \x20         Chromium: certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n e-test-development -i {ca}"
        )
    }
}
