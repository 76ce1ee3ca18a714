/** Has a proof made while somebody writes, and hands it over when the comment is sent. */

import type { Discussion } from "../discussion";

type Proving = typeof import("../proving/index");

/** The service takes one for two hours. */
const GOOD_FOR_MS = 3_600_000;
const PATIENCE_MS = 10_000;

const begun = new WeakMap<Discussion, { since: number; proof: Promise<object | undefined> }>();

/** Somebody writes. Where a proof cannot be had, the comment will wait for a moderator. */
export function beginProof(d: Discussion): void {
  const since = Date.now();
  if (since - (begun.get(d)?.since ?? 0) < GOOD_FOR_MS) return;
  begun.set(d, { since, proof: d.chunk<Proving>("proving").then((part) => part.prove(d)).catch(() => undefined) });
}

/** The proof, or nothing if it takes too long: the text is worth more. */
export function proofOf(d: Discussion): Promise<object | undefined> {
  beginProof(d);
  const late = new Promise<undefined>((give) => setTimeout(give, PATIENCE_MS));
  return Promise.race([begun.get(d)?.proof, late]);
}

/** It is used up. */
export function forgetProof(d: Discussion): void {
  begun.delete(d);
}
