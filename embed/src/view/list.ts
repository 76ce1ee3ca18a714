/** The list of comments and the buttons that bring more of it. */

import type { Discussion } from "../discussion";
import { button, h, nextFrame, nextTask } from "../dom";
import { Key } from "../i18n/keys";
import type { Entry } from "../thread";
import { shorten } from "./clamp";
import { item } from "./comment";
import { empty } from "./frame";
import { takeOver } from "./given";

/** Work that takes longer is felt by who scrolls or types meanwhile. Laying out what it makes, in a task of its own, takes as long again. */
const SLICE_MS = 8;
/** Where pages come by scrolling, each fifth waits to be asked for: else nobody would reach what stands below. */
const PAUSE_EACH = 5;
const NEAR = "600px";

/** Draw all that is known, anew; or make what the service has drawn (`given`) ours. */
export async function drawList(d: Discussion, given = false): Promise<void> {
  const { thread, frame } = d;
  const { roots } = thread;
  const old = frame.list;
  if (!given) {
    old.before((frame.list = old.cloneNode() as HTMLElement));
    old.className = "leaving";
    if (!roots.length) frame.list.append(empty(d));
  }
  if (!(await drawItems(d, [...roots]))) return;
  drawMore(d);
  if (!given) void takeAway(d, old);
  await nextFrame();
}

/** In pieces: a thousand comments at once would take a quarter of a second. */
async function takeAway(d: Discussion, old: HTMLElement): Promise<void> {
  // First what is in them: when something goes that contains its style, the browser walks over all that is left.
  for (const what of [".comment", ".thread"]) await inSlices(d, old.querySelectorAll(what), (one) => one.replaceChildren());
  old.remove();
}

/**
 * Show comments with all that stands below them, at the end or `before` all others, otherwise like `inSlices`.
 * Each page of comments is a list of its own: one that is far from the view costs no more than one comment.
 */
export function drawItems(d: Discussion, entries: Entry[], before = false): Promise<boolean> {
  const { list } = d.frame;
  const part = h("ol", { class: "thread" });
  return inSlices(d, entries, (entry) => {
    const there = itemOf(d, entry);
    const box = item(d, entry);
    if (!there) {
      if (!part.firstChild) list.insertBefore(part, list.querySelector(before ? ".thread" : "[data-do=more]"));
      part.append(box);
      return box;
    }
    takeOver(d, there, box);
    return undefined;
  });
}

/**
 * Do `work`, which returns what it has drawn, for one after another; pause after the first, between slices, and at the end.
 * Resolves to false if the widget shows something else by then.
 */
export async function inSlices<One>(d: Discussion, all: Iterable<One>, work: (one: One) => HTMLElement | undefined | void): Promise<boolean> {
  const { thread } = d;
  const slice: HTMLElement[] = [];
  // What is drawn first finds nothing ready: neither fonts nor what writes dates.
  let began = -SLICE_MS;
  const toggle = (): void => slice.forEach((drawn) => (drawn.hidden = !drawn.hidden));
  const goesOn = async (): Promise<boolean> => {
    // To draw, to lay out and to paint are a task each. What was taken away is laid out at once: else it might be with a paint.
    // A frame may come before what is drawn is shortened, and what moves between layouts counts even if it was never painted.
    toggle();
    if (slice.length) await nextTask();
    toggle();
    shorten(d, ...slice.splice(0));
    void d.element.offsetHeight;
    await nextFrame();
    began = performance.now();
    return !d.isOver(thread);
  };
  for (const one of all) {
    const drawn = work(one);
    if (drawn) slice.push(drawn);
    if (performance.now() - began > SLICE_MS && !(await goesOn())) return false;
  }
  return goesOn();
}

/** The buttons before and after the list, as the cursors say. */
export function drawMore(d: Discussion): void {
  const { thread, frame, words, step } = d;
  frame.list.querySelectorAll(":scope > .load-more").forEach((button) => button.remove());
  if (thread.previous) frame.list.prepend(loadMore("previous", words.say(Key.earlierComments)));
  if (!thread.next) return;
  const next = loadMore("more", words.say(Key.moreComments, { n: Math.min(step, thread.comingUp) }));
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

/** Not the one in a list that is being taken away. */
export function itemOf({ frame }: Discussion, { comment }: Entry): HTMLElement | null {
  return frame.list.querySelector(`#comment-${CSS.escape(comment.id)}`)?.parentElement ?? null;
}
