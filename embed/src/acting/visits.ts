/**
 * When the reader was here last. It is written when they leave a page whose discussion they have seen, and only then,
 * for the last hundred pages of a site.
 */

import type { Discussion } from "../discussion";
import { keep } from "../store";
import type { Entry } from "../thread";
import { pageOf, recalled } from "./keeping";
import { later } from "./later";

const MOST_VISITS = 100;

type Visited = [page: string, at: number];

export interface Visit {
  /** Whether a comment came between the last visit and this one. */
  isNew(entry: Entry): boolean;
  /** The new comment that was gone to last. */
  reached?: string;
}

/** Have what is new marked, now and whenever more is shown; note the visit when it ends. */
export function noteVisit(d: Discussion): void {
  const { signal } = d.ended;
  const key = d.storageKey("visits");
  const page = pageOf(d);
  const visits = (): Visited[] => recalled<Visited[]>(key) ?? [];
  const before = visits().find(([visited]) => visited === page)?.[1] ?? Infinity;
  const began = d.now().getTime();
  const view = new IntersectionObserver((seen) => {
    if (!seen.at(-1)?.isIntersecting) return;
    view.disconnect();
    const leave = (): void => {
      const others = visits().filter(([visited]) => visited !== page);
      keep(key, JSON.stringify([...others, [page, d.now().getTime()]].slice(-MOST_VISITS)));
    };
    addEventListener("pagehide", leave, { signal });
    signal.addEventListener("abort", leave);
  });
  view.observe(d.frame.list);
  const visit: Visit = {
    isNew({ comment }) {
      const at = Date.parse(comment.created_at);
      return at > before && at < began;
    },
  };
  const mark = (): void => {
    // What cannot be fetched now is for the next time.
    if ([...d.thread.entries].some(visit.isNew)) later(d, "further").then((part) => part.markNew(d, visit)).catch(() => undefined);
  };
  d.element.addEventListener("comments:count", mark, { signal });
  mark();
}
