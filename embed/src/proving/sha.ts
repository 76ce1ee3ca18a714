/** SHA-256 of one text with one number after another at its end. Pages without HTTPS have no `crypto.subtle`. */

const K = new Int32Array(64);
const START = new Int32Array(8);
const schedule = new Int32Array(64);

// The first 32 bits of the fractions of the primes' cube roots and square roots. Source: FIPS 180-4, sections 4.2.2 and 5.3.3.
for (let found = 0, candidate = 2; found < 64; candidate++) {
  let divisor = 2;
  while (candidate % divisor) divisor++;
  if (divisor < candidate) continue;
  if (found < 8) START[found] = candidate ** (1 / 2) * 2 ** 32;
  K[found++] = candidate ** (1 / 3) * 2 ** 32;
}

const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** Put into `to` what `from` becomes with the 64 bytes at `at`. */
function compress(to: Int32Array, from: Int32Array, bytes: DataView, at: number): void {
  let a = from[0]!;
  let b = from[1]!;
  let c = from[2]!;
  let d = from[3]!;
  let e = from[4]!;
  let f = from[5]!;
  let g = from[6]!;
  let h = from[7]!;
  for (let round = 0; round < 64; round++) {
    if (round < 16) schedule[round] = bytes.getInt32(at + round * 4);
    else {
      const x = schedule[round - 15]!;
      const y = schedule[round - 2]!;
      schedule[round] =
        schedule[round - 16]! + schedule[round - 7]! + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
    }
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[round]! + schedule[round]!) | 0;
    const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  to[0] = from[0]! + a;
  to[1] = from[1]! + b;
  to[2] = from[2]! + c;
  to[3] = from[3]! + d;
  to[4] = from[4]! + e;
  to[5] = from[5]! + f;
  to[6] = from[6]! + g;
  to[7] = from[7]! + h;
}

/** Returns what says whether SHA-256 of `text` and a number is `wanted`, by its first 64 bits. `text` is ASCII. */
export function matcher(text: string, wanted: string): (number: number) => boolean {
  const view = new DataView(new ArrayBuffer((text.length & ~63) + 192));
  const whole = text.length & ~63;
  const begun = START.slice();
  const hash = new Int32Array(8);
  const [first, second] = [0, 8].map((at) => parseInt(wanted.slice(at, at + 8), 16) | 0);
  const write = (at: number, written: string): void => {
    for (let place = 0; place < written.length; place++) view.setUint8(at + place, written.charCodeAt(place));
  };
  write(0, text);
  // What stands before the number's block is the same each time.
  for (let at = 0; at < whole; at += 64) compress(begun, begun, view, at);
  return (number) => {
    const digits = String(number);
    const length = text.length + digits.length;
    const end = (length + 72) & ~63;
    write(text.length, digits);
    view.setUint8(length, 128);
    for (let at = length + 1; at < end; at++) view.setUint8(at, 0);
    view.setInt32(end - 4, length * 8);
    hash.set(begun);
    for (let at = whole; at < end; at += 64) compress(hash, hash, view, at);
    return hash[0] === first && hash[1] === second;
  };
}
