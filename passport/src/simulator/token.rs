//! The token endpoint. The rules of each grant are those of [`crate::oidc`]; what they are held against is in memory.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use http::HeaderMap;
use serde_json::Value;
use shared::clock::Timestamp;

use super::candidates::Candidate;
use super::faults::{self, Fault, Faulty, Set};
use super::{LIFETIMES, Simulator};
use crate::clients::{Client, GrantType};
use crate::oidc::access_token::{self, Format, NewAccessToken};
use crate::oidc::audience::Audience;
use crate::oidc::claims;
use crate::oidc::client_auth::Credentials;
use crate::oidc::code::AuthorizationCode;
use crate::oidc::direct::{self, respond};
use crate::oidc::error::ProtocolError;
use crate::oidc::failure::Failure;
use crate::oidc::grant_engine::access_token::{self as code_engine, CodeRequest};
use crate::oidc::grant_engine::client_credentials::{CredentialsRequest, negotiate};
use crate::oidc::grant_engine::refresh::{self as refresh_engine, RefreshRequest, Stored};
use crate::oidc::handle::{self, GrantId};
use crate::oidc::id_token::{self, NewIdToken};
use crate::oidc::params::Params;
use crate::oidc::rules::Rule;
use crate::oidc::scope::{OPENID, Scope};
use crate::oidc::store::grants::{Family, Grant};
use crate::oidc::token::authorization_code::judge;
use crate::oidc::token::endpoint::Caller;
use crate::oidc::token::issue::{self, Written};
use crate::oidc::token::refresh_token::{Standing, idle_end, standing};
use crate::oidc::token::retry;

/// A client that has authenticated, and how.
struct Authenticated<'r> {
    client: Arc<Client>,
    /// The secret that it showed.
    secret: Option<&'r str>,
}

/// What tokens are made of.
struct New<'n> {
    client: &'n Client,
    secret: Option<&'n str>,
    grant: &'n Grant,
    scope: &'n Scope,
    audience: &'n Audience,
    nonce: Option<&'n str>,
    refresh: Option<&'n str>,
    candidate: &'n Candidate,
    faults: &'n Set,
}

/// `POST /token`
pub(super) async fn token(
    State(simulator): State<Simulator>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(body) = body else { return simulator.too_large() };
    let params = match direct::form(&headers, &body) {
        Ok(params) => params,
        Err(error) => return respond::refusal(&error, &simulator.0.issuer),
    };
    let faults = simulator.faults_of_request(&params);
    simulator.wait_for(Fault::TokenSlow, &faults).await;
    if faults.contains(&Fault::TokenServerError) {
        return super::discovery::broken(&simulator);
    }
    let served = match forced(&faults) {
        Some(rule) => Err(rule.into()),
        None => simulator.exchange_grant(&headers, &params, &faults).await,
    };
    match served {
        // The tokens were made, and nobody gets them.
        Ok(_) if faults.contains(&Fault::TokenHtml) => faults::html(),
        Ok(body) if faults.contains(&Fault::TokenBrokenJson) => faults::broken_json(&body),
        Ok(body) if faults.contains(&Fault::TokenCutOff) => faults::cut_off(&body),
        Ok(body) => respond::json(body),
        Err(failure) => respond::error(&failure, &simulator.0.issuer),
    }
}

fn forced(faults: &Set) -> Option<Rule> {
    let is_on = |fault| faults.contains(&fault);
    if is_on(Fault::TokenInvalidClient) {
        return Some(Rule::ClientAuthenticationFailed);
    }
    is_on(Fault::TokenInvalidGrant).then_some(Rule::GrantRefused)
}

impl Simulator {
    pub(super) fn too_large(&self) -> Response {
        respond::refusal(&Rule::FormBodyTooLarge.error(), &self.0.issuer)
    }

    /// What is wrong for everybody, and with the authorization that the request is about.
    fn faults_of_request(&self, params: &Params) -> Set {
        let code = params.get("code").and_then(|text| AuthorizationCode::open(&*self.0.sealer, text));
        let token = params.get("refresh_token").and_then(|text| handle::read_refresh_token(text, &*self.0.sealer));
        let grant = code.map(|code| code.grant.id).or(token.map(|token| token.grant));
        let own = grant.map(|grant| self.memory().faults_of(grant)).unwrap_or_default();
        self.faults_with(&own)
    }

    /// The client that sends the request.
    pub(super) fn authenticate(
        &self,
        headers: &HeaderMap,
        params: &Params,
    ) -> Result<(Arc<Client>, Option<String>), ProtocolError> {
        let (credentials, now) = (Credentials::read(headers, params)?, self.now());
        let client = self.0.clients.calling(&credentials, now).ok_or(Rule::ClientUnknown)?;
        credentials.prove(&client, now)?;
        let secret = match &credentials {
            Credentials::Secret(shown) => Some(shown.secret.expose().to_owned()),
            _ => None,
        };
        Ok((client, secret))
    }

