//! A master key in the token: AES-256, never extractable, used with GCM (NIST SP 800-38D).

use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, ObjectClass, ObjectHandle};
use shared::secret::SecretBytes;

use super::super::{Bound, NONCE, ObjectId, TokenError};
use super::connection::{Session, told};

/// What people who look into the token see.
const LABEL: &[u8] = b"E-TEST passport master";
/// The size of an AES-256 key.
const BYTES: u64 = 32;
/// The size of the tag.
const TAG_BITS: u64 = 128;

impl Session {
    pub(super) fn make_master(&mut self, object: ObjectId) -> Result<(), TokenError> {
        let template = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Encrypt(true),
            Attribute::Decrypt(true),
            Attribute::Wrap(false),
            Attribute::Unwrap(false),
            Attribute::Derive(false),
            Attribute::ValueLen(BYTES.into()),
            Attribute::Label(LABEL.to_vec()),
            Attribute::Id(object.as_bytes().to_vec()),
        ];
        let made = self.handle.generate_key(&Mechanism::AesKeyGen, &template).map_err(told)?;
        self.keep(object, made)
    }

    pub(super) fn seal(
        &mut self,
        object: ObjectId,
        mut nonce: [u8; NONCE],
        bound: Bound<'_>,
    ) -> Result<Vec<u8>, TokenError> {
        let key = self.master(object)?;
        let params = GcmParams::new(&mut nonce, bound.to, TAG_BITS.into()).map_err(told)?;
        self.handle.encrypt(&Mechanism::AesGcm(params), key, bound.text).map_err(told)
    }

    pub(super) fn open(
        &mut self,
        object: ObjectId,
        mut nonce: [u8; NONCE],
        bound: Bound<'_>,
    ) -> Result<Option<SecretBytes>, TokenError> {
        let key = self.master(object)?;
        let params = GcmParams::new(&mut nonce, bound.to, TAG_BITS.into()).map_err(told)?;
        match self.handle.decrypt(&Mechanism::AesGcm(params), key, bound.text) {
            Ok(text) => Ok(Some(SecretBytes::new(text))),
            // The former is what the standard says of a tag that does not fit, the latter what SoftHSM says of it.
            Err(Error::Pkcs11(RvError::EncryptedDataInvalid | RvError::EncryptedDataLenRange, _)) => Ok(None),
            Err(error) => Err(told(error)),
        }
    }

    fn master(&mut self, object: ObjectId) -> Result<ObjectHandle, TokenError> {
        let found = self.find(ObjectClass::SECRET_KEY, object)?;
        found.ok_or_else(|| TokenError::NoMaster(object.to_string()))
    }
}
