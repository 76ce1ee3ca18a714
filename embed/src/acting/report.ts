/** The form that tells a moderator what is wrong with a comment. */

import type { Discussion } from "../discussion";
import { h, icon } from "../dom";
import { reasonOf } from "../faults";
import { ALERT, CHECK } from "../icons";
import type { Key } from "../i18n/words";
import type { Entry } from "../thread";
import { itemOf } from "../view/list";
import { send } from "./asking";
import { say } from "./telling";

/** The service's names for the reasons, and our words for them. */
const REASONS: [string, Key][] = [
  ["spam", "reportSpam"],
  ["abuse", "reportAbuse"],
  ["personal-data", "reportPrivate"],
  ["off-topic", "reportTopic"],
  ["illegal", "reportIllegal"],
  ["other", "reportOther"],
];
const LONGEST_NOTE = 1000;

export function openReport(d: Discussion, entry: Entry): void {
  const { words } = d;
  const { id } = entry.comment;
  const place = itemOf(d, entry)?.querySelector<HTMLElement>(":scope > .comment");
  if (!place) return;
  place.querySelector(":scope > .panel")?.remove();
  const choices = REASONS.map(([reason, label], index) =>
    h("label", { class: "choice" }, h("input", { type: "radio", name: "reason", value: reason, checked: !index }), h("span", {}, words.say(label))),
  );
  const note = h("textarea", { class: "area", id: `note-${id}`, rows: 2, maxlength: LONGEST_NOTE, dir: "auto" });
  const cancel = h("button", { type: "button", class: "button button--quiet" }, words.say("cancel"));
  const submit = h("button", { type: "submit", class: "button button--primary" }, words.say("sendReport"));
  const noteLabel = h("label", { for: note.id }, words.say("reportNote"), " ", h("small", {}, words.say("optional")));
  const form = h(
    "form",
    { class: "panel" },
    h("fieldset", {}, h("legend", {}, words.say("reportTitle")), ...choices),
    h("div", { class: "field" }, noteLabel, note),
    h("div", { class: "row" }, submit, cancel),
  );
  const leave = (): void => {
    form.remove();
    place.querySelector<HTMLElement>('[data-do="menu"]')?.focus();
  };
  cancel.addEventListener("click", leave);
  form.addEventListener("keydown", (event) => event.key === "Escape" && leave());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (submit.ariaDisabled !== "true") void report(d, entry, form, submit);
  });
  place.append(form);
  form.querySelector("input")?.focus();
}

async function report(d: Discussion, entry: Entry, form: HTMLFormElement, button: HTMLElement): Promise<void> {
  const { words } = d;
  const reason = form.querySelector<HTMLInputElement>("input:checked")?.value ?? "other";
  const note = form.querySelector("textarea")?.value.trim() ?? "";
  form.querySelector(".error-text")?.remove();
  button.ariaDisabled = "true";
  try {
    await send(d, "POST", `comments/${entry.comment.id}/reports`, { reason, note });
    const thanks = h("div", { class: "notice notice--good", tabindex: -1 }, icon(CHECK), h("p", {}, words.say("reported")));
    form.replaceWith(thanks);
    thanks.focus();
    say(d, words.say("reported"));
  } catch (fault) {
    const text = reasonOf(fault, words.say("reportFailed"));
    form.append(h("p", { class: "error-text", role: "alert" }, icon(ALERT), h("span", {}, text)));
    button.ariaDisabled = null;
  }
}
