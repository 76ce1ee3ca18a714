/** The composers for one comment: below it to answer, in its place to edit one's own. */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import { Key } from "../i18n/keys";
import type { Entry } from "../thread";
import type { Comment, Stored } from "../types";
import { itemOf } from "../view/list";
import { send } from "./asking";
import { focusAction, placeOf, redrawActions, update } from "./changing";
import { Composer, type Job } from "./composer";
import { Draft } from "./draft";
import { post, showNotice } from "./posting";
import { countChanged, focusOn, say } from "./telling";

export function reply(d: Discussion, entry: Entry): void {
  const { id, author } = entry.comment;
  const place = placeOf(d, entry);
  const draft = new Draft(d, id);
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
  form?.scrollIntoView({ block: "nearest" });
}

/** One's own comment in its place, with the text that waits if an edit does. */
export function edit(d: Discussion, entry: Entry): void {
  const { id, body, waiting_body: waiting } = entry.comment;
  const box = itemOf(d, entry);
  const draft = new Draft(d, `edit ${id}`);
  const leave = (): void => {
    draft.clear();
    form?.remove();
    box?.classList.remove("is-editing");
    redrawActions(d, entry);
    focusAction(d, entry, "edit");
  };
  const form = openForm(d, box?.querySelector(".meta"), `edit-${id}`, d.words.say(Key.editLabel), {
    suffix: `edit-${id}`,
    submit: d.words.say(Key.save),
    draft,
    text: waiting ?? body ?? "",
    cancel: leave,
    send: async (changed) => {
      const { comment } = await send<Stored>(d, "PATCH", `comments/${id}`, { body: changed });
      leave();
      saved(d, entry, comment);
      focusAction(d, entry, "edit");
    },
  });
  box?.classList.add("is-editing");
}

function saved(d: Discussion, entry: Entry, comment: Comment): void {
  const wasPublic = entry.comment.state === "approved";
  update(d, entry, comment);
  if (wasPublic && comment.state !== "approved") countChanged(d, -1);
  const place = placeOf(d, entry);
  if (place && comment.waiting_body !== undefined) showNotice(d, place, d.words.say(Key.editWaits));
  else say(d, d.words.say(Key.saved));
}

/** A composer after `place`, with the focus at the end of its text. Nothing if it is open already. */
function openForm(d: Discussion, place: Element | null | undefined, id: string, label: string, job: Job): HTMLElement | undefined {
  const there = d.root.getElementById(id);
  there?.focus();
  if (there || !place) return undefined;
  const area = h("textarea", { class: "area", id, dir: "auto", placeholder: label });
  const box = h("div", { class: "composer-box" }, h("label", { class: "visually-hidden", for: id }, label), area);
  const form = h("form", { class: "composer", novalidate: true }, box);
  place.after(form);
  new Composer(d, form, area, job);
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
  return form;
}
