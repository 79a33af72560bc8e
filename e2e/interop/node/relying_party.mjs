// A site that signs people in with openid-client, as its documentation has it.
import assert from 'node:assert'
import * as client from 'openid-client'
import { Browser } from './browser.mjs'

const { ISSUER, CLIENT_ID, CLIENT_SECRET } = process.env
const redirect_uri = 'https://site.example/callback'
const held = (step) => console.log(`✓ ${step}`)

// docs/integrate/openid-client.md: begin
const config = await client.discovery(
  new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, client.ClientSecretBasic(CLIENT_SECRET))

// To the passport: what is made here is kept in the site's own session until the person comes back.
async function start(parameters = {}) {
  const kept = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
  }
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: 'openid profile email offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(kept.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: kept.expectedState,
    nonce: kept.expectedNonce,
    ...parameters,
  })
  return { url, kept }
}

// Back from it: state, nonce, issuer, signature and times of the ID token are checked here.
async function callback(address, kept) {
  const tokens = await client.authorizationCodeGrant(config, address, { ...kept, idTokenExpected: true })
  const person = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
  return { tokens, person }
}

// Out of the site and out of the passport.
function signOut(tokens) {
  return client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: 'https://site.example/signed-out',
  })
}
// docs/integrate/openid-client.md: end

for (const response_mode of ['query', 'form_post', 'fragment']) {
  const browser = new Browser()
  const { url, kept } = await start({ response_mode, max_age: '3600' })
  let address = await browser.open(url, redirect_uri)
  if (response_mode === 'fragment') address = new URL(`?${address.hash.slice(1)}`, address)
  const { tokens, person } = await callback(address, { ...kept, maxAge: 3600 })
  assert.equal(person.email, process.env.PERSON_NAME)
  held(`signs in (response_mode ${response_mode}), checks the ID token, asks for user information`)

  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token)
  assert.notEqual(fresh.refresh_token, tokens.refresh_token)
  assert.equal((await client.tokenIntrospection(config, fresh.access_token)).active, true)
  held('refreshes and introspects')

  await client.tokenRevocation(config, fresh.refresh_token)
  assert.equal((await client.tokenIntrospection(config, fresh.access_token)).active, false)
  await assert.rejects(client.fetchUserInfo(config, fresh.access_token, person.sub))
  held('revokes, and nothing works any more')

  const left = await browser.open(signOut(tokens), 'https://site.example/signed-out')
  assert.ok(left)
  const again = await start({ prompt: 'none' })
  const refused = await browser.open(again.url, redirect_uri)
  await assert.rejects(callback(refused, again.kept), { error: 'login_required' })
  held('signs out')
}
const own = await client.clientCredentialsGrant(config)
assert.equal(own.token_type, 'bearer')
held('gets a token of its own')
