//! What is done in a session: keys made, found, used, destroyed.

use aws_lc_rs::digest::{SHA256, digest};
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::SessionState;

use super::super::{Made, ObjectId, TokenError};
use super::connection::{Session, told};
use super::encoding::{ED25519, P256, point, rsa_public_key};
use crate::keys::alg::Alg;

/// What people who look into the token see.
const LABEL: &[u8] = b"E-TEST passport";

/// RFC 7518 §3.3: at least 2048 bits.
const RSA_BITS: u64 = 2048;

impl Session {
    pub(super) fn offers(&mut self, alg: Alg) -> Result<bool, TokenError> {
        let needed = match alg {
            Alg::ES256 => [MechanismType::ECC_KEY_PAIR_GEN, MechanismType::ECDSA],
            Alg::EdDsa => [MechanismType::ECC_EDWARDS_KEY_PAIR_GEN, MechanismType::EDDSA],
            Alg::PS256 => [MechanismType::RSA_PKCS_KEY_PAIR_GEN, MechanismType::SHA256_RSA_PKCS_PSS],
            Alg::RS256 => [MechanismType::RSA_PKCS_KEY_PAIR_GEN, MechanismType::SHA256_RSA_PKCS],
        };
        Ok(needed.iter().all(|mechanism| self.mechanisms.contains(mechanism)))
    }

    /// Makes a key pair whose private half the token never hands out. Its public half is not kept there.
    pub(super) fn generate(&mut self, alg: Alg, object: ObjectId) -> Result<Made, TokenError> {
        let id = Attribute::Id(object.as_bytes().to_vec());
        let mut public = vec![Attribute::Token(false), Attribute::Verify(true), id.clone()];
        let mechanism = match alg {
            Alg::ES256 => {
                public.push(Attribute::EcParams(P256.to_vec()));
                Mechanism::EccKeyPairGen
            }
            Alg::EdDsa => {
                public.push(Attribute::EcParams(ED25519.to_vec()));
                Mechanism::EccEdwardsKeyPairGen
            }
            Alg::PS256 | Alg::RS256 => {
                public.push(Attribute::ModulusBits(RSA_BITS.into()));
                public.push(Attribute::PublicExponent(vec![1, 0, 1]));
                Mechanism::RsaPkcsKeyPairGen
            }
        };
        let private = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            // It signs and does nothing else: what is left out, tokens allow.
            Attribute::Decrypt(false),
            Attribute::Unwrap(false),
            Attribute::Derive(false),
            Attribute::Label(LABEL.to_vec()),
            id,
        ];
        let (public, private) = self.handle.generate_key_pair(&mechanism, &public, &private).map_err(told)?;
        self.keep(object, private)?;
        let public = self.public_half(alg, public)?;
        Ok(Made { public, serial: self.serial().to_owned() })
    }

    /// Remembers a key that was made, unless the token would hand it out: some take a template for a wish.
    pub(super) fn keep(&mut self, object: ObjectId, key: ObjectHandle) -> Result<(), TokenError> {
        let wanted = [AttributeType::Sensitive, AttributeType::Extractable];
        let said = self.handle.get_attributes(key, &wanted).map_err(told)?;
        if said.contains(&Attribute::Sensitive(true)) && said.contains(&Attribute::Extractable(false)) {
            self.objects.insert(object, key);
            return Ok(());
        }
        self.handle.destroy_object(key).map_err(told)?;
        Err(TokenError::HandsOut)
    }

    fn public_half(&self, alg: Alg, key: ObjectHandle) -> Result<Vec<u8>, TokenError> {
        let wanted: &[AttributeType] = match alg {
            Alg::ES256 | Alg::EdDsa => &[AttributeType::EcPoint],
            Alg::PS256 | Alg::RS256 => &[AttributeType::Modulus, AttributeType::PublicExponent],
        };
        let found = self.handle.get_attributes(key, wanted).map_err(told)?;
        match (alg, found.as_slice()) {
            (Alg::ES256, [Attribute::EcPoint(value)]) => point(value, 65),
            (Alg::EdDsa, [Attribute::EcPoint(value)]) => point(value, 32),
            (_, [Attribute::Modulus(n), Attribute::PublicExponent(e)])
            | (_, [Attribute::PublicExponent(e), Attribute::Modulus(n)]) => Ok(rsa_public_key(n, e)),
            _ => Err(TokenError::Odd("public key")),
        }
    }

    pub(super) fn sign(&mut self, alg: Alg, object: ObjectId, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        let key =
            self.find(ObjectClass::PRIVATE_KEY, object)?.ok_or_else(|| TokenError::NoObject(object.to_string()))?;
        let signed = match alg {
            // Few tokens hash for ECDSA. What they answer with is r and s, as a JWS wants it.
            Alg::ES256 => self.handle.sign(&Mechanism::Ecdsa, key, digest(&SHA256, message).as_ref()),
            Alg::EdDsa => {
                let pure = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519));
                self.handle.sign(&pure, key, message)
            }
            Alg::PS256 => {
                // RFC 7518 §3.5: MGF1 with SHA-256, and a salt as long as the hash.
                let params =
                    PkcsPssParams { hash_alg: MechanismType::SHA256, mgf: PkcsMgfType::MGF1_SHA256, s_len: 32.into() };
                self.handle.sign(&Mechanism::Sha256RsaPkcsPss(params), key, message)
            }
            Alg::RS256 => self.handle.sign(&Mechanism::Sha256RsaPkcs, key, message),
        };
        signed.map_err(told)
    }

    /// Everything of that id goes: a token may have kept the public half as well.
    pub(super) fn destroy(&mut self, object: ObjectId) -> Result<(), TokenError> {
        self.objects.remove(&object);
        let all = [Attribute::Id(object.as_bytes().to_vec())];
        let found = self.handle.find_objects(&all).map_err(told)?;
        if found.is_empty() {
            // Who is not logged in any more is shown no private key, and would take it for destroyed.
            return self.require_login();
        }
        found.into_iter().try_for_each(|object| self.handle.destroy_object(object).map_err(told))
    }

    fn require_login(&self) -> Result<(), TokenError> {
        match self.handle.get_session_info().map_err(told)?.session_state() {
            SessionState::RwUser => Ok(()),
            _ => Err(TokenError::Gone("its login was lost".to_owned())),
        }
    }

    pub(super) fn find(&mut self, class: ObjectClass, object: ObjectId) -> Result<Option<ObjectHandle>, TokenError> {
        if let Some(known) = self.objects.get(&object) {
            return Ok(Some(*known));
        }
        let template = [Attribute::Class(class), Attribute::Id(object.as_bytes().to_vec())];
        let found = self.handle.find_objects(&template).map_err(told)?.into_iter().next();
        if let Some(handle) = found {
            self.objects.insert(object, handle);
        }
        Ok(found)
    }
}
