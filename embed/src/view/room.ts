/** Gives back the room that a discussion was kept while it was on its way, so that nothing moves under a reader's eyes. */

import type { Discussion } from "../discussion";
import { adopt } from "../styles";

/** What ends below the view can be made shorter, and nobody sees it; till then it is cut to end with the view. */
export function giveBackRoom({ root, frame: { box, foot } }: Discussion): void {
  let cut = false;
  const watching = new IntersectionObserver(([end]) => {
    if (end && end.boundingClientRect.top > innerHeight) {
      delete box.dataset["room"];
      watching.disconnect();
    } else if (!cut) adopt(root, `[data-room]{min-block-size:${innerHeight - box.getBoundingClientRect().top}px}`);
    cut = true;
  });
  watching.observe(foot);
}
