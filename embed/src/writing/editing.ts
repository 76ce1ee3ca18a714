/** The composer in the place of one's own comment, to edit it. */

import { send } from "../acting/asking";
import { focusAction, placeOf, redrawActions, update } from "../acting/changing";
import { countChanged, say } from "../acting/telling";
import type { Discussion } from "../discussion";
import { Key } from "../i18n/keys";
import type { Entry } from "../thread";
import type { Comment, Stored } from "../types";
import { itemOf } from "../view/list";
import { draftOf } from "./draft";
import { showNotice } from "./posting";
import { openForm } from "./replying";

/** One's own comment in its place, with the text that waits if an edit does. */
export function edit(d: Discussion, entry: Entry): void {
  const { id, body, waiting_body: waiting } = entry.comment;
  const box = itemOf(d, entry);
  const draft = draftOf(d, `edit ${id}`);
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
