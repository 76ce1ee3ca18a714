/** What this browser keeps for the reader. */

import type { Discussion } from "../discussion";
import { recall } from "../store";

/** What was kept under `name` as JSON; undefined if there is nothing, or nothing of ours. */
export function recalled<Kept>(name: string): Kept | undefined {
  try {
    return JSON.parse(recall(name) ?? "") as Kept;
  } catch {
    return undefined;
  }
}

/** Where a text is kept that is being written; `place` is the comment that is answered or edited, nothing at the top of the page. */
export function draftName(d: Pick<Discussion, "page" | "storageKey">, place: string): string {
  return `${d.storageKey("draft")} ${pageOf(d)} ${place}`;
}

/** What the page is known by. */
export function pageOf({ page }: Pick<Discussion, "page">): string {
  return page.identifier || page.url;
}
