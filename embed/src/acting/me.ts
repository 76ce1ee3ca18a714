/** What depends on who asks: votes, one's own comments that wait, and what may still be edited. */

import type { Discussion } from "../discussion";
import type { Entry, Thread } from "../thread";
import type { Own } from "../types";
import { inSlices } from "../view/list";
import { readOwn, tellIdentity } from "./asking";
import { addOwn } from "./growing";
import { draw, redrawActions } from "./changing";

/** The service answers for no more at once. */
const MOST_IDS = 200;

/** Ask about these entries and about what waits on this page, and show it. */
export async function aboutMe(d: Discussion, entries: Entry[]): Promise<void> {
  const { url, identifier } = d.page;
  const ids = entries.map((entry) => entry.comment.id);
  do {
    const own = await readOwn<Own>(d, "me", { url, identifier, ids: ids.splice(0, MOST_IDS).join(",") });
    if (!own) return;
    d.identity = own.identity;
    tellIdentity(d);
    const here = await inSlices(d, mark(d.thread, own), (entry) => {
      redrawActions(d, entry);
      return draw(d, entry);
    });
    if (!here) return;
  } while (ids.length);
}

/** Note it in the thread. Returns the entries that look different now, and those that are new. */
export function mark(thread: Thread, own: Own): Entry[] {
  const changed = new Set<Entry>();
  for (const entry of thread.entries) {
    const { id, author } = entry.comment;
    const vote = own.votes[id] ?? entry.vote;
    const until = own.editable[id];
    const isOwn = entry.own || !!until || (!!own.identity && author?.id === own.identity.id);
    if (vote !== entry.vote || until || isOwn !== entry.own) changed.add(entry);
    Object.assign(entry, { vote, own: isOwn });
    if (!until) continue;
    entry.editableUntil = Date.parse(until);
    entry.comment.body = own.bodies[id] ?? "";
  }
  // The oldest comes first, and each is put before the others.
  for (const comment of own.waiting) {
    const entry = addOwn(thread, comment);
    if (entry) changed.add(entry);
  }
  return [...changed];
}
