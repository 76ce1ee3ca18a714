/** Shortens very long comments to about nine lines, only where that hides at least four. */

import type { Discussion } from "../discussion";
import { button } from "../dom";
import { Key } from "../i18n/keys";

const SHOWN_LINES = 9;
const WORTH_HIDING = 4;

/** Before they are painted: what shrinks later moves all that follows. */
export function shorten(d: Discussion, ...boxes: HTMLElement[]): void {
  const bodies = boxes.flatMap((box) => [...box.querySelectorAll<HTMLElement>(".body:not(.clamp, .is-open)")]);
  // All is measured before anything is changed: one layout.
  for (const body of bodies.filter(isLong)) {
    body.classList.add("clamp");
    body.after(button("unclamp", "more", { "aria-expanded": "false" }, d.words.say(Key.readMore)));
  }
}

function isLong(body: HTMLElement): boolean {
  return body.scrollHeight / parseFloat(getComputedStyle(body).lineHeight) >= SHOWN_LINES + WORTH_HIDING;
}
