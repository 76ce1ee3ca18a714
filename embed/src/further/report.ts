/** The form that tells a moderator what is wrong with a comment. */

import { send } from "../acting/asking";
import { focusAction, placeOf } from "../acting/changing";
import { button, errorText, field } from "../acting/parts";
import { say } from "../acting/telling";
import type { Discussion } from "../discussion";
import { h } from "../dom";
import { reasonOf } from "../faults";
import { Key } from "../i18n/keys";
import { CHECK } from "../icons";
import type { Entry } from "../thread";
import { notice } from "../view/frame";

/** The service's names for the reasons, and our words for them. */
const REASONS: Record<string, Key> = {
  spam: Key.reportSpam,
  abuse: Key.reportAbuse,
  "personal-data": Key.reportPrivate,
  "off-topic": Key.reportTopic,
  illegal: Key.reportIllegal,
  other: Key.reportOther,
};
const LONGEST_NOTE = 1000;

export function openReport(d: Discussion, entry: Entry): void {
  const { words } = d;
  const place = placeOf(d, entry);
  place?.querySelector(".panel")?.remove();
  const choices = Object.entries(REASONS).map(([value, label], at) =>
    h("label", { class: "choice" }, h("input", { type: "radio", name: "reason", value, checked: !at }), words.say(label)),
  );
  const note = h("textarea", { class: "area", id: `note-${entry.comment.id}`, name: "note", rows: 2, maxlength: LONGEST_NOTE, dir: "auto" });
  const submit = h("button", { class: "button button--primary" }, words.say(Key.sendReport));
  const leave = (): void => {
    form.remove();
    focusAction(d, entry, "menu");
  };
  const form = h(
    "form",
    { class: "panel" },
    h("fieldset", {}, h("legend", {}, words.say(Key.reportTitle)), ...choices),
    field(words.say(Key.reportNote), note, words.say(Key.optional)),
    h("div", { class: "row" }, submit, button("button button--quiet", leave, words.say(Key.cancel))),
  );
  form.onkeydown = ({ key }) => key === "Escape" && leave();
  submit.onclick = (event) => {
    event.preventDefault();
    if (!submit.ariaDisabled) void report(d, entry, form, submit);
  };
  place?.append(form);
  form.querySelector("input")?.focus();
}

async function report(d: Discussion, entry: Entry, form: HTMLFormElement, submit: HTMLElement): Promise<void> {
  const { words } = d;
  form.querySelector(".error-text")?.remove();
  submit.ariaDisabled = "true";
  try {
    await send(d, "POST", `comments/${entry.comment.id}/reports`, Object.fromEntries(new FormData(form)));
    const thanks = notice("good", CHECK, words.say(Key.reported));
    thanks.tabIndex = -1;
    form.replaceWith(thanks);
    thanks.focus();
    say(d, words.say(Key.reported));
  } catch (fault) {
    form.append(errorText(reasonOf(words, fault, Key.reportFailed)));
    submit.ariaDisabled = null;
  }
}
