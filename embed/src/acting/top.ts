/** The composer at the top of a discussion. */

import type { Discussion } from "../discussion";
import { Key } from "../i18n/keys";
import { drawComposer } from "../view/frame";
import { redrawActions } from "./changing";
import { Composer } from "./composer";
import { Draft } from "./draft";
import { post } from "./posting";
import { focusOn } from "./telling";

const FOLDED = "composer--folded";
const FOLDED_AFTER_MS = 300;

/** Make the line that the loader drew a composer, with its kept draft, still folded: nothing moves under a reader's eyes. */
export function beginTop(d: Discussion): void {
  const area = d.root.querySelector<HTMLTextAreaElement>("[data-composer]");
  const form = area?.form;
  if (!form) return;
  const draft = new Draft(d, "");
  const composer: Composer = new Composer(d, form, area, {
    suffix: "top",
    submit: d.words.say(Key.post),
    draft,
    signed: true,
    send: async (text, person) => {
      const entry = await post(d, { text, person, draft });
      composer.reset();
      form.classList.add(FOLDED);
      focusOn(d, entry);
    },
  });
  const fold = (): void => {
    if (!form.contains(d.root.activeElement) && !area.value.trim()) form.classList.add(FOLDED);
  };
  // What a press takes the focus to must not move away from under it.
  form.addEventListener("focusout", () => setTimeout(fold, FOLDED_AFTER_MS));
}

export function unfoldTop({ frame }: Discussion): void {
  frame.composer.firstElementChild?.classList.remove(FOLDED);
}

/** The discussion was closed or opened again: what is being written stays, and the answer to it says so. */
export function drawTop(d: Discussion): void {
  const { composer } = d.frame;
  if (!composer.contains(d.root.activeElement) && !composer.querySelector("textarea")?.value) {
    drawComposer(d);
    beginTop(d);
  }
  for (const entry of d.thread.entries) redrawActions(d, entry);
}
