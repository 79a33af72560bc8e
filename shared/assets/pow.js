// A worker that finds a nonce so that SHA-256(challenge + ":" + nonce) begins with `bits` zero bits.
// The digest is written out here: the browser's own is asynchronous and ten times slower for such small input.
"use strict";
const K = new Uint32Array(64);
const START = new Uint32Array(8);
(() => {
  // The constants are the fractions of the roots of the first primes (FIPS 180-4, 4.2.2 and 5.3.3).
  const fraction = (value) => ((value - Math.floor(value)) * 0x100000000) | 0;
  let found = 0;
  for (let n = 2; found < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (found < 8) START[found] = fraction(Math.sqrt(n));
    K[found++] = fraction(Math.cbrt(n));
  }
})();

const words = new Uint32Array(64);
const state = new Uint32Array(8);

function block(view, offset) {
  for (let i = 0; i < 16; i++) words[i] = view.getUint32(offset + 4 * i);
  for (let i = 16; i < 64; i++) {
    const a = words[i - 15], b = words[i - 2];
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + words[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

function digest(text) {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(((bytes.length + 8 >> 6) + 1) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  state.set(START);
  for (let offset = 0; offset < padded.length; offset += 64) block(view, offset);
  return state;
}

function zeroBits(hash) {
  let bits = 0;
  for (const word of hash) {
    const zeros = Math.clz32(word);
    bits += zeros;
    if (zeros < 32) break;
  }
  return bits;
}

function solve(challenge, bits) {
  for (let nonce = 0; ; nonce++) {
    if (zeroBits(digest(challenge + ":" + nonce)) >= bits) return String(nonce);
  }
}

// Also run by a test outside of a browser.
if (typeof self !== "undefined") {
  self.addEventListener("message", (event) => self.postMessage(solve(event.data.challenge, event.data.bits)));
}
