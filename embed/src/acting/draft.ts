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
  private readonly name: string;
  private kept: Kept;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `place` is the comment that is answered or edited, nothing at the top of the page. */
  constructor({ page, api }: Pick<Discussion, "page" | "api">, place: string) {
    this.name = `comments:draft:${api.host}/${api.site} ${page.identifier || page.url} ${place}`;
    this.kept = read(recall(this.name));
  }

  get text(): string {
    return this.kept.text;
  }

  set text(text: string) {
    this.kept.text = text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), WRITTEN_AFTER_MS);
  }

  /** The key for sending `payload`; the same one for as long as that does not change. */
  keyFor(payload: string): string {
    const sent = fingerprint(payload);
    if (!this.kept.key || this.kept.sent !== sent) Object.assign(this.kept, { key: randomKey(), sent });
    this.write();
    return this.kept.key ?? "";
  }

  write(): void {
    clearTimeout(this.timer);
    if (this.kept.text) keep(this.name, JSON.stringify(this.kept));
    else forget(this.name);
  }

  clear(): void {
    this.kept = { text: "" };
    this.write();
  }
}

function read(kept: string | null): Kept {
  try {
    const { text, key, sent } = JSON.parse(kept ?? "") as Kept;
    if (typeof text === "string") return { text, ...(key && sent ? { key, sent } : {}) };
  } catch {
    // Nothing kept, or not by us.
  }
  return { text: "" };
}

/** 128 random bits in hex. `crypto.randomUUID` is missing on pages without HTTPS. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Tells payloads of one draft apart without keeping a name or an address beside it. Source: FNV-1a, 32 bits. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return `${text.length}:${hash >>> 0}`;
}
