/** Shows what has changed by what somebody did: one comment at a time, where it stands. */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import { type Entry, publicBelow } from "../thread";
import type { Comment } from "../types";
import { actions, isWaiting, item, place, replies } from "../view/comment";
import { drawList, itemOf } from "../view/list";
import * as growing from "./growing";
import { countChanged } from "./telling";

/** Draw the comment alone anew; what stands below it stays, and so does the focus. */
export function redraw(d: Discussion, entry: Entry): void {
  const old = placeOf(d, entry);
  const box = itemOf(d, entry);
  if (!box || !old) return;
  box.classList.toggle("is-waiting", isWaiting(entry));
  swap(d, old, place(d, entry));
}

/** Draw only what one can do with the comment: its text may be being read aloud. */
export function redrawActions(d: Discussion, entry: Entry): void {
  const old = placeOf(d, entry)?.querySelector<HTMLElement>(":scope > .actions");
  if (old) swap(d, old, actions(d, entry));
}

/** Put one's own comment first in its list, without touching those that are there. */
export function insertOwn(d: Discussion, entry: Entry): void {
  const { parent } = entry;
  const parentItem = parent && itemOf(d, parent);
  if (!parentItem) {
    topList(d).prepend(item(d, entry));
    return;
  }
  if (parent.folded) fold(d, parent);
  // Unfolding has drawn it already.
  if (itemOf(d, entry)) return;
  const list = parentItem.querySelector<HTMLElement>(":scope > .replies > ol");
  if (list) {
    list.prepend(item(d, entry));
  } else redrawReplies(d, parent);
}

/** Show one's own new comment. Returns its entry. */
export function addOwn(d: Discussion, comment: Comment): Entry | undefined {
  const entry = growing.addOwn(d.thread, comment);
  if (!entry) return d.thread.entry(comment.id);
  insertOwn(d, entry);
  if (comment.state === "approved") countChanged(d, 1);
  return entry;
}

/** Show what the service answered about a comment that is here. */
export function update(d: Discussion, entry: Entry, comment: Comment): void {
  const { replies: _, ...alone } = comment;
  entry.comment = { ...entry.comment, ...alone };
  if (comment.editable_until) entry.editableUntil = Date.parse(comment.editable_until);
  redraw(d, entry);
}

/** Take a comment off the screen that nothing stands below. */
export function drop(d: Discussion, entry: Entry): void {
  const box = itemOf(d, entry);
  growing.remove(d.thread, entry);
  box?.remove();
  if (entry.parent) redrawReplies(d, entry.parent);
  else if (!d.thread.roots.length) drawList(d);
}

/** Say below a comment, for all to see, what did not work. */
export function complain(d: Discussion, entry: Entry, text: string): void {
  const place = placeOf(d, entry);
  place?.querySelector(":scope > .error-text")?.remove();
  place?.append(h("p", { class: "error-text", role: "alert" }, text));
}

/** The time left to edit goes on; what has the focus is left alone. */
export function countDown(d: Discussion): void {
  const now = d.now().getTime();
  for (const entry of d.thread.entries) {
    if (!entry.editableUntil || placeOf(d, entry)?.contains(d.root.activeElement)) continue;
    redrawActions(d, entry);
    if (entry.editableUntil < now) entry.editableUntil = 0;
  }
}

function placeOf(d: Discussion, entry: Entry): HTMLElement | null {
  return d.root.getElementById(`comment-${entry.comment.id}`);
}

/** The list itself; made if the widget said that there is nothing. */
export function topList({ frame }: Discussion): HTMLElement {
  const there = frame.list.querySelector<HTMLElement>(":scope > .thread");
  if (there) return there;
  const list = h("ol", { class: "thread" });
  frame.list.replaceChildren(list);
  return list;
}

/** Draw the replies of an entry anew, to fold them or to show new ones. */
export function redrawReplies(d: Discussion, entry: Entry): void {
  const box = itemOf(d, entry);
  if (!box) return;
  const old = box.querySelector<HTMLElement>(":scope > .replies");
  const fresh = replies(d, entry);
  if (fresh) shutFolded(d, entry, fresh);
  if (old && fresh) swap(d, old, fresh);
  else if (fresh) box.append(fresh);
  else old?.remove();
}

/** Put `fresh` where `old` is; the focus goes to the same button again. */
function swap(d: Discussion, old: HTMLElement, fresh: HTMLElement): void {
  const focused = old.contains(d.root.activeElement) ? (d.root.activeElement as HTMLElement) : null;
  const does = focused?.dataset["do"];
  const again = does ? `[data-do="${does}"]` : focused?.id && `#${CSS.escape(focused.id)}`;
  old.replaceWith(fresh);
  if (!focused) return;
  const target = again ? fresh.querySelector<HTMLElement>(again) : null;
  (target ?? fresh.querySelector<HTMLElement>(".author, .more") ?? fresh).focus({ preventScroll: true });
}

/** Where replies are folded, here or below, a button says how many there are. */
function shutFolded(d: Discussion, entry: Entry, replies: HTMLElement | null): void {
  if (!replies) return;
  if (entry.folded) shut(d, entry, replies);
  for (const child of entry.children) {
    const id = CSS.escape(child.comment.id);
    if (child.children.length) shutFolded(d, child, replies.querySelector(`[data-id="${id}"] > .replies`));
  }
}

function shut({ words }: Discussion, entry: Entry, replies: HTMLElement): void {
  const label = words.say("showReplies", { n: Math.max(entry.total, publicBelow(entry)) });
  replies.querySelector("ol")!.hidden = true;
  replies.firstElementChild?.replaceWith(
    h("button", { type: "button", class: "more", "aria-expanded": "false", "data-do": "fold" }, label),
  );
}

export function fold(d: Discussion, entry: Entry): void {
  entry.folded = !entry.folded;
  redrawReplies(d, entry);
}
