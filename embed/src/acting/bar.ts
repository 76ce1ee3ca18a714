/** The bar between the composer and the comments: it has no height, and stays in view. */

import type { Discussion } from "../discussion";
import { button, h, icon } from "../dom";

export function drawBar({ frame }: Discussion): void {
  frame.list.before(h("div", { class: "live" }));
}

/** Have a button in the bar while there are words for it. Returns whether they are others now. */
export function inBar({ frame }: Discussion, does: string, text: string, drawing: string): boolean {
  const bar = frame.box.querySelector(".live");
  const old = bar?.querySelector(`[data-do="${does}"]`);
  if ((old?.textContent ?? "") === text) return false;
  if (!text) old?.remove();
  else if (old) old.lastChild?.replaceWith(text);
  else bar?.append(button(does, null, { part: "live" }, icon(drawing), text));
  return true;
}
