//! An authenticator without a device: it makes passkeys and answers with them, as WebAuthn §6 has it, and can be told to
//! break each rule.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use shared::secret::sha256;

use super::ISSUER;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// A passkey on a device.
pub(crate) struct Authenticator {
    key: EcdsaKeyPair,
    credential: Vec<u8>,
    /// The user handle that it was made for.
    user: String,
    /// How often it was used.
    pub(crate) counter: u32,
    /// Whether it asks for a PIN or a finger.
    pub(crate) verifies_user: bool,
    /// The origin of the page that it believes to be asked by.
    pub(crate) origin: String,
    /// The host whose passkey it is.
    pub(crate) host: String,
}

impl Authenticator {
    /// A device that holds nothing yet.
    pub(crate) fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref()).expect("a key");
        let credential = sha256(key.public_key().as_ref()).to_vec();
        let (origin, host) = (ISSUER.to_owned(), "passport.test".to_owned());
        Self { key, credential, user: String::new(), counter: 0, verifies_user: true, origin, host }
    }

    /// The answer to options for making a passkey (§7.1).
    pub(crate) fn create(&mut self, options: &Value) -> String {
        let options = &options["publicKey"];
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required", "it is found without a name");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        text(&options["user"]["id"]).clone_into(&mut self.user);
        let client_data = self.client_data("webauthn.create", text(&options["challenge"]));
        let mut data = self.authenticator_data(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential.len()).expect("short").to_be_bytes());
        data.extend(&self.credential);
        data.extend(self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": h'…'}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).expect("short"));
        object.extend(data);
        let response = json!({ "clientDataJSON": b64(client_data.as_bytes()), "attestationObject": b64(&object) });
        self.answer(&response)
    }

    /// The answer to options for signing in (§7.2).
    pub(crate) fn get(&mut self, options: &Value) -> String {
        assert_eq!(
            options.get("mediation"),
            None,
            "a browser that reads `conditional` shows nothing at a button's press"
        );
        let options = &options["publicKey"];
        assert_eq!(options["userVerification"], "required");
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", text(&options["challenge"]));
        let data = self.authenticator_data(0);
        let signed = [data.as_slice(), &sha256(client_data.as_bytes())].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        let response = json!({
            "clientDataJSON": b64(client_data.as_bytes()),
            "authenticatorData": b64(&data),
            "signature": b64(signature.as_ref()),
            "userHandle": self.user,
        });
        self.answer(&response)
    }

    fn answer(&self, response: &Value) -> String {
        let id = b64(&self.credential);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
            .to_string()
    }

    fn client_data(&self, kind: &str, challenge: &str) -> String {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string()
    }

    fn authenticator_data(&self, more: u8) -> Vec<u8> {
        let verified = if self.verifies_user { USER_VERIFIED } else { 0 };
        let mut data = sha256(self.host.as_bytes()).to_vec();
        data.push(USER_PRESENT | verified | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// {1: 2, 3: -7, -1: 1, -2: x, -3: y} (RFC 9053 §7.1.1)
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let (x, y) = (&point[1..33], &point[33..65]);
        [b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".as_slice(), x, b"\x22\x58\x20", y].concat()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
