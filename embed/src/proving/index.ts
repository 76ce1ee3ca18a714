/** What a comment brings along to show how it was written: fetched when somebody begins to write. */

import type { Discussion } from "../discussion";
import { matcher } from "./sha";

/** As every part has them; nothing here needs what the others have. */
export function take(): void {}
export function prepare(): void {}

/** A challenge of ALTCHA's protocol, version 1. */
interface Challenge {
  algorithm: string;
  challenge: string;
  salt: string;
  signature: string;
  maxnumber: number;
}

/** As the service takes it with a comment. */
export interface Proof {
  form_token: string;
  altcha?: string;
}

const SLICE_MS = 8;
const AT_ONCE = 64;

/** Ask for a challenge, and solve it. Rejects if there is none, or when the widget ends. */
export async function prove({ api, page, ended }: Discussion): Promise<Proof> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (api.token) headers["Authorization"] = `Bearer ${api.token}`;
  const asked = { method: "POST", headers, body: JSON.stringify({ page }) };
  const { form_token, altcha } = await api.ask<{ form_token: string; altcha: Challenge | null }>("challenge", {}, asked, ended.signal);
  if (!altcha) return { form_token };
  const { maxnumber, ...given } = altcha;
  const number = await solve(altcha, ended.signal);
  return { form_token, altcha: btoa(JSON.stringify({ ...given, number })) };
}

/** In slices: the page stays as quick as it was. */
export async function solve({ challenge, salt, maxnumber }: Challenge, signal: AbortSignal): Promise<number> {
  const matches = matcher(salt, challenge);
  let began = performance.now();
  for (let number = 0; number <= maxnumber; number++) {
    if (matches(number)) return number;
    if (number % AT_ONCE || performance.now() - began < SLICE_MS) continue;
    await new Promise((goOn) => setTimeout(goOn));
    signal.throwIfAborted();
    began = performance.now();
  }
  throw new Error("no number solves it");
}
