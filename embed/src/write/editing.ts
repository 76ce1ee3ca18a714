/** Edits one's own comment in its place. */

import type { Discussion } from "../discussion";
import type { Entry } from "../thread";
import type { Stored } from "../types";
import { Composer } from "./composer";
import { Draft } from "./draft";
import { rememberSource, sourceOf } from "./posting";

export async function editing(d: Discussion, entry: Entry, form: HTMLFormElement, area: HTMLTextAreaElement): Promise<void> {
  const { id } = entry.comment;
  const text = await sourceOf(d, entry);
  const box = d.itemOf(entry);
  const place = box?.querySelector<HTMLElement>(":scope > .comment > .meta");
  if (!box || !place || d.root.getElementById(area.id)) return;
  const draft = new Draft(d, `edit ${id}`);
  const leave = (): void => {
    draft.clear();
    form.remove();
    box.classList.remove("is-editing");
    d.redraw(entry, "actions");
    (box.querySelector<HTMLElement>('[data-do="edit"]') ?? box.querySelector<HTMLElement>(".author"))?.focus();
  };
  area.value = draft.text || text;
  box.classList.add("is-editing");
  place.after(form);
  new Composer(d, form, area, {
    suffix: `edit-${id}`,
    submit: d.words.say("save"),
    draft,
    signed: false,
    cancel: leave,
    send: async (body) => {
      const { comment } = await d.api.send<Stored>("PATCH", `comments/${id}`, { body });
      rememberSource(id, body);
      leave();
      saved(d, entry, comment);
    },
  });
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}

function saved(d: Discussion, entry: Entry, comment: Stored["comment"]): void {
  const wasPublic = entry.comment.state === "approved";
  d.update(entry, comment);
  if (wasPublic && comment.state !== "approved") d.countChanged(-1);
  d.say(d.words.say(wasPublic && comment.state === "pending" ? "editWaits" : "saved"));
}
