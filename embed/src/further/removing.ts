/** Deletes one's own comment at once, with one way back. */

import { send } from "../acting/asking";
import { complain, placeOf, redraw, redrawReplies, shown, update } from "../acting/changing";
import { clearNotices, countChanged, focusOn, say } from "../acting/telling";
import type { Discussion } from "../discussion";
import { button } from "../dom";
import { reasonOf } from "../faults";
import { Key } from "../i18n/keys";
import type { Entry } from "../thread";
import type { Stored } from "../types";
import { quiet } from "../view/comment";
import { drawList, itemOf } from "../view/list";

const UNDO_SHOWN_MS = 10_000;

export async function remove(d: Discussion, entry: Entry): Promise<void> {
  const { words } = d;
  try {
    await send(d, "DELETE", `comments/${entry.comment.id}`);
  } catch (fault) {
    complain(d, entry, reasonOf(words, fault, Key.deleteFailed));
    return;
  }
  if (entry.comment.state === "approved") countChanged(d, -1);
  entry.wayBack = () => undoPlace(d, entry);
  // It is not waiting any more.
  clearNotices(d);
  redraw(d, entry);
  say(d, words.say(Key.deletedNow));
  placeOf(d, entry)?.querySelector("button")?.focus();
  setTimeout(() => settle(d, entry), UNDO_SHOWN_MS);
}

/** What stands in the place of a comment that can be brought back. */
function undoPlace({ words }: Discussion, { comment }: Entry): HTMLElement {
  const undo = button("undo", "link-button", {}, words.say(Key.undo));
  return quiet(comment.id, words.say(Key.deletedNow), " ", undo);
}

/** The way back is over: replies keep an empty place above them, without any it folds away. */
function settle(d: Discussion, entry: Entry): void {
  if (!entry.wayBack || d.ended.signal.aborted || !d.thread.entry(entry.comment.id)) return;
  const busy = itemOf(d, entry)?.contains(d.root.activeElement);
  const all = shown(d);
  const next = all[all.indexOf(entry) + 1];
  entry.wayBack = null;
  if (entry.children.length) {
    Object.assign(entry.comment, { state: "deleted", author: null, html: null });
    redraw(d, entry);
  } else drop(d, entry);
  if (busy) focusOn(d, next ?? entry.parent ?? d.thread.roots[0]);
}

/** Take a comment off the screen that nothing stands below. */
function drop(d: Discussion, entry: Entry): void {
  const box = itemOf(d, entry);
  const siblings = entry.parent?.children ?? d.thread.roots;
  siblings.splice(siblings.indexOf(entry), 1);
  d.thread.byId.delete(entry.comment.id);
  box?.remove();
  if (entry.parent) redrawReplies(d, entry.parent);
  else if (!d.thread.roots.length) drawList(d);
}

export async function restore(d: Discussion, entry: Entry): Promise<void> {
  const { words } = d;
  try {
    const { comment } = await send<Stored>(d, "POST", `comments/${entry.comment.id}/restore`);
    entry.wayBack = null;
    update(d, entry, comment);
    if (comment.state === "approved") countChanged(d, 1);
    say(d, words.say(Key.restored));
    focusOn(d, entry);
  } catch (fault) {
    complain(d, entry, reasonOf(words, fault, Key.restoreFailed));
  }
}
