//! A token in memory, for tests of the rules: it can be taken away and brought back.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use shared::secret::SecretBytes;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};

use super::super::alg::Alg;
use super::super::signing_key::SigningKey;
use super::{Bound, Calls, KeyHolder, Made, MasterHolder, NONCE, ObjectId, TokenError, TokenKeys};

/// What becomes of a signature on its way.
type Spoil = fn(Vec<u8>) -> Vec<u8>;

/// What is in it.
#[derive(Default)]
pub(in crate::keys) struct StandIn {
    keys: Mutex<HashMap<ObjectId, Arc<SigningKey>>>,
    is_gone: AtomicBool,
    lacks_eddsa: AtomicBool,
    signed: AtomicUsize,
    masters: Mutex<HashMap<ObjectId, LessSafeKey>>,
    /// Held by who wants no key to be made.
    making: Arc<RwLock<()>>,
    /// What becomes of each signature.
    spoils: Mutex<Option<Spoil>>,
}

impl StandIn {
    pub(in crate::keys) fn keys_of(self: &Arc<Self>, algs: &[Alg]) -> TokenKeys {
        TokenKeys { holder: self.clone(), algs: algs.to_vec(), calls: Calls::default() }
    }

    pub(in crate::keys) fn take_away(&self, is_gone: bool) {
        self.is_gone.store(is_gone, Ordering::SeqCst);
    }

    pub(in crate::keys) fn lack_eddsa(&self) {
        self.lacks_eddsa.store(true, Ordering::SeqCst);
    }

    /// Has it take its time to make keys: until that is dropped.
    pub(in crate::keys) async fn make_none(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.making).write_owned().await
    }

    /// Has it do that to each signature.
    pub(in crate::keys) fn spoil(&self, how: Option<Spoil>) {
        *self.spoils.lock().expect("no panic") = how;
    }

    /// The ids of the keys in it.
    pub(in crate::keys) fn kids(&self) -> Vec<String> {
        let keys = self.keys.lock().expect("no panic");
        let mut kids: Vec<_> = keys.values().map(|key| key.public().kid.clone()).collect();
        kids.sort();
        kids
    }

    /// How often it has signed.
    pub(in crate::keys) fn signed(&self) -> usize {
        self.signed.load(Ordering::SeqCst)
    }

    /// Loses a key, as if somebody had removed it.
    pub(in crate::keys) fn lose(&self, kid: &str) {
        self.keys.lock().expect("no panic").retain(|_, key| key.public().kid != kid);
    }

    fn masters(&self, object: ObjectId) -> Result<MutexGuard<'_, HashMap<ObjectId, LessSafeKey>>, TokenError> {
        if self.is_gone.load(Ordering::SeqCst) {
            return Err(TokenError::Gone("it is away".to_owned()));
        }
        let masters = self.masters.lock().expect("no panic");
        if masters.contains_key(&object) { Ok(masters) } else { Err(TokenError::NoMaster(object.to_string())) }
    }

    fn answer<T: Send + 'static>(
        &self,
        answer: impl FnOnce() -> Result<T, TokenError>,
    ) -> BoxFuture<'_, Result<T, TokenError>> {
        let is_gone = self.is_gone.load(Ordering::SeqCst);
        let answer = if is_gone { Err(TokenError::Gone("it is away".to_owned())) } else { answer() };
        std::future::ready(answer).boxed()
    }
}

impl MasterHolder for StandIn {
    fn make_master(&self, object: ObjectId) -> Result<(), TokenError> {
        let key = UnboundKey::new(&AES_256_GCM, &[9; 32]).expect("a key");
        self.masters.lock().expect("no panic").insert(object, LessSafeKey::new(key));
        Ok(())
    }

    fn seal(&self, object: ObjectId, nonce: [u8; NONCE], bound: Bound<'_>) -> Result<Vec<u8>, TokenError> {
        let (masters, mut text) = (self.masters(object)?, bound.text.to_vec());
        let nonce = Nonce::assume_unique_for_key(nonce);
        masters[&object].seal_in_place_append_tag(nonce, Aad::from(bound.to), &mut text).expect("sealed");
        Ok(text)
    }

    fn open(&self, object: ObjectId, nonce: [u8; NONCE], bound: Bound<'_>) -> Result<Option<SecretBytes>, TokenError> {
        let (masters, mut text) = (self.masters(object)?, bound.text.to_vec());
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = masters[&object].open_in_place(nonce, Aad::from(bound.to), &mut text);
        Ok(opened.ok().map(|text| SecretBytes::new(&*text)))
    }
}

impl KeyHolder for StandIn {
    fn offers(&self, alg: Alg) -> BoxFuture<'_, Result<bool, TokenError>> {
        self.answer(|| Ok(alg != Alg::EdDsa || !self.lacks_eddsa.load(Ordering::SeqCst)))
    }

    fn generate(&self, alg: Alg, object: ObjectId) -> BoxFuture<'_, Result<Made, TokenError>> {
        let make = move || {
            let (key, _) = SigningKey::generate(alg).expect("a key");
            let public = key.public().encoded.clone();
            self.keys.lock().expect("no panic").insert(object, Arc::new(key));
            Ok(Made { public, serial: "4711".to_owned() })
        };
        async move {
            let _may_make = self.making.read().await;
            self.answer(make).await
        }
        .boxed()
    }

    fn sign(&self, _: Alg, object: ObjectId, message: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, TokenError>> {
        self.answer(|| {
            let keys = self.keys.lock().expect("no panic");
            let key = keys.get(&object).ok_or_else(|| TokenError::NoObject(object.to_string()))?;
            self.signed.fetch_add(1, Ordering::SeqCst);
            let signature = key.signature(&message).now_or_never().expect("at once").expect("signed");
            let spoil = *self.spoils.lock().expect("no panic");
            Ok(spoil.map_or_else(|| signature.clone(), |spoil| spoil(signature.clone())))
        })
    }

    fn destroy(&self, object: ObjectId) -> BoxFuture<'_, Result<(), TokenError>> {
        self.answer(|| {
            self.keys.lock().expect("no panic").remove(&object);
            Ok(())
        })
    }
}