    async fn exchange_grant(&self, headers: &HeaderMap, params: &Params, faults: &Set) -> Result<Vec<u8>, Failure> {
        let (client, secret) = self.authenticate(headers, params)?;
        let by = Authenticated { client, secret: secret.as_deref() };
        let grant = match params.get("grant_type") {
            None => return Err(Rule::GrantTypeMissing.into()),
            Some("authorization_code") => GrantType::AuthorizationCode,
            Some("refresh_token") => GrantType::RefreshToken,
            Some("client_credentials") => GrantType::ClientCredentials,
            Some(_) => return Err(Rule::GrantTypeUnsupported.into()),
        };
        if !by.client.allows(grant) {
            return Err(Rule::GrantNotAllowed.into());
        }
        match grant {
            GrantType::AuthorizationCode => self.redeem(&by, params, faults).await,
            GrantType::RefreshToken => self.refresh(&by, params, faults).await,
            GrantType::ClientCredentials => self.for_client(&by.client, params).await,
        }
    }

    async fn redeem(&self, by: &Authenticated<'_>, params: &Params, faults: &Set) -> Result<Vec<u8>, Failure> {
        let (client, now) = (&*by.client, self.now());
        let request = CodeRequest {
            client_id: client.id.as_str(),
            grant_type: "authorization_code",
            code: params.get("code"),
            redirect_uri: params.get("redirect_uri"),
            code_verifier: params.get("code_verifier"),
        };
        let begun = code_engine::Redemption::begin(request)?;
        let text = request.code.unwrap_or_default();
        let code = AuthorizationCode::open(&*self.0.sealer, text).ok_or(Rule::CodeUnreadable)?;
        // Where anybody may ask, it was not known before that this client has no secret (RFC 9700 §2.1.1).
        if client.is_public() && code.code_challenge.is_none() {
            return Err(Rule::ClientCredentialsMissing.into());
        }
        let caller = Caller { client, bound_to: None };
        let judged = judge(begun, caller, &code, now).and_then(|()| code.grant.audience.narrowed(params));
        let refused = match judged {
            Ok(audience) => match self.spend(&code, now) {
                Some((candidate, refresh)) => {
                    let new = New {
                        client,
                        secret: by.secret,
                        grant: &code.grant,
                        scope: &code.grant.scope,
                        audience: &audience,
                        nonce: code.nonce.as_deref(),
                        refresh: code.grant.refreshable.then_some(refresh.as_str()),
                        candidate: &candidate,
                        faults,
                    };
                    return self.make(new, now).await;
                }
                None => Rule::CodeSpent.error(),
            },
            Err(error) => error,
        };
        // RFC 6749 §4.1.2, as at a passport: only the client that it was issued to can say that it was stolen.
        if code.grant.client_id == client.id.as_str() {
            self.memory().revoke(code.grant.id);
        }
        Err(refused.into())
    }

    fn spend(&self, code: &AuthorizationCode, now: Timestamp) -> Option<(Candidate, String)> {
        let grant = &code.grant;
        let refresh = handle::mint_refresh_token(grant.id, &*self.0.entropy, &*self.0.sealer);
        let lifetime = if grant.refreshable { LIFETIMES.refresh_idle } else { LIFETIMES.access_token };
        let family = Family {
            grant: grant.clone(),
            over: false,
            began_at: now,
            expires_at: now + lifetime,
            key: None,
            current: grant.refreshable.then_some(refresh.hash),
            previous: None,
            refreshed_at: None,
            answer: None,
        };
        Some((self.memory().redeem(family)?, refresh.text))
    }

    async fn refresh(&self, by: &Authenticated<'_>, params: &Params, faults: &Set) -> Result<Vec<u8>, Failure> {
        let (client, now) = (&*by.client, self.now());
        let request = RefreshRequest {
            client_id: client.id.as_str(),
            grant_type: "refresh_token",
            refresh_token: params.get("refresh_token"),
            scope: params.get("scope"),
        };
        let text = request.refresh_token.unwrap_or_default();
        let presented = handle::read_refresh_token(text, &*self.0.sealer);
        let kept = presented.and_then(|presented| self.memory().family(presented.grant));
        let owner = kept.as_ref().map(|kept| kept.family.grant.account.to_string()).unwrap_or_default();
        let stored = kept.as_ref().map(|kept| Stored {
            client_id: &kept.family.grant.client_id,
            owner: &owner,
            scope: &kept.family.grant.scope,
        });
        let scope = refresh_engine::refresh(request, stored)?;
        let (Some(presented), Some(kept)) = (presented, kept) else { return Err(Rule::RefreshTokenUnknown.into()) };
        let family = &kept.family;
        let audience = family.grant.audience.narrowed(params)?;
        match standing(family, presented, LIFETIMES, now) {
            Standing::Over => Err(Rule::RefreshTokenOver.into()),
            Standing::JustReplaced(sealed) => retry::open(text, &sealed).ok_or_else(|| Rule::RefreshTokenSpent.into()),
            Standing::Spent => {
                self.memory().revoke(presented.grant);
                Err(Rule::RefreshTokenSpent.into())
            }
            Standing::Current => {
                let next = handle::mint_refresh_token(presented.grant, &*self.0.entropy, &*self.0.sealer);
                let new = New {
                    client,
                    secret: by.secret,
                    grant: &family.grant,
                    scope: &scope,
                    audience: &audience,
                    nonce: None,
                    refresh: Some(&next.text),
                    candidate: &kept.candidate,
                    faults,
                };
                let answer = self.make(new, now).await?;
                let sealed = retry::seal(text, &answer, &*self.0.entropy);
                let replaced = self.memory().rotate(presented.grant, presented.hash, |family| {
                    family.previous = Some(presented.hash);
                    family.current = Some(next.hash);
                    family.refreshed_at = Some(now);
                    family.answer = Some(sealed);
                    family.expires_at = idle_end(family, LIFETIMES, now);
                });
                if replaced { Ok(answer) } else { Err(Rule::RefreshTokenSpent.into()) }
            }
        }
    }

