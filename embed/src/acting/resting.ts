/** Lets what is far from the view rest: the browser neither lays it out nor paints it until it comes near. */

import type { Discussion } from "../discussion";

/** Nearer ones are ready before they are reached. */
const FAR = "1500px";
/** Where there are more below a top-level comment each rests alone: what rests together is laid out together. */
const MOST_TOGETHER = 6;
/** Longer than from one slice of a list to the next. */
const DRAWN_MS = 100;

/**
 * What was laid out and is far away keeps its height, so nothing moves. Otherwise each change on a page with 1,000
 * comments walks over all that they are made of. As the browser looks at each that rests in each frame, whole lists
 * rest, and in them top-level comments with their replies, or single comments.
 */
export function letRest(d: Discussion): void {
  const view = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) {
        if (isIntersecting) continue;
        target.classList.add("rests");
        view.unobserve(target);
      }
    },
    { rootMargin: FAR },
  );
  const observe = (all: Iterable<Element>): void => {
    for (const one of all) {
      if (one.classList.contains("may-rest")) continue;
      one.classList.add("may-rest");
      view.observe(one);
    }
  };
  const watch = (): void => {
    observe(d.frame.list.querySelectorAll(".thread"));
    for (const root of d.frame.list.querySelectorAll(".thread:not(.rests) > .item")) {
      const comments = root.querySelectorAll(".comment");
      observe(comments.length > MOST_TOGETHER ? comments : [root]);
    }
  };
  // Both observers go with what they look at. On a long page to look takes its time: not within what a reader has pressed.
  // And not between slices: what is added to a list that rests would not be looked at, and come near all at once.
  let soon: number | undefined;
  new MutationObserver(() => {
    clearTimeout(soon);
    soon = setTimeout(watch, DRAWN_MS);
  }).observe(d.frame.box, { childList: true, subtree: true });
  watch();
}
