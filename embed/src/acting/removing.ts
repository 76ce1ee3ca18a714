/** Deletes one's own comment at once, with one way back. */

import type { Discussion } from "../discussion";
import { reasonOf } from "../faults";
import type { Entry } from "../thread";
import type { Stored } from "../types";
import { itemOf } from "../view/list";
import { send } from "./asking";
import { complain, drop, redraw, update } from "./changing";
import { countChanged, focusOn, say } from "./telling";

const UNDO_SHOWN_MS = 10_000;

/** Being deleted: a second press is none. */
const leaving = new WeakSet<Entry>();

export async function remove(d: Discussion, entry: Entry): Promise<void> {
  const { words } = d;
  if (leaving.has(entry)) return;
  leaving.add(entry);
  try {
    await send(d, "DELETE", `comments/${entry.comment.id}`);
  } catch (fault) {
    complain(d, entry, reasonOf(fault, words.say("deleteFailed")));
    return;
  } finally {
    leaving.delete(entry);
  }
  if (entry.comment.state === "approved") countChanged(d, -1);
  entry.undoable = true;
  // It is not waiting any more.
  d.root.querySelectorAll(".notice--posted").forEach((notice) => notice.remove());
  redraw(d, entry);
  say(d, words.say("deletedNow"));
  itemOf(d, entry)?.querySelector<HTMLElement>(':scope > .gone [data-do="undo"]')?.focus();
  setTimeout(() => settle(d, entry), UNDO_SHOWN_MS);
}

/** The way back is over: replies keep an empty place above them, without any it folds away. */
function settle(d: Discussion, entry: Entry): void {
  if (!entry.undoable || d.ended.signal.aborted || !d.thread.entry(entry.comment.id)) return;
  const focused = itemOf(d, entry)?.contains(d.root.activeElement) ?? false;
  const following = focused ? followingEntry(d, entry) : undefined;
  entry.undoable = false;
  if (entry.children.length) {
    Object.assign(entry.comment, { state: "deleted", author: null, html: null });
    redraw(d, entry);
  } else drop(d, entry);
  if (following) focusOn(d, following);
}

function followingEntry(d: Discussion, entry: Entry): Entry | undefined {
  const items = [...d.root.querySelectorAll<HTMLElement>(".item[data-id]:not(.item--more)")];
  const after = items[items.findIndex((item) => item.dataset["id"] === entry.comment.id) + 1];
  return after && d.thread.entry(after.dataset["id"] ?? "");
}

export async function restore(d: Discussion, entry: Entry): Promise<void> {
  const { words } = d;
  try {
    const { comment } = await send<Stored>(d, "POST", `comments/${entry.comment.id}/restore`);
    entry.undoable = false;
    update(d, entry, comment);
    if (comment.state === "approved") countChanged(d, 1);
    say(d, words.say("restored"));
    focusOn(d, entry);
  } catch (fault) {
    complain(d, entry, reasonOf(fault, words.say("restoreFailed")));
  }
}
