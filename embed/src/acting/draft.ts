/** A text that is being written: kept until it is posted, with the key that makes a repeated post the same post. */

import type { Discussion } from "../discussion";
import { forget, keep, recall } from "../store";

interface Kept {
  text: string;
  key?: string;
  /** What the key was used for: another text is another post. */
  sent?: string;
}

const WRITTEN_AFTER_MS = 500;

export class Draft {
  private readonly _name: string;
  private _kept: Kept;
  private _timer: ReturnType<typeof setTimeout> | undefined;

  /** `place` is the comment that is answered or edited, nothing at the top of the page. */
  constructor(d: Pick<Discussion, "page" | "storageKey">, place: string) {
    this._name = `${d.storageKey("draft")} ${d.page.identifier || d.page.url} ${place}`;
    this._kept = read(recall(this._name));
  }

  get text(): string {
    return this._kept.text;
  }

  set text(text: string) {
    this._kept.text = text;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.write(), WRITTEN_AFTER_MS);
  }

  /** The key for sending `payload`; the same one for as long as that does not change. */
  keyFor(payload: string): string {
    const sent = fingerprint(payload);
    if (this._kept.sent !== sent) this._kept = { text: this.text, key: randomKey(), sent };
    this.write();
    return this._kept.key ?? "";
  }

  write(): void {
    clearTimeout(this._timer);
    if (this.text) keep(this._name, JSON.stringify(this._kept));
    else forget(this._name);
  }

  clear(): void {
    this._kept = { text: "" };
    this.write();
  }
}

function read(kept: string | null): Kept {
  try {
    const found = JSON.parse(kept ?? "") as Kept;
    if (typeof found.text === "string") return found;
  } catch {
    // Nothing kept, or not by us.
  }
  return { text: "" };
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
