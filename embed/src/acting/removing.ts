/** Deletes one's own comment at once, with one way back. */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import { reasonOf } from "../faults";
import { Key } from "../i18n/keys";
import type { Entry } from "../thread";
import type { Stored } from "../types";
import { quiet } from "../view/comment";
import { itemOf } from "../view/list";
import { send } from "./asking";
import { complain, drop, placeOf, redraw, update } from "./changing";
import { clearNotices } from "./posting";
import { countChanged, focusOn, say } from "./telling";

const UNDO_SHOWN_MS = 10_000;

export async function remove(d: Discussion, entry: Entry, pressed: HTMLElement): Promise<void> {
  const { words } = d;
  // A second press is none.
  pressed.ariaDisabled = "true";
  try {
    await send(d, "DELETE", `comments/${entry.comment.id}`);
  } catch (fault) {
    pressed.ariaDisabled = null;
    complain(d, entry, reasonOf(words, fault, Key.deleteFailed));
    return;
  }
  if (entry.comment.state === "approved") countChanged(d, -1);
  entry.undoable = true;
  // It is not waiting any more.
  clearNotices(d);
  redraw(d, entry);
  say(d, words.say(Key.deletedNow));
  placeOf(d, entry)?.querySelector("button")?.focus();
  setTimeout(() => settle(d, entry), UNDO_SHOWN_MS);
}

/** What stands in the place of a comment that can be brought back. */
export function undoPlace({ words }: Discussion, { undoable, comment }: Entry): HTMLElement | undefined {
  if (!undoable) return undefined;
  const undo = h("button", { type: "button", class: "link-button", "data-do": "undo" }, words.say(Key.undo));
  return quiet(comment.id, words.say(Key.deletedNow), " ", undo);
}

/** The way back is over: replies keep an empty place above them, without any it folds away. */
function settle(d: Discussion, entry: Entry): void {
  if (!entry.undoable || d.ended.signal.aborted || !d.thread.entry(entry.comment.id)) return;
  const busy = itemOf(d, entry)?.contains(d.root.activeElement);
  const next = followingEntry(d, entry);
  entry.undoable = false;
  if (entry.children.length) {
    Object.assign(entry.comment, { state: "deleted", author: null, html: null });
    redraw(d, entry);
  } else drop(d, entry);
  if (busy) focusOn(d, next ?? entry.parent ?? d.thread.roots[0]);
}

function followingEntry(d: Discussion, entry: Entry): Entry | undefined {
  const ids = [...d.root.querySelectorAll<HTMLElement>(".item:not(.item--more)")].map(({ dataset }) => dataset["id"] ?? "");
  return d.thread.entry(ids[ids.indexOf(entry.comment.id) + 1] ?? "");
}

export async function restore(d: Discussion, entry: Entry): Promise<void> {
  const { words } = d;
  try {
    const { comment } = await send<Stored>(d, "POST", `comments/${entry.comment.id}/restore`);
    entry.undoable = false;
    update(d, entry, comment);
    if (comment.state === "approved") countChanged(d, 1);
    say(d, words.say(Key.restored));
    focusOn(d, entry);
  } catch (fault) {
    complain(d, entry, reasonOf(words, fault, Key.restoreFailed));
  }
}
