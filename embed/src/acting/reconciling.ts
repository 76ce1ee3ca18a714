/** What has changed between the discussion as it is shown and a page of it that was asked for now. Knows no DOM. */

import { type Entry, isPublic, type Thread } from "../thread";
import type { Comment, ThreadPage } from "../types";
import type { Change } from "./stream";

/** `page` begins at the start of the order shown. What lies beyond it is taken as unchanged. */
export function differenceTo(thread: Thread, page: ThreadPage): Change {
  const comments: Comment[] = [];
  const missing = new Map([...thread.byId].filter(([, { comment }]) => isPublic(comment)));
  const see = (comment: Comment): void => {
    missing.delete(comment.id);
    comments.push(comment);
    comment.replies?.comments.forEach(see);
  };
  page.comments.forEach(see);
  const whole = new Set(page.comments.filter(({ replies }) => !replies?.next).map(({ id }) => id));
  const isGone = (entry: Entry): boolean => {
    const root = rootOf(entry);
    return root === entry ? !page.next && !page.previous : whole.has(root.comment.id);
  };
  const gone = [...missing].filter(([, entry]) => isGone(entry)).map(([id]) => ({ id, state: "removed" }));
  return { thread: page.thread, comments, gone };
}

function rootOf(entry: Entry): Entry {
  return entry.parent ? rootOf(entry.parent) : entry;
}

/** Whether a comment still says the same, in the name of the same author. */
export function sameText(one: Comment, other: Comment): boolean {
  const said = ({ state, html, edited_at: edited, author }: Comment): string => JSON.stringify([state, html, edited, author]);
  return said(one) === said(other);
}
