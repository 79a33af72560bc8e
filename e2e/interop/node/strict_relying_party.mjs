// A site of the profile fapi2 with openid-client: pushed and signed requests, signed responses, tokens bound by DPoP.
import assert from 'node:assert'
import { readFileSync } from 'node:fs'
import * as client from 'openid-client'
import { Browser } from './browser.mjs'

const { ISSUER, CLIENT_ID, KEY_FILE } = process.env
const redirect_uri = 'https://strict.example/callback'
const held = (step) => console.log(`✓ ${step}`)

// docs/integrate/openid-client.md: begin strict
const jwk = JSON.parse(readFileSync(KEY_FILE))
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
const key = { key: await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']), kid: jwk.kid }
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, {}, client.PrivateKeyJwt(key))
client.useJwtResponseMode(config)
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))

const kept = {
  pkceCodeVerifier: client.randomPKCECodeVerifier(),
  expectedState: client.randomState(),
  expectedNonce: client.randomNonce(),
}
const signed = await client.buildAuthorizationUrlWithJAR(config, {
  redirect_uri,
  scope: 'openid profile',
  code_challenge: await client.calculatePKCECodeChallenge(kept.pkceCodeVerifier),
  code_challenge_method: 'S256',
  state: kept.expectedState,
  nonce: kept.expectedNonce,
}, key)
const url = await client.buildAuthorizationUrlWithPAR(config, signed.searchParams, { DPoP })
// docs/integrate/openid-client.md: end strict
held('pushes a signed request')

const address = await new Browser().open(url, redirect_uri)
const checks = { ...kept, idTokenExpected: true }
const tokens = await client.authorizationCodeGrant(config, address, checks, undefined, { DPoP })
assert.equal(tokens.token_type, 'dpop')
held('reads the signed response and gets tokens that are bound to its key')

const { sub } = tokens.claims()
assert.equal((await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).sub, sub)
const stolen = { headers: { authorization: `Bearer ${tokens.access_token}` } }
assert.equal((await fetch(config.serverMetadata().userinfo_endpoint, stolen)).status, 401)
held('asks for user information, which nobody can who has the token alone')

const fresh = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP })
assert.equal(fresh.token_type, 'dpop')
held('refreshes')