    async fn for_client(&self, client: &Client, params: &Params) -> Result<Vec<u8>, Failure> {
        let request = CredentialsRequest { client, grant_type: "client_credentials", scope: params.get("scope") };
        let scope = negotiate(request)?;
        let audience = Audience::requested(params.all("resource"), client)?;
        let access = NewAccessToken {
            subject: client.id.as_str(),
            client_id: client.id.as_str(),
            scope: &scope,
            grant: None,
            session: None,
            auth_time: None,
            acr: None,
            bound_to: None,
            audience: &audience,
            format: Format::Jwt,
        };
        let access = self.access_token(access, self.now()).await?;
        let written = Written { access: &access, scope: &scope, refresh: None, id_token: None, bound_to: None };
        Ok(issue::write(LIFETIMES.access_token, &written))
    }

    async fn access_token(&self, token: NewAccessToken<'_>, now: Timestamp) -> Result<String, Failure> {
        let jti = access_token::jti(&*self.0.entropy);
        let claims = access_token::write(&self.0.issuer, (&jti, LIFETIMES.access_token), token, now);
        let key = self.ring().await?.signing(access_token::ALG)?;
        Ok(key.jws(access_token::TYPE, &claims).await?)
    }

    /// The answer with tokens, of which the ID token is as wrong as it is to be.
    async fn make(&self, new: New<'_>, now: Timestamp) -> Result<Vec<u8>, Failure> {
        let New { client, grant, candidate, .. } = new;
        let subject = self.subject(client, grant.account);
        let (session, id) = (grant.session.to_string(), grant.id.to_string());
        let access = NewAccessToken {
            subject: &subject,
            client_id: client.id.as_str(),
            scope: new.scope,
            grant: Some(&id),
            session: Some(&session),
            auth_time: Some(grant.auth_time),
            acr: Some(&grant.acr),
            bound_to: None,
            audience: new.audience,
            format: Format::Jwt,
        };
        let access = self.access_token(access, now).await?;
        let named = &grant.named.id_token;
        let person = (!named.is_empty())
            .then(|| claims::select(candidate.claims.clone(), grant.province, &Scope::default(), named));
        let id_token = if new.scope.has(OPENID) {
            let token = NewIdToken {
                grant,
                subject: &subject,
                session: &session,
                nonce: new.nonce,
                access_token: &access,
                person: person.as_ref(),
            };
            let hash = id_token::at_hash(client.id_token_alg, &access);
            let written = id_token::write(&self.0.issuer, (client, LIFETIMES.id_token), (token, &hash), now);
            Some(self.id_token(serde_json::to_value(&written).unwrap_or_default(), &new, now).await?)
        } else {
            None
        };
        let written = Written {
            access: &access,
            scope: new.scope,
            refresh: new.refresh,
            id_token: id_token.as_deref(),
            bound_to: None,
        };
        Ok(issue::write(LIFETIMES.access_token, &written))
    }

    async fn id_token(&self, claims: Value, new: &New<'_>, now: Timestamp) -> Result<String, Failure> {
        let (ring, alg) = (self.ring().await?, new.client.id_token_alg);
        let (key, unknown) = (ring.signing(alg)?, ring.unknown(alg)?);
        let Value::Object(claims) = claims else { return Err(Rule::ServerError.into()) };
        let made = Faulty { faults: new.faults, key: &key, unknown: &unknown, secret: new.secret, now };
        Ok(faults::sign(claims, made).await?)
    }

    /// The authorization of that id, unless it is over.
    pub(super) fn living(&self, id: GrantId) -> Option<super::memory::Kept> {
        self.memory().family(id).filter(|kept| !kept.family.over)
    }
}
