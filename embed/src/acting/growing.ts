/** How a thread grows and shrinks once it is here. Knows no DOM. */

import type { Entry, Thread } from "../thread";
import type { Comment, Sort } from "../types";

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

/** A comment that others can read now, in its place in the order shown. Undefined if it is here, or its place is not. */
export function addArrived(thread: Thread, comment: Comment, sort: Sort): Entry | undefined {
  const place = thread.placeOf(comment);
  const entry = comment.parent_id && !place ? undefined : thread.add(comment, place);
  if (!entry) return undefined;
  const siblings = place?.children ?? thread.roots;
  // Among the best it is none yet, and would be looked for at the end of all pages.
  const at = !place && sort === "best" ? 0 : orderly(siblings, comment, !place && sort === "newest");
  siblings.splice(at, 0, entry);
  return entry;
}

/** Where a comment goes among its siblings: by age, behind one's own that were put first. */
function orderly(siblings: Entry[], { created_at: created }: Comment, newestFirst = false): number {
  const at = siblings.findIndex(({ own, comment }) => !own && comment.created_at > created !== newestFirst);
  return at < 0 ? siblings.length : at;
}

/** Whether a comment still says the same, in the name of the same author. */
export function sameText(one: Comment, other: Comment): boolean {
  const said = (comment: Comment): string => JSON.stringify(comment, ["state", "html", "edited_at", "featured", "author", "id", "name", "badge", "website"]);
  return said(one) === said(other);
}
