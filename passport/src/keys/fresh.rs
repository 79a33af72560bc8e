//! Making a signing key: here, or in the token.

use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::DbError;
use shared::secret::SecretBytes;

use super::alg::Alg;
use super::change::may_wait;
use super::master::MasterKey;
use super::model::{KeyRecord, KeyState, Times};
use super::pin::model::Pins;
use super::ring::open_signer;
use super::rotate::{Request, Step};
use super::signing_key::{PublicKey, SigningKey};
use super::store::{self, StoredKey};
use super::token::{Half, ObjectId, TokenError, TokenKeys};
use super::trial::model::Tried;
use super::{KeysError, Parts};

/// A key that is made and not published yet.
#[derive(Debug, Clone)]
pub(super) struct FreshKey {
    pub(super) key: StoredKey,
    /// What the token knows it by, and the token's serial number.
    pub(super) place: Option<(ObjectId, String)>,
}

impl Parts {
    /// Makes a key, where keys of its algorithm are made.
    pub(super) async fn fresh_key(
        &self,
        alg: Alg,
        (master, now): (&Arc<MasterKey>, Timestamp),
    ) -> Result<FreshKey, KeysError> {
        match self.master.token() {
            Some(token) if token.takes(alg).await? => self.key_in_token(token, alg, (master, now)).await,
            _ => self.key_in_software(alg, (master, now)).await,
        }
    }

    async fn key_in_software(
        &self,
        alg: Alg,
        (master, now): (&Arc<MasterKey>, Timestamp),
    ) -> Result<FreshKey, KeysError> {
        let (key, pkcs8) = SigningKey::generate(alg)?;
        let key = self.stored(key.public(), pkcs8, (master, now)).await?;
        Ok(FreshKey { key, place: None })
    }

    async fn key_in_token(
        &self,
        token: &TokenKeys,
        alg: Alg,
        (master, now): (&Arc<MasterKey>, Timestamp),
    ) -> Result<FreshKey, KeysError> {
        let object = ObjectId::random(&*self.entropy);
        let noted = self.db.write::<_, DbError, _>(move |tx| store::tokens::begin(tx, (object, alg), now).boxed());
        noted.await?;
        let made = token.holder.generate(alg, object).await?;
        let signer = SigningKey::held(Arc::clone(&token.holder), object, alg, made.public)
            .map_err(|_| TokenError::Odd("public key"))?;
        // A public half that is of no use would keep every node from signing once it is published.
        signer.prove().await?;
        let key = self.stored(signer.public(), SecretBytes::new(Half::in_token(object)), (master, now)).await?;
        Ok(FreshKey { key, place: Some((object, made.serial)) })
    }

    async fn stored(
        &self,
        public: &PublicKey,
        half: SecretBytes,
        (master, now): (&Arc<MasterKey>, Timestamp),
    ) -> Result<StoredKey, KeysError> {
        Ok(StoredKey {
            private_key: Some(self.wrap(master, &public.kid, half).await?),
            record: KeyRecord {
                kid: public.kid.clone(),
                alg: public.alg,
                state: KeyState::Staged { since: now, planned: None },
                times: Times { made: now, activated: None, retired: None },
                published_in: 0,
                tried: Tried::default(),
                pins: Pins::default(),
            },
            public_key: public.encoded.clone(),
            master_key_id: master.id().to_owned(),
        })
    }

    /// Has the token show that it has the keys that are to sign next: rather go on with the old ones. In an emergency
    /// nothing is as bad as the old one.
    pub(super) async fn prove_successors(self: &Arc<Self>, steps: &[Step], request: &Request) -> Result<(), KeysError> {
        if self.master.token().is_none() || matches!(request, Request::Compromise { .. }) {
            return Ok(());
        }
        let kids: Vec<&str> = steps.iter().filter_map(Step::successor).collect();
        if kids.is_empty() {
            return Ok(());
        }
        let stored = self.db.read(|tx| store::signing_keys(tx).boxed()).await?;
        let next = stored.into_iter().filter(|key| kids.contains(&key.record.kid.as_str())).collect();
        for signer in self.open_signers(next).await? {
            signer.prove().await?;
        }
        Ok(())
    }

    /// Opens these keys.
    pub(super) async fn open_signers(self: &Arc<Self>, stored: Vec<StoredKey>) -> Result<Vec<SigningKey>, KeysError> {
        let parts = Arc::clone(self);
        let open = move || stored.iter().map(|key| open_signer(&parts.master, key)).collect();
        if self.master.some_in_token() { may_wait(open).await } else { open() }
    }
}
