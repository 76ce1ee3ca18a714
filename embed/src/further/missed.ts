/** What has changed between the discussion as it is shown and a page of it that is asked for now. */

import type { Change } from "../acting/stream";
import type { Discussion } from "../discussion";
import { type Entry, isPublic, type Thread } from "../thread";
import type { Comment, ThreadPage } from "../types";

/** The most that the service gives at once. */
const MOST_ROOTS = 100;
/** Thousands are told in the same moment that more is new than is told one by one. */
const ASKED_WITHIN_MS = 500;

/** Undefined where nothing has changed, or something else is shown by now. */
export async function missed(d: Discussion): Promise<Change | undefined> {
  await new Promise((resume) => setTimeout(resume, Math.random() * ASKED_WITHIN_MS));
  const { url, identifier } = d.page;
  const { thread, sort, step, ended } = d;
  const limit = Math.min(MOST_ROOTS, Math.max(step, thread.roots.length));
  const page = await d.api.ask<ThreadPage>("thread", { url, identifier, sort, limit }, { cache: "no-cache" }, ended.signal);
  return d.thread === thread && page.thread.version !== thread.info.version ? differenceTo(thread, page) : undefined;
}

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
