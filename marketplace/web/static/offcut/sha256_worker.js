// SHA-256 of a whole file, block by block, away from the page: the browser's own digest wants everything in memory.
// FIPS 180-4. Message in: {file}. Messages out: {done} bytes now and then, at the end {hex}, or {error}.
"use strict";
const K = new Uint32Array(64), START = new Uint32Array(8);
(() => { // The first 32 bits of the fractions of the cube and square roots of the first primes.
  let found = 0;
  const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32);
  for (let n = 2; found < 64; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) { prime = false; break; }
    if (!prime) continue;
    if (found < 8) START[found] = fraction(Math.sqrt(n));
    K[found] = fraction(Math.cbrt(n));
    found += 1;
  }
})();

class Sha256 {
  constructor() { this.state = START.slice(); this.rest = new Uint8Array(64); this.kept = 0; this.total = 0; this.w = new Uint32Array(64); }

  update(bytes) {
    this.total += bytes.length;
    let at = 0;
    if (this.kept) {
      at = Math.min(64 - this.kept, bytes.length);
      this.rest.set(bytes.subarray(0, at), this.kept);
      this.kept += at;
      if (this.kept < 64) return;
      this.block(this.rest, 0);
      this.kept = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) this.block(bytes, at);
    this.rest.set(bytes.subarray(at), 0);
    this.kept = bytes.length - at;
  }

  block(data, at) {
    const w = this.w, s = this.state;
    for (let i = 0; i < 16; i += 1, at += 4) w[i] = (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3];
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15], y = w[i - 2];
      const small = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const large = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = w[i - 16] + small + w[i - 7] + large;
    }
    let a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
    for (let i = 0; i < 64; i += 1) {
      const one = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const first = (h + one + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const zero = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const second = (zero + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + first) | 0; d = c; c = b; b = a; a = (first + second) | 0;
    }
    s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
  }

  hex() {
    const bits = this.total * 8, end = new Uint8Array(this.kept < 56 ? 64 - this.kept : 128 - this.kept);
    end[0] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(end.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(end.length - 4, bits >>> 0);
    this.update(end);
    return [...this.state].map((word) => word.toString(16).padStart(8, "0")).join("");
  }
}

self.onmessage = async ({ data }) => {
  try {
    const digest = new Sha256(), STEP = 8 * 2 ** 20;
    for (let at = 0; at < data.file.size; at += STEP) {
      digest.update(new Uint8Array(await data.file.slice(at, at + STEP).arrayBuffer()));
      self.postMessage({ done: Math.min(at + STEP, data.file.size) });
    }
    self.postMessage({ hex: digest.hex() });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
