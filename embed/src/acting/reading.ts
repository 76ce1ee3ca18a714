/** Reading on: another order, further pages and replies, folding, links to a comment, long comments. */

import type { Discussion } from "../discussion";
import { nextFrame } from "../dom";
import { Key } from "../i18n/keys";
import type { Entry } from "../thread";
import type { Replies, Sort } from "../types";
import { ALERT } from "../icons";
import { keep } from "../store";
import { DEEPEST } from "../view/comment";
import { drawHead, notice } from "../view/frame";
import { drawItems, drawMore, inSlices, itemOf } from "../view/list";
import { draw, placeOf, unfoldTo } from "./changing";
import { later } from "./later";
import { addReplies } from "./growing";
import { focusOn } from "./telling";

const HIGHLIGHT_MS = 4000;
const LAST_RELATIVE_MS = 8 * 86_400_000;

export async function sortBy(d: Discussion, sort: Sort): Promise<void> {
  if (sort === d.sort) return;
  d.sort = sort;
  keep(d.storageKey("sort"), sort);
  drawHead(d);
  d.root.querySelector<HTMLElement>(`[data-sort="${sort}"]`)?.focus();
  await d.open(d.fetchPage({}));
  // The head was drawn anew; who went on meanwhile is left where they are.
  if (!d.root.activeElement) focusOn(d, d.thread.roots[0]);
}

/** The next top-level comments, or those before the ones shown. */
export async function more(d: Discussion, where: "next" | "previous"): Promise<void> {
  const { thread } = d;
  const cursor = thread[where];
  if (!cursor) return;
  const page = await d.fetchPage({ cursor });
  // Another order was chosen meanwhile.
  if (d.thread !== thread) return;
  const before = where === "previous";
  const added = thread.addRoots(page.comments, before ? "start" : "end");
  thread[where] = (before ? page.previous : page.next) ?? null;
  const pressed = d.root.activeElement?.matches(".load-more");
  if (!(await drawItems(d, added, before))) return;
  drawMore(d);
  // Pages that came by scrolling leave the focus where it is.
  if (pressed) focusOn(d, added[0]);
  await d.askAboutMe(added);
}

export async function moreReplies(d: Discussion, root: Entry): Promise<void> {
  const { thread } = d;
  const path = `comments/${root.comment.id}/replies`;
  const page = await d.api.read<Replies>(path, { cursor: root.next, limit: d.step }, d.ended.signal);
  if (d.thread !== thread) return;
  root.total = page.total;
  root.next = page.next;
  const added: Entry[] = [];
  const here = await inSlices(d, page.comments, (comment) => {
    // One by one: to draw a comment is to draw all that stands below it.
    const [entry] = addReplies(thread, root, [comment], page.next);
    if (!entry) return undefined;
    added.push(entry);
    return draw(d, entry);
  });
  if (!here) return;
  drawMoreReplies(d, root);
  focusOn(d, added[0] ?? root);
  await d.askAboutMe(added);
}

/** The button below replies, as many as are still to come. */
export function drawMoreReplies(d: Discussion, root: Entry): void {
  const more = itemOf(d, root)?.querySelector(":scope > .replies > ol > .item--more");
  const n = Math.min(d.step, d.thread.missing(root));
  if (n) more?.firstElementChild?.replaceChildren(d.words.say(Key.moreReplies, { n }));
  else more?.remove();
}

/** Bring a comment into view and mark it for a while; say so if it is not here. */
export async function arrive(d: Discussion, id: string): Promise<void> {
  const entry = d.thread.entry(id);
  if (!entry) {
    d.frame.notices.replaceChildren(notice("", ALERT, d.words.say(Key.linkedGone)));
    return;
  }
  // It may stand in a branch, or outside the one that is shown.
  if (d.branch || entry.comment.depth > DEEPEST) await (await later(d, "further")).reveal(d, entry);
  highlight(d, entry);
  await inView(d, entry, "start");
}

export async function inView(d: Discussion, entry: Entry | undefined, block: ScrollLogicalPosition): Promise<void> {
  if (!entry) return;
  unfoldTo(d, entry);
  focusOn(d, entry);
  // What has the focus is laid out, however far away: in a frame of its own, before it is painted.
  await nextFrame();
  placeOf(d, entry)?.scrollIntoView({ block });
}

export function highlight(d: Discussion, entry: Entry): void {
  const box = itemOf(d, entry);
  box?.classList.add("is-linked");
  setTimeout(() => box?.classList.remove("is-linked"), HIGHLIGHT_MS);
}

/** Show the comment, wherever it is: here, or on a page that is fetched for it. */
export async function goTo(d: Discussion, id: string): Promise<void> {
  const entry = d.thread.entry(id);
  if (entry) await arrive(d, id);
  else await d.open(d.fetchPage({ around: id }), id);
}

/** Open or shut the long comment that `button` stands below. */
export function toggleClamp(d: Discussion, button: HTMLElement): void {
  const body = button.previousElementSibling;
  if (!body) return;
  const shut = body.classList.toggle("clamp");
  body.classList.toggle("is-open", !shut);
  body.scrollTop = 0;
  button.textContent = d.words.say(shut ? Key.readMore : Key.showLess);
  button.ariaExpanded = `${!shut}`;
}

/** Open a shut comment when the focus or the browser's find-in-page goes into it. */
export function openReached(d: Discussion, target: EventTarget | null): void {
  const body = target instanceof Element ? target.closest(".clamp") : null;
  const button = body?.nextElementSibling;
  if (button instanceof HTMLElement && (target !== body || (body?.scrollTop ?? 0) > 0)) toggleClamp(d, button);
}

/** Relative times go on; those of more than a week ago are dates, and stay. */
export function tick(d: Discussion): void {
  const now = d.now();
  for (const time of d.root.querySelectorAll<HTMLTimeElement>(".time time")) {
    const at = new Date(time.dateTime);
    if (now.getTime() - at.getTime() > LAST_RELATIVE_MS) continue;
    const text = d.words.ago(at, now);
    if (time.textContent !== text) time.textContent = text;
  }
}
