/** Lets comments far from the view rest: the browser neither lays out nor paints them until they come near. */

import type { Discussion } from "../discussion";

/** Nearer ones are ready before they are reached. */
const FAR = "1500px";

/**
 * A comment rests once it was laid out and is far away: it keeps its height, so nothing moves. Otherwise each change on
 * a page with 1,000 comments walks over all that they are made of.
 */
export function letRest({ frame: { list }, ended: { signal } }: Discussion): void {
  const view = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) {
        if (isIntersecting) continue;
        target.classList.add("rests");
        view.unobserve(target);
      }
    },
    { rootMargin: `${FAR} 0px` },
  );
  const watch = (): void => {
    for (const comment of list.querySelectorAll(".comment:not(.rests)")) view.observe(comment);
  };
  const drawing = new MutationObserver(watch);
  drawing.observe(list, { childList: true, subtree: true });
  signal.addEventListener("abort", () => {
    drawing.disconnect();
    view.disconnect();
  });
  watch();
}
