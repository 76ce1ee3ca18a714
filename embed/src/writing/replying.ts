/** The composer below a comment, to answer it. */

import { focusAction, placeOf } from "../acting/changing";
import { focusOn } from "../acting/telling";
import type { Discussion } from "../discussion";
import { h } from "../dom";
import { Key } from "../i18n/keys";
import type { Entry } from "../thread";
import { compose, type Job } from "./composer";
import { draftOf } from "./draft";
import { post } from "./posting";

export function reply(d: Discussion, entry: Entry): void {
  const { id, author } = entry.comment;
  const place = placeOf(d, entry);
  const draft = draftOf(d, id);
  const form = openForm(d, place, `write-${id}`, d.words.say(Key.replyTo, { name: author?.name ?? "" }), {
    suffix: id,
    submit: d.words.say(Key.postReply),
    draft,
    signed: true,
    cancel: () => {
      draft.write();
      form?.remove();
      focusAction(d, entry, "reply");
    },
    send: async (text, person) => {
      const answer = await post(d, { text, person, draft, parent: entry, notice: place });
      draft.clear();
      form?.remove();
      focusOn(d, answer);
    },
  });
}

/** A composer after `place`, in view and soon with the focus at the end of its text. Nothing if it is open already. */
export function openForm(d: Discussion, place: Element | null | undefined, id: string, label: string, job: Job): HTMLElement | undefined {
  const there = d.frame.list.querySelector<HTMLElement>(`#${CSS.escape(id)}`);
  there?.focus();
  if (there || !place) return undefined;
  const area = h("textarea", { class: "area", id, dir: "auto", placeholder: label });
  const box = h("div", { class: "composer-box" }, h("label", { class: "visually-hidden", for: id }, label), area);
  const form = h("form", { class: "composer", novalidate: true }, box);
  place.after(form);
  compose(d, form, area, job);
  // To make it, and to lay it out, which the focus needs, takes a task's time each on a slow processor.
  setTimeout(() => {
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
    form.scrollIntoView({ block: "nearest" });
  });
  return form;
}
