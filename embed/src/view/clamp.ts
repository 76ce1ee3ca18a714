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

/** Open or shut the long comment that `button` stands below. */
export function toggleClamp(d: Discussion, button: HTMLElement): void {
  const body = button.previousElementSibling;
  if (!body) return;
  const shut = body.classList.toggle("clamp");
  body.classList.toggle("is-open", !shut);
  body.scrollTop = 0;
  button.textContent = d.words.say(shut ? "readMore" : "showLess");
  button.setAttribute("aria-expanded", `${!shut}`);
}

/** Open a shut comment when the focus or the browser's find-in-page goes into it. */
export function openReached(d: Discussion, target: EventTarget | null): void {
  const body = target instanceof Element ? target.closest(".clamp") : null;
  const button = body?.nextElementSibling;
  if (button instanceof HTMLElement && (target !== body || (body?.scrollTop ?? 0) > 0)) toggleClamp(d, button);
}

function lineHeight(body: HTMLElement): number {
  return parseFloat(getComputedStyle(body).lineHeight) || 24;
}
