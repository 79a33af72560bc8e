//! What is drawn once and kept in the folder: secrets, keys and the candidate's password. Readable for its owner alone.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use aws_lc_rs::encoding::{AsBigEndian as _, EcPrivateKeyBin};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::entropy::{Entropy, token};
use shared::secret::SecretString;

use super::super::failure::{Exit, Failure};
use super::plan::Client;

/// The file that holds it.
const NAME: &str = "secrets.json";

/// What is kept.
pub struct Kept {
    stored: Stored,
    secrets: [SecretString; 3],
    password: SecretString,
    is_new: bool,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    /// Of the clients that have one, in their order.
    secrets: [String; 3],
    /// Private keys of those that sign, as JWK.
    keys: [Value; 2],
    password: String,
}

impl Kept {
    /// What stands in the folder; drawn and written there where nothing does.
    pub fn in_folder(folder: &Path, entropy: &dyn Entropy) -> Result<Self, Failure> {
        let failed =
            |error: &dyn std::fmt::Display| Failure::new(Exit::Failed, format!("{}: {error}", folder.display()));
        fs::create_dir_all(folder).map_err(|error| failed(&error))?;
        let path = folder.join(NAME);
        let is_new = !path.exists();
        let stored: Stored = if is_new {
            let drawn = draw(entropy)?;
            let text = serde_json::to_string_pretty(&drawn).map_err(|error| failed(&error))?;
            write_private(&path, &text)?;
            drawn
        } else {
            let text = fs::read_to_string(&path).map_err(|error| failed(&error))?;
            serde_json::from_str(&text).map_err(|error| failed(&error))?
        };
        let secrets = stored.secrets.clone().map(SecretString::new);
        let password = SecretString::new(&stored.password);
        Ok(Self { stored, secrets, password, is_new })
    }

    /// Whether it was drawn just now.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// The secret of a client that has one.
    pub fn secret(&self, client: Client) -> &SecretString {
        match client {
            Client::First => &self.secrets[0],
            Client::Second => &self.secrets[1],
            _ => &self.secrets[2],
        }
    }

    /// The candidate's password.
    pub fn password(&self) -> &SecretString {
        &self.password
    }

    /// The private keys of a client that signs, as the suite reads them.
    pub fn private_jwks(&self, client: Client) -> Value {
        let key = if client.is_first() { &self.stored.keys[0] } else { &self.stored.keys[1] };
        json!({ "keys": [key] })
    }

    /// The public halves.
    pub fn public_jwks(&self, client: Client) -> Value {
        let mut keys = self.private_jwks(client);
        if let Some(key) = keys["keys"][0].as_object_mut() {
            key.remove("d");
        }
        keys
    }
}

fn draw(entropy: &dyn Entropy) -> Result<Stored, Failure> {
    let secret = || token(entropy);
    Ok(Stored {
        secrets: [secret(), secret(), secret()],
        keys: [key("fapi-1")?, key("fapi-2")?],
        // A letter, a digit and a special character, whatever the rest is.
        password: format!(
            "Sx1-{}",
            token(entropy).chars().filter(char::is_ascii_alphanumeric).take(12).collect::<String>()
        ),
    })
}

/// A private key of P-256.
fn key(kid: &str) -> Result<Value, Failure> {
    let failed = |_| Failure::new(Exit::Failed, "no key could be made");
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
    let private: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().map_err(failed)?;
    // An uncompressed point: 4, x, y.
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    Ok(json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
        "x": text(x), "y": text(y), "d": text(private.as_ref()),
    }))
}

/// Writes a file that its owner alone may read; where it is.
pub fn write_private(path: &Path, text: &str) -> Result<String, Failure> {
    let mut options = OpenOptions::new();
    let written = options.write(true).create(true).truncate(true).mode(0o600).open(path);
    written
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", path.display())))?;
    Ok(path.display().to_string())
}
