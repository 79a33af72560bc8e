// A site that signs one person in again and again, by openid-client, which keeps the key set itself. It reads `mark NAME`
// lines and tells in the end, for each phase, how many ID tokens it verified, how many it refused, and how often it was
// interrupted before or after that. Meanwhile it says `hundred` whenever so many more are verified.
import { createInterface } from 'node:readline'
import * as client from 'openid-client'
import { Browser } from './browser.mjs'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, ALG } = process.env
const redirect_uri = 'https://site.example/callback'

const metadata = { id_token_signed_response_alg: ALG }
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, metadata, client.ClientSecretBasic(CLIENT_SECRET))
// What comes straight from the passport the library takes without its signature; here that is what matters.
client.enableNonRepudiationChecks(config)

const phases = []
const begin = (name) => phases.push({ name, verified: 0, refused: 0, interrupted: 0, why: [] })
begin('start')
let open = true
const orders = createInterface({ input: process.stdin })
orders.on('line', (line) => begin(line.replace(/^mark /, '')))
orders.on('close', () => (open = false))

// Answers that are none: the passport could not be reached, or said so. Whatever else the library throws is about the token.
const unanswered = ['OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON', 'OAUTH_PARSE_ERROR', 'OAUTH_TIMEOUT']
const interrupts = (error) =>
  error instanceof TypeError || error instanceof client.ResponseBodyError ||
  error instanceof client.AuthorizationResponseError || error instanceof client.WWWAuthenticateChallengeError ||
  unanswered.includes(error.code)

const browser = new Browser()
while (open) {
  const phase = phases.at(-1)
  const note = (kind, error) => {
    phase[kind]++
    if (phase.why.length < 3) phase.why.push(`${error.code ?? error.name}: ${error.message}`.replace(/\s+/g, ' ').slice(0, 200))
  }
  let address, kept
  try {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    kept = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: kept.expectedState,
      nonce: kept.expectedNonce,
    })
    address = await browser.open(url, redirect_uri)
  } catch (error) {
    note('interrupted', error)
    continue
  }
  try {
    const tokens = await client.authorizationCodeGrant(config, address, { ...kept, idTokenExpected: true })
    if (++phase.verified % 100 === 0) console.log('hundred')
    await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
  } catch (error) {
    note(interrupts(error) ? 'interrupted' : 'refused', error)
  }
}
for (const { name, verified, refused, interrupted, why } of phases) {
  console.log(`phase ${verified} ${refused} ${interrupted} ${name}`)
  for (const line of why) console.log(`failure ${name}: ${line}`)
}
