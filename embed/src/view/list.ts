/** The list of comments and the buttons that bring more of it. */

import type { Discussion } from "../discussion";
import { button, h, nextFrame } from "../dom";
import type { Entry } from "../thread";
import { shorten } from "./clamp";
import { item } from "./comment";
import { empty } from "./frame";
import { takeOver } from "./given";

/** Work that takes longer is felt by who scrolls or types meanwhile. Laying out what it makes takes as long again. */
const SLICE_MS = 8;
/** Where pages come by scrolling, each fifth waits to be asked for: else nobody would reach what stands below. */
const PAUSE_EACH = 5;
const NEAR = "600px";

/** Draw all that is known, anew; or make what the service has drawn (`given`) ours. */
export async function drawList(d: Discussion, given = false): Promise<void> {
  const { thread, frame } = d;
  const { roots } = thread;
  const there = given && frame.list.querySelector<HTMLElement>(".thread");
  const list = there || h("ol", { class: "thread" });
  if (!there) frame.list.replaceChildren(roots.length ? list : empty(d));
  if (!(await drawItems(d, [...roots], list))) return;
  drawMore(d);
  await nextFrame();
}

/**
 * Put comments with all that stands below them into `list`, at its end or before `next`, in slices.
 * Resolves to false if the widget shows something else by then.
 */
export async function drawItems(d: Discussion, entries: Entry[], list: HTMLElement, next: Node | null = null): Promise<boolean> {
  const { thread, ended } = d;
  let began = performance.now();
  let slice: HTMLElement[] = [];
  for (const [at, entry] of entries.entries()) {
    const there = itemOf(d, entry);
    const box = item(d, entry);
    if (there) takeOver(d, there, box);
    else slice.push(list.insertBefore(box, next));
    if (performance.now() - began < SLICE_MS && at < entries.length - 1) continue;
    shorten(d, ...slice);
    await nextFrame();
    if (d.thread !== thread || ended.signal.aborted) return false;
    began = performance.now();
    slice = [];
  }
  return true;
}

/** The buttons before and after the list, as the cursors say. */
export function drawMore(d: Discussion): void {
  const { thread, frame, words, step } = d;
  frame.list.querySelectorAll(":scope > .load-more").forEach((button) => button.remove());
  if (thread.previous) frame.list.prepend(loadMore("previous", words.say("earlierComments")));
  if (!thread.next) return;
  const next = loadMore("more", words.say("moreComments", { n: Math.min(step, thread.comingUp) }));
  frame.list.append(next);
  if (d.pagesOnScroll && ++d.turned % PAUSE_EACH) pressWhenNear(next);
}

function pressWhenNear(next: HTMLElement): void {
  const near = new IntersectionObserver(
    ([seen]) => {
      if (!seen?.isIntersecting) return;
      near.disconnect();
      next.click();
    },
    { rootMargin: NEAR },
  );
  near.observe(next);
}

function loadMore(does: string, label: string): HTMLElement {
  return button(does, "button load-more", {}, label);
}

export function itemOf({ root }: Discussion, entry: Entry): HTMLElement | null {
  return root.getElementById(`comment-${entry.comment.id}`)?.parentElement ?? null;
}
