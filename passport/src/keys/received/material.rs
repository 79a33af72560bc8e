//! The numbers that a public key is made of (RFC 7518 §6), and what makes them a key that signatures can be verified
//! with.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// RFC 7518 §3.3. What is longer than the largest costs us more to verify than it is worth.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// FIPS 186-5 §5.1 starts here: smaller exponents have helped forgers wherever padding was looked at carelessly. What is
/// larger than four bytes costs whoever verifies, and the library takes no more.
const RSA_EXPONENTS: std::ops::RangeInclusive<u64> = 65_537..=0xffff_ffff;

/// Why a key verifies nothing that could be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// RFC 7518 §6.2.1.2, RFC 8037 §2
    #[error("a key whose x or y is missing, or is not 32 bytes in base64url")]
    Coordinate,
    /// Everybody can sign for a point of small order, and who computes with one off the curve gives secrets away.
    #[error("a key whose point is not on its curve, or is one that everybody can sign for")]
    Point,
    /// RFC 7518 §3.3, FIPS 186-5 §5.1
    #[error("an RSA key whose modulus is not an odd number of 2048 to 8192 bits in base64url")]
    Modulus,
    /// See [`RSA_EXPONENTS`].
    #[error("an RSA key whose exponent is not an odd number of at least 65537 and at most 4 bytes in base64url")]
    Exponent,
}

/// The numbers of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Material {
    /// A point of P-256 in uncompressed form.
    Ec(Vec<u8>),
    /// A point of Ed25519.
    Ed(Vec<u8>),
    /// Big-endian numbers without leading zeros.
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl Material {
    /// Reads those of a key; `None` for a kind of key that we don't verify with.
    ///
    /// # Errors
    /// See [`Flaw`].
    pub(super) fn read(jwk: &Map<String, Value>) -> Result<Option<Self>, Flaw> {
        let text = |name| jwk.get(name).and_then(Value::as_str);
        match (text("kty"), text("crv")) {
            (Some("EC"), Some("P-256")) => ec(jwk).map(Some),
            (Some("OKP"), Some("Ed25519")) => ed(jwk).map(Some),
            (Some("RSA"), _) => rsa(jwk).map(Some),
            _ => Ok(None),
        }
    }
}

fn ec(jwk: &Map<String, Value>) -> Result<Material, Flaw> {
    let (x, y) = (coordinate(jwk, "x")?, coordinate(jwk, "y")?);
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point);
    parsed.map(|_| Material::Ec(point)).map_err(|_| Flaw::Point)
}

fn ed(jwk: &Map<String, Value>) -> Result<Material, Flaw> {
    let point = coordinate(jwk, "x")?;
    // The library that verifies counts bytes only until there is a signature.
    let sound = ed25519_dalek::VerifyingKey::from_bytes(&point).is_ok_and(|key| !key.is_weak());
    if sound { Ok(Material::Ed(point.to_vec())) } else { Err(Flaw::Point) }
}

fn rsa(jwk: &Map<String, Value>) -> Result<Material, Flaw> {
    let n = number(jwk, "n").ok_or(Flaw::Modulus)?;
    let bits = n.len() * 8 - n.first().map_or(0, |byte| byte.leading_zeros()) as usize;
    if !RSA_BITS.contains(&bits) || !is_odd(&n) {
        return Err(Flaw::Modulus);
    }
    let e = number(jwk, "e").filter(|e| is_odd(e) && e.len() <= 4).ok_or(Flaw::Exponent)?;
    let exponent = e.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
    if !RSA_EXPONENTS.contains(&exponent) {
        return Err(Flaw::Exponent);
    }
    Ok(Material::Rsa { n, e })
}

fn bytes(jwk: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok()
}

/// One in its full length.
fn coordinate(jwk: &Map<String, Value>, name: &str) -> Result<[u8; 32], Flaw> {
    bytes(jwk, name).and_then(|bytes| bytes.try_into().ok()).ok_or(Flaw::Coordinate)
}

