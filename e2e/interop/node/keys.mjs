// Makes a key for a client: its private half into a file, its public half, as a line of the client's description, out.
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const { d, ...half } = { ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }
writeFileSync(process.argv[2], JSON.stringify({ d, ...half }), { mode: 0o600 })
const fields = Object.entries(half).map(([name, value]) => `${name} = "${value}"`)
console.log(`jwks = { keys = [{ ${fields.join(', ')} }] }`)
