/** Tells people and programs what has happened, and where. */

import type { Discussion } from "../discussion";
import type { Entry } from "../thread";
import { drawHead } from "../view/frame";

/** Have a screen reader say it, politely. */
export function say({ frame }: Discussion, text: string): void {
  const { status } = frame;
  // The same words twice would not be read twice.
  status.textContent = status.textContent === text ? `${text}\u00a0` : text;
}

export function focusOn(d: Discussion, entry: Entry | undefined): void {
  const place = entry && d.root.getElementById(`comment-${entry.comment.id}`);
  (place?.querySelector<HTMLElement>(".author") ?? place)?.focus({ preventScroll: true });
}

export function countChanged(d: Discussion, by: number): void {
  const { info } = d.thread;
  info.comment_count = Math.max(0, info.comment_count + by);
  drawHead(d);
  d.emit("count", { count: info.comment_count });
}

/** What was said about a post is over. */
export function clearNotices(d: Discussion): void {
  d.frame.notices.replaceChildren();
  d.root.querySelector(".notice--posted")?.remove();
}
