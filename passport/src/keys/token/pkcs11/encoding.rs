//! How PKCS #11 writes public keys, and how the passport does.

use super::super::TokenError;

/// `id-prime256v1` (RFC 5480 §2.1.1.1), as `CKA_EC_PARAMS`.
pub(super) const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// `id-Ed25519` (RFC 8410 §3), as `CKA_EC_PARAMS`.
pub(super) const ED25519: [u8; 5] = [0x06, 0x03, 0x2b, 0x65, 0x70];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// The point in `CKA_EC_POINT`, of so many bytes: an OCTET STRING (PKCS #11 §6.3.3), which some tokens leave out, or for
/// Ed25519 a BIT STRING.
pub(super) fn point(value: &[u8], length: usize) -> Result<Vec<u8>, TokenError> {
    let found = match value {
        raw if raw.len() == length => Some(raw),
        [OCTET_STRING, size, raw @ ..] if usize::from(*size) == raw.len() => Some(raw),
        [BIT_STRING, size, 0, raw @ ..] if usize::from(*size) == raw.len() + 1 => Some(raw),
        _ => None,
    };
    found.filter(|raw| raw.len() == length).map(<[u8]>::to_vec).ok_or(TokenError::Odd("point"))
}

/// `RSAPublicKey` (RFC 8017 A.1.1).
pub(super) fn rsa_public_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let body = [positive(modulus), positive(exponent)].concat();
    element(SEQUENCE, &body)
}

fn positive(number: &[u8]) -> Vec<u8> {
    let digits: &[u8] = number.iter().position(|byte| *byte != 0).map_or(&[0], |first| &number[first..]);
    // Without it, a first bit that is set would make it negative.
    let sign: &[u8] = if digits.first().is_some_and(|first| *first >= 0x80) { &[0] } else { &[] };
    element(INTEGER, &[sign, digits].concat())
}

fn element(tag: u8, body: &[u8]) -> Vec<u8> {
    let size: Vec<u8> = body.len().to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    if body.len() > 0x7f {
        out.push(0x80 | u8::try_from(size.len()).unwrap_or(u8::MAX));
    }
    out.extend(size);
    out.extend_from_slice(body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::alg::Alg;
    use crate::keys::signing_key::SigningKey;

    #[test]
    fn a_point_is_found_with_and_without_its_wrapping() {
        let raw = [7; 65];
        let wrapped = [&[OCTET_STRING, 65][..], &raw].concat();
        assert_eq!(point(&raw, 65).as_deref(), Ok(&raw[..]));
        assert_eq!(point(&wrapped, 65).as_deref(), Ok(&raw[..]));
        let bits = [&[BIT_STRING, 33, 0][..], &[7; 32]].concat();
        assert_eq!(point(&bits, 32).as_deref(), Ok(&[7; 32][..]));
        for odd in [&raw[..64], &wrapped[..66], &[], &[OCTET_STRING]] {
            assert!(point(odd, 65).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn an_rsa_key_is_written_as_the_library_writes_it() {
        let (key, _) = SigningKey::generate(Alg::RS256).expect("a key");
        let encoded = &key.public().encoded;
        let read = aws_lc_rs::rsa::PublicKey::from_der(encoded).expect("a key");
        let (modulus, exponent) = (read.modulus(), read.exponent());
        let numbers = [modulus.big_endian_without_leading_zero(), exponent.big_endian_without_leading_zero()];
        let padded = [&[0, 0][..], numbers[0]].concat();
        assert_eq!(rsa_public_key(numbers[0], numbers[1]), *encoded);
        assert_eq!(rsa_public_key(&padded, numbers[1]), *encoded, "leading zeros say nothing");
    }
}
