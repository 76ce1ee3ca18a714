/** Shortens very long comments to about nine lines, only where that hides at least four. */

import type { Discussion } from "../discussion";
import { h } from "../dom";

const SHOWN_LINES = 9;
const WORTH_HIDING = 4;

export function clampLong(d: Discussion, ...within: HTMLElement[]): void {
  const bodies = within.flatMap((box) => [...box.querySelectorAll<HTMLElement>(".comment > .body:not(.clamp, .is-open)")]);
  // All is measured before anything is changed: one layout for the whole list.
  const long = bodies.filter((body) => body.scrollHeight > lineHeight(body) * (SHOWN_LINES + WORTH_HIDING));
  for (const body of long) {
    body.classList.add("clamp");
    body.after(h("button", { type: "button", class: "more", "data-do": "unclamp", "aria-expanded": "false" }, d.words.say("readMore")));
  }
}

function lineHeight(body: HTMLElement): number {
  return parseFloat(getComputedStyle(body).lineHeight) || 24;
}
