/** A text that is being written: kept until it is posted, with the key that makes a repeated post the same post. */

import { draftName, recalled } from "../acting/keeping";
import type { Discussion } from "../discussion";
import { forget, keep } from "../store";

interface Kept {
  text: string;
  key?: string;
  /** What the key was used for: another text is another post. */
  sent?: string;
}

export interface Draft {
  /** Written down soon after it was set. */
  text: string;
  /** The key for sending `payload`; the same one for as long as that does not change. */
  keyFor(payload: string): string;
  write(): void;
  clear(): void;
}

const WRITTEN_AFTER_MS = 500;

/** `place` is the comment that is answered or edited, nothing at the top of the page. */
export function draftOf(d: Pick<Discussion, "page" | "storageKey">, place: string): Draft {
  const name = draftName(d, place);
  const found = recalled<Kept>(name);
  let kept: Kept = typeof found?.text === "string" ? found : { text: "" };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    clearTimeout(timer);
    if (kept.text) keep(name, JSON.stringify(kept));
    else forget(name);
  };
  return {
    get text() {
      return kept.text;
    },
    set text(text) {
      kept.text = text;
      clearTimeout(timer);
      timer = setTimeout(write, WRITTEN_AFTER_MS);
    },
    keyFor(payload) {
      const sent = fingerprint(payload);
      if (kept.sent !== sent) kept = { text: kept.text, key: randomKey(), sent };
      write();
      return kept.key ?? "";
    },
    write,
    clear() {
      kept = { text: "" };
      write();
    },
  };
}

/** 128 random bits. `crypto.randomUUID` is missing on pages without HTTPS. */
function randomKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

/** Tells payloads of one draft apart without keeping a name or an address beside it. Source: FNV-1a, 32 bits. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return `${text.length}:${hash >>> 0}`;
}
