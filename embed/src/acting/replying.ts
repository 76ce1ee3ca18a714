/** The composers for one comment: below it to answer, in its place to edit one's own. */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import type { Entry } from "../thread";
import type { Comment, Stored } from "../types";
import { itemOf } from "../view/list";
import { send } from "./asking";
import { redrawActions, update } from "./changing";
import { Composer } from "./composer";
import { Draft } from "./draft";
import { post, showNotice } from "./posting";
import { countChanged, focusOn, say } from "./telling";

export function reply(d: Discussion, entry: Entry): void {
  const box = itemOf(d, entry);
  const place = box?.firstElementChild;
  const { id, author } = entry.comment;
  const there = d.root.getElementById(`write-${id}`);
  if (there || !place) {
    there?.focus();
    return;
  }
  const { form, area } = blankForm(`write-${id}`, d.words.say("replyTo", { name: author?.name ?? "" }));
  const draft = new Draft(d, id);
  place.after(form);
  new Composer(d, form, area, {
    suffix: id,
    submit: d.words.say("postReply"),
    draft,
    signed: true,
    cancel: () => {
      draft.write();
      form.remove();
      box.querySelector<HTMLElement>('[data-do="reply"]')?.focus();
    },
    send: async (text, person) => {
      const answer = await post(d, { text, person, draft, parent: entry, notice: place });
      draft.clear();
      form.remove();
      focusOn(d, answer);
    },
  });
  area.focus();
  form.scrollIntoView({ block: "nearest" });
}

/** One's own comment in its place, with the text that waits if an edit does. */
export function edit(d: Discussion, entry: Entry): void {
  const { id, body, waiting_body: waiting } = entry.comment;
  const box = itemOf(d, entry);
  const place = box?.querySelector<HTMLElement>(":scope > .comment > .meta");
  if (!box || !place || d.root.getElementById(`edit-${id}`)) return;
  const { form, area } = blankForm(`edit-${id}`, d.words.say("editLabel"));
  const draft = new Draft(d, `edit ${id}`);
  const leave = (): void => {
    draft.clear();
    form.remove();
    box.classList.remove("is-editing");
    redrawActions(d, entry);
    (box.querySelector<HTMLElement>('[data-do="edit"]') ?? place.querySelector<HTMLElement>(".author"))?.focus();
  };
  area.value = draft.text || (waiting ?? body ?? "");
  box.classList.add("is-editing");
  place.after(form);
  new Composer(d, form, area, {
    suffix: `edit-${id}`,
    submit: d.words.say("save"),
    draft,
    signed: false,
    cancel: leave,
    send: async (changed) => {
      const { comment } = await send<Stored>(d, "PATCH", `comments/${id}`, { body: changed });
      leave();
      saved(d, entry, comment);
      box.querySelector<HTMLElement>('[data-do="edit"]')?.focus();
    },
  });
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}

function saved(d: Discussion, entry: Entry, comment: Comment): void {
  const wasPublic = entry.comment.state === "approved";
  update(d, entry, comment);
  if (wasPublic && comment.state !== "approved") countChanged(d, -1);
  const place = itemOf(d, entry)?.firstElementChild;
  if (place && comment.waiting_body !== undefined) showNotice(d, place, d.words.say("editWaits"));
  else say(d, d.words.say("saved"));
}

function blankForm(id: string, label: string): { form: HTMLFormElement; area: HTMLTextAreaElement } {
  const area = h("textarea", { class: "area", id, rows: 5, dir: "auto", placeholder: label });
  const name = h("label", { class: "visually-hidden", for: id }, label);
  return { area, form: h("form", { class: "composer", novalidate: true }, h("div", { class: "composer-box" }, name, area)) };
}