/// A number without the leading zeros that some write.
fn number(jwk: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    let bytes = bytes(jwk, name)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).map(<[u8]>::to_vec)
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte % 2 == 1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn encode(bytes: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn read(jwk: &Value) -> Result<Option<Material>, Flaw> {
        Material::read(jwk.as_object().expect("an object"))
    }

    /// The key of RFC 9449 §4.1.
    const X: &str = "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs";
    const Y: &str = "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA";

    fn ec_key(x: &str, y: &str) -> Value {
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })
    }

    #[test]
    fn a_point_lies_on_its_curve_and_is_written_in_full() {
        assert!(matches!(read(&ec_key(X, Y)), Ok(Some(Material::Ec(_)))));
        let (zero, large) = (encode([0; 32]), encode([0xff; 32]));
        for (x, y) in [(X, X), (Y, X), (&*zero, &*zero), (X, &*zero), (&*zero, Y), (&*large, Y), (X, &*large)] {
            assert_eq!(read(&ec_key(x, y)), Err(Flaw::Point), "{x} {y}");
        }
        let short = encode([1; 31]);
        let long = encode([[0].as_slice(), &URL_SAFE_NO_PAD.decode(X).expect("base64url")].concat());
        for wrong in ["", "AAAA", &short, &long, &format!("{X}="), "l8tFrhx+34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs"] {
            assert_eq!(read(&ec_key(wrong, Y)), Err(Flaw::Coordinate), "{wrong}");
            assert_eq!(read(&ec_key(X, wrong)), Err(Flaw::Coordinate), "{wrong}");
        }
        assert_eq!(read(&json!({ "kty": "EC", "crv": "P-256", "x": X })), Err(Flaw::Coordinate));
    }

    #[test]
    fn a_point_of_ed25519_is_one_that_not_everybody_can_sign_for() {
        let read = |bytes: &[u8]| read(&json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(bytes) }));
        let known = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").expect("base64url");
        assert_eq!(read(&known), Ok(Some(Material::Ed(known.clone()))));
        // The neutral element, a point of order four, and y = 2, which no x belongs to.
        let starting_with = |first: u8| [[first].as_slice(), &[0; 31]].concat();
        for bad in [starting_with(1), starting_with(0), starting_with(2)] {
            assert_eq!(read(&bad), Err(Flaw::Point), "{bad:?}");
        }
        for bad in [&known[1..], &[known.as_slice(), &[0]].concat(), &[]] {
            assert_eq!(read(bad), Err(Flaw::Coordinate), "{bad:?}");
        }
    }

    #[test]
    fn an_rsa_key_has_an_odd_modulus_that_is_long_enough_and_an_odd_exponent_that_is_large_enough() {
        let read = |n: &[u8], e: &[u8]| read(&json!({ "kty": "RSA", "n": encode(n), "e": encode(e) }));
        let usual: &[u8] = &[1, 0, 1];
        let (good, padded) = ([0xff; 256], [[0; 8].as_slice(), &[0xff; 256]].concat());
        for (n, e) in [(good.as_slice(), usual), (&padded, &[0, 1, 0, 1]), (&good, &[0xff; 4])] {
            assert!(matches!(read(n, e), Ok(Some(Material::Rsa { .. }))), "{n:?} {e:?}");
        }
        let mut even = good;
        even[255] = 0xfe;
        let mut short = good;
        short[0] = 0x7f;
        let hidden = [[0; 8].as_slice(), &[0xff; 255]].concat();
        for n in [even.as_slice(), &short, &hidden, &[0xff; 1_025], &[], &[0; 256]] {
            assert_eq!(read(n, usual), Err(Flaw::Modulus), "{n:?}");
        }
        for e in [[].as_slice(), &[0], &[1], &[2], &[3], &[17], &[0xff, 0xff], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
            assert_eq!(read(&good, e), Err(Flaw::Exponent), "{e:?}");
        }
    }
}
