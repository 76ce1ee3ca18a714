/** Deletes one's own comment at once, with one way back. */

import type { Discussion } from "../discussion";
import { reasonOf } from "../faults";
import type { Entry } from "../thread";
import type { Stored } from "../types";

const UNDO_SHOWN_MS = 10_000;

export async function remove(d: Discussion, entry: Entry): Promise<void> {
  const { words } = d;
  try {
    await d.api.send("DELETE", `comments/${entry.comment.id}`);
  } catch (fault) {
    d.complain(entry, reasonOf(fault, words.say("deleteFailed")));
    return;
  }
  if (entry.comment.state === "approved") d.countChanged(-1);
  entry.undoable = true;
  d.redraw(entry);
  d.say(words.say("deletedNow"));
  d.itemOf(entry)?.querySelector<HTMLElement>(':scope > .gone [data-do="undo"]')?.focus();
  setTimeout(() => settle(d, entry), UNDO_SHOWN_MS);
}

/** The way back is over: replies keep an empty place above them, without any it folds away. */
function settle(d: Discussion, entry: Entry): void {
  if (!entry.undoable || d.ended.signal.aborted || !d.thread.entry(entry.comment.id)) return;
  const focused = d.itemOf(entry)?.contains(d.root.activeElement) ?? false;
  const following = focused ? followingEntry(d, entry) : undefined;
  entry.undoable = false;
  if (entry.children.length) {
    Object.assign(entry.comment, { state: "deleted", author: null, html: null });
    d.redraw(entry);
  } else d.drop(entry);
  if (following) d.focusOn(following);
}

function followingEntry(d: Discussion, entry: Entry): Entry | undefined {
  const items = [...d.root.querySelectorAll<HTMLElement>(".item[data-id]:not(.item--more)")];
  const after = items[items.findIndex((item) => item.dataset["id"] === entry.comment.id) + 1];
  return after && d.thread.entry(after.dataset["id"] ?? "");
}

export async function restore(d: Discussion, entry: Entry): Promise<void> {
  const { words } = d;
  try {
    const { comment } = await d.api.send<Stored>("POST", `comments/${entry.comment.id}/restore`);
    entry.undoable = false;
    d.update(entry, comment);
    if (comment.state === "approved") d.countChanged(1);
    d.say(words.say("restored"));
    d.focusOn(entry);
  } catch (fault) {
    d.complain(entry, reasonOf(fault, words.say("restoreFailed")));
  }
}
