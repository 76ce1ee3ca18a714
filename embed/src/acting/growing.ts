/** How a thread grows and shrinks once it is here. Knows no DOM. */

import type { Entry, Thread } from "../thread";
import type { Comment } from "../types";

/** A flat list of replies below `root`, in reading order. Returns those that were not here yet. */
export function addReplies(thread: Thread, root: Entry, comments: Comment[], next: string | null): Entry[] {
  root.next = next;
  const added: Entry[] = [];
  for (const comment of comments) {
    const place = thread.placeOf(comment) ?? root;
    const entry = thread.add(comment, place);
    if (!entry) continue;
    place.children.splice(orderly(place.children, comment), 0, entry);
    added.push(entry);
  }
  return added;
}

/** One's own comment: first under whom it answers, or first of all. Undefined if it is here already. */
export function addOwn(thread: Thread, comment: Comment): Entry | undefined {
  const place = thread.placeOf(comment);
  const entry = thread.add(comment, place);
  if (entry) (place?.children ?? thread.roots).unshift(Object.assign(entry, { own: true }));
  return entry;
}

export function remove(thread: Thread, entry: Entry): void {
  const siblings = entry.parent?.children ?? thread.roots;
  siblings.splice(siblings.indexOf(entry), 1);
  thread.byId.delete(entry.comment.id);
}

/** Where a reply goes among its siblings: oldest first, behind one's own that was put first. */
function orderly(siblings: Entry[], comment: Comment): number {
  const at = siblings.findIndex((sibling) => !sibling.own && sibling.comment.created_at > comment.created_at);
  return at < 0 ? siblings.length : at;
}
