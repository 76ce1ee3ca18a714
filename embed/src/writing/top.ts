/** The composer at the top of a discussion. */

import { focusOn } from "../acting/telling";
import type { Discussion } from "../discussion";
import { Key } from "../i18n/keys";
import { compose } from "./composer";
import { draftOf } from "./draft";
import { post } from "./posting";

const FOLDED = "composer--folded";
const FOLDED_AFTER_MS = 300;

/** Unfold it. At first it is the line that the loader drew. */
export function openComposer(d: Discussion): void {
  const area = d.root.querySelector<HTMLTextAreaElement>("[data-composer]");
  const form = area?.form;
  if (!form) return;
  if (!form.querySelector(".composer-foot")) begin(d, form, area);
  form.classList.remove(FOLDED);
}

function begin(d: Discussion, form: HTMLFormElement, area: HTMLTextAreaElement): void {
  const draft = draftOf(d, "");
  const reset = compose(d, form, area, {
    suffix: "top",
    submit: d.words.say(Key.post),
    draft,
    signed: true,
    send: async (text, person) => {
      const entry = await post(d, { text, person, draft });
      reset();
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
