/** Initials in one of twelve hues: no image, no request, no inline style. */

import { h } from "../dom";
import type { Author } from "../types";

const HUES = 12;

export function avatar(author: { id: string; name: string | null } | Author | null): HTMLElement {
  if (!author) return h("span", { class: "avatar avatar--none", "aria-hidden": "true" });
  return h("span", { class: "avatar", "data-hue": hueOf(author.id), "aria-hidden": "true" }, initials(author.name ?? ""));
}

/** One or two letters; one for scripts without case, whose single letters are wide and say more. */
export function initials(name: string): string {
  const letters = name.split(/[\s_.-]+/).map((word) => [...word].find((sign) => /\p{L}|\p{N}/u.test(sign)) ?? "");
  const [first = "", ...others] = letters.filter(Boolean);
  const last = others.at(-1) ?? "";
  const cased = first.toLowerCase() !== first.toUpperCase();
  return cased ? (first + last).toUpperCase() : first;
}

export function hueOf(id: string): number {
  let sum = 0;
  for (const sign of id) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  return sum % HUES;
}
