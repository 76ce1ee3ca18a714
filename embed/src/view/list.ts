/** The list of comments and the buttons that bring more of it. */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import type { Entry } from "../thread";
import { clampLong } from "./clamp";
import { item } from "./comment";
import { empty } from "./frame";

/** Draw all that is known, anew. */
export function drawList(d: Discussion): void {
  const { thread, frame } = d;
  const list = h("ol", { class: "thread" }, ...thread.roots.map((root) => item(d, root)));
  frame.list.replaceChildren(list);
  if (!thread.roots.length) frame.list.replaceChildren(empty(d));
  drawMore(d);
  clampLong(d, list);
}

/** The buttons before and after the list, as the cursors say. */
export function drawMore(d: Discussion): void {
  const { thread, frame, words, step } = d;
  frame.list.querySelectorAll(":scope > .load-more").forEach((button) => button.remove());
  if (thread.previous) frame.list.prepend(loadMore("previous", words.say("earlierComments")));
  const n = Math.min(step, thread.comingUp);
  if (thread.next) frame.list.append(loadMore("more", words.say("moreComments", { n })));
}

function loadMore(does: string, label: string): HTMLElement {
  return h("button", { type: "button", class: "button load-more", "data-do": does }, label);
}

export function itemOf({ root }: Discussion, entry: Entry): HTMLElement | null {
  return root.getElementById(`comment-${entry.comment.id}`)?.parentElement ?? null;
}
