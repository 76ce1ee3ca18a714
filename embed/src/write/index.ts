/** The part of the widget that writes: posting, replying and editing. Fetched when idle or on first use. */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import { acting } from "../i18n/en";
import { adopt } from "../styles";
import type { Entry } from "../thread";
import { Composer } from "./composer";
import { Draft } from "./draft";
import { editing } from "./editing";
import { post } from "./posting";
import css from "./write.css";

/** One composer at the top of each discussion. */
const tops = new WeakMap<Discussion, Composer>();
const ready = new WeakSet<Discussion>();

/** Make the top composer ready and put a kept draft into it, without unfolding it: nothing moves under a reader's eyes. */
export function prepare(d: Discussion): void {
  if (!ready.has(d)) {
    ready.add(d);
    d.words.add(acting);
    adopt(d.root, css);
  }
  const area = d.root.querySelector<HTMLTextAreaElement>("[data-composer]");
  const form = area?.closest("form");
  if (!area || !form || tops.has(d)) return;
  const { words } = d;
  const draft = new Draft(d, "");
  const composer: Composer = new Composer(d, form, area, {
    suffix: "top",
    submit: words.say("post"),
    draft,
    signed: true,
    send: async (text, person) => {
      const entry = await post(d, { text, person, draft });
      composer.reset();
      form.classList.add("composer--folded");
      d.focusOn(entry);
    },
  });
  tops.set(d, composer);
  form.addEventListener("focusin", () => composer.refresh());
  form.addEventListener("focusout", ({ relatedTarget }) => {
    const stays = relatedTarget instanceof Node && form.contains(relatedTarget);
    if (!stays && !area.value.trim()) form.classList.add("composer--folded");
  });
}

/** Unfold the composer at the top. */
export function open(d: Discussion): void {
  prepare(d);
  tops.get(d)?.form.classList.remove("composer--folded");
}

/** A composer below the comment that is answered. */
export function reply(d: Discussion, entry: Entry): void {
  prepare(d);
  const place = d.itemOf(entry)?.firstElementChild;
  const id = entry.comment.id;
  const there = d.root.getElementById(`write-${id}`);
  if (there || !place) {
    there?.focus();
    return;
  }
  const { words } = d;
  const label = words.say("replyTo", { name: entry.comment.author?.name ?? "" });
  const { form, area } = blankForm(`write-${id}`, label);
  const draft = new Draft(d, id);
  const close = (): void => {
    draft.write();
    form.remove();
  };
  place.after(form);
  new Composer(d, form, area, {
    suffix: id,
    submit: words.say("postReply"),
    draft,
    signed: true,
    cancel: () => {
      close();
      d.itemOf(entry)?.querySelector<HTMLElement>('[data-do="reply"]')?.focus();
    },
    send: async (text, person) => {
      const answer = await post(d, { text, person, draft, parent: entry, notice: form });
      draft.clear();
      close();
      d.focusOn(answer);
    },
  });
  area.focus();
  form.scrollIntoView({ block: "nearest" });
}

/** The comment's own text in a composer, in its place. */
export async function edit(d: Discussion, entry: Entry): Promise<void> {
  prepare(d);
  const { form, area } = blankForm(`edit-${entry.comment.id}`, d.words.say("editLabel"));
  await editing(d, entry, form, area);
}

function blankForm(id: string, label: string): { form: HTMLFormElement; area: HTMLTextAreaElement } {
  const area = h("textarea", { class: "area", id, rows: 5, dir: "auto", placeholder: label });
  const name = h("label", { class: "visually-hidden", for: id }, label);
  return { area, form: h("form", { class: "composer", novalidate: true }, h("div", { class: "composer-box" }, name, area)) };
}
