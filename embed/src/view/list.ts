/** The list of comments and the buttons that bring more of it. */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import type { Entry } from "../thread";
import { clampLong } from "./clamp";
import { item, replies } from "./comment";
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

/** Put new top-level comments where they belong, without touching those that are there. */
export function addItems(d: Discussion, entries: Entry[], where: "append" | "prepend"): void {
  const list = topList(d);
  const items = entries.map((entry) => item(d, entry));
  list[where](...items);
  clampLong(d, ...items);
}

/** The list itself; made if the widget said that there is nothing. */
export function topList({ frame }: Discussion): HTMLElement {
  const there = frame.list.querySelector<HTMLElement>(":scope > .thread");
  if (there) return there;
  const list = h("ol", { class: "thread" });
  frame.list.replaceChildren(list);
  return list;
}

export function itemOf({ root }: Discussion, entry: Entry): HTMLElement | null {
  return root.getElementById(`comment-${entry.comment.id}`)?.parentElement ?? null;
}

/** Draw the replies of an entry anew, to fold them or to show new ones. */
export function redrawReplies(d: Discussion, entry: Entry): void {
  const box = itemOf(d, entry);
  if (!box) return;
  const old = box.querySelector<HTMLElement>(":scope > .replies");
  const fresh = replies(d, entry);
  if (old && fresh) swap(d, old, fresh);
  else if (fresh) box.append(fresh);
  else old?.remove();
  if (fresh) clampLong(d, fresh);
}

/** Put `fresh` where `old` is; the focus goes to the same button again. */
export function swap(d: Discussion, old: HTMLElement, fresh: HTMLElement): void {
  const focused = old.contains(d.root.activeElement) ? (d.root.activeElement as HTMLElement) : null;
  const does = focused?.dataset["do"];
  const again = does ? `[data-do="${does}"]` : focused?.id && `#${CSS.escape(focused.id)}`;
  old.replaceWith(fresh);
  if (!focused) return;
  const target = again ? fresh.querySelector<HTMLElement>(again) : null;
  (target ?? fresh.querySelector<HTMLElement>(".author, .more") ?? fresh).focus({ preventScroll: true });
}
