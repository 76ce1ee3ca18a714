/** Shows what has changed by what somebody did: one comment at a time, where it stands. */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import type { Entry } from "../thread";
import type { Comment } from "../types";

/** Draw the comment alone anew; what stands below it stays, and so does the focus. */
export function redraw(d: Discussion, entry: Entry): void {
  const { view } = d.kit;
  const old = placeOf(d, entry);
  const box = view.itemOf(d, entry);
  if (!box || !old) return;
  box.classList.toggle("is-waiting", view.isWaiting(entry));
  view.swap(d, old, view.place(d, entry));
  view.clampLong(d, box);
}

/** Draw only what one can do with the comment: its text may be being read aloud. */
export function redrawActions(d: Discussion, entry: Entry): void {
  const old = placeOf(d, entry)?.querySelector<HTMLElement>(":scope > .actions");
  if (old) d.kit.view.swap(d, old, d.kit.view.actions(d, entry));
}

/** Put one's own comment first in its list, without touching those that are there. */
export function insertOwn(d: Discussion, entry: Entry): void {
  const { view } = d.kit;
  const { parent } = entry;
  const parentItem = parent && view.itemOf(d, parent);
  if (!parentItem) {
    view.addItems(d, [entry], "prepend");
    return;
  }
  if (parent.folded) d.fold(parent);
  // Unfolding has drawn it already.
  if (view.itemOf(d, entry)) return;
  const list = parentItem.querySelector<HTMLElement>(":scope > .replies > ol");
  if (list) {
    const box = view.item(d, entry);
    list.prepend(box);
    view.clampLong(d, box);
  } else view.redrawReplies(d, parent);
}

/** Show one's own new comment. Returns its entry. */
export function addOwn(d: Discussion, comment: Comment): Entry | undefined {
  const entry = d.thread.addOwn(comment);
  if (!entry) return d.thread.entry(comment.id);
  insertOwn(d, entry);
  if (comment.state === "approved") d.countChanged(1);
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
  const { view } = d.kit;
  const box = view.itemOf(d, entry);
  d.thread.remove(entry);
  box?.remove();
  if (entry.parent) view.redrawReplies(d, entry.parent);
  else if (!d.thread.roots.length) view.drawList(d);
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
