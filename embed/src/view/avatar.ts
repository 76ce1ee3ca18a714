/** Initials in one of twelve hues: no image, no request, no inline style. */

import { h } from "../dom";
import type { Author } from "../types";

const HUES = 12;

export function avatar(author: { id: string; name: string | null } | Author | null): HTMLElement {
  if (!author) return h("span", { class: "avatar avatar--none", "aria-hidden": "true" });
  return h("span", { class: "avatar", part: "avatar", "data-hue": hueOf(author.id), "aria-hidden": "true" }, initials(author.name ?? ""));
}

/** One or two letters; one for scripts without case, whose single letters are wide and say more. */
export function initials(name: string): string {
  const letters = name.split(/[\s_.-]+/).map((word) => [...word].find((sign) => /[\p{L}\p{N}]/u.test(sign)) ?? "");
  const [first = "", ...others] = letters.filter(Boolean);
  const last = others.at(-1) ?? "";
  const cased = first.toLowerCase() !== first.toUpperCase();
  return cased ? (first + last).toUpperCase() : first;
}

/** Source: FNV-1a, 32 bits; its low bits alone would give neighbours the same hue. */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % HUES;
}
