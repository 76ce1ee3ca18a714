/** Shortens very long comments to about nine lines, only where that hides at least four. */

import type { Discussion } from "../discussion";
import { h } from "../dom";

const SHOWN_LINES = 9;
const WORTH_HIDING = 4;

/** Watches texts until they are laid out, and shortens them before they are painted: measuring costs no layout of its own. */
export function longTexts(d: Discussion): ResizeObserver {
  return new ResizeObserver((bodies, watching) => {
    for (const { target, contentRect } of bodies) {
      watching.unobserve(target);
      if (contentRect.height <= lineHeight(target) * (SHOWN_LINES + WORTH_HIDING)) continue;
      target.classList.add("clamp");
      target.after(h("button", { type: "button", class: "more", "data-do": "unclamp", "aria-expanded": "false" }, d.words.say("readMore")));
    }
  });
}

function lineHeight(body: Element): number {
  return parseFloat(getComputedStyle(body).lineHeight) || 24;
}
