/** The box one writes in: tabs, tools, preview, hints, and what happened when it was sent. */

import { onIdentity, tellIdentity } from "../acting/asking";
import { button, errorText } from "../acting/parts";
import type { Discussion } from "../discussion";
import { change, h } from "../dom";
import { Key } from "../i18n/keys";
import type { Draft } from "./draft";
import { listen, toolbar } from "./formatting";
import { type Person, type PersonFields, personFields } from "./person";
import { preview } from "./preview";
import { type Complaint, explain } from "./problems";
import { beginProof } from "./proof";
import { type SendButton, sendButton } from "./sendbutton";

/** In code points, as the service counts. */
const LONGEST = 10_000;
const HINT_FROM_LEFT = 500;

/** What a composer is for. */
export interface Job {
  /** Ends the ids of its fields: one widget has several composers. */
  suffix: string;
  /** The words on the filled button. */
  submit: string;
  draft: Draft;
  /** What is there to be changed, where there is no draft. */
  text?: string;
  /** Whether it asks who one is. */
  signed?: boolean;
  /** There is a Cancel button, and Escape does the same. */
  cancel?(): void;
  /** Resolves when it is stored and shown. */
  send(text: string, person: Person): Promise<void>;
}

/** A composer, with what its parts know of each other. */
export interface Composer {
  d: Discussion;
  job: Job;
  form: HTMLFormElement;
  area: HTMLTextAreaElement;
  hints: HTMLElement;
  fields: PersonFields;
  send: SendButton;
  /** Have the text on the screen, where the preview was. */
  showText(): void;
  /** Say how to format, or `text` in its place. */
  hint(text?: string | false): void;
  complain(complaint: Complaint): void;
}

/**
 * `form` holds a `.composer-box` with a labelled textarea; everything else is put around that.
 * Returns what makes it empty, and ready for another text.
 */
export function compose(d: Discussion, form: HTMLFormElement, area: HTMLTextAreaElement, job: Job): () => void {
  const { words } = d;
  const { suffix, draft } = job;
  const hint = h("span");
  const left = h("span", { class: "left" });
  const composer: Composer = {
    d, job, form, area,
    hints: h("div", { class: "composer-hints", id: `hints-${suffix}` }, hint, left),
    fields: personFields(d, suffix),
    send: sendButton(words, job.submit),
    showText() {},
    hint: (text) => drawHint(d, hint, text),
    complain: (complaint) => complain(composer, complaint),
  };
  const count = (): void => drawLeft(d, area, left);
  const prove = (): unknown => job.signed && beginProof(d);
  area.oninput = () => {
    draft.text = area.value;
    clear(composer);
    prove();
    count();
  };
  build(composer);
  watch(composer);
  // What was typed before it came here is kept already.
  area.value ||= draft.text || (job.text ?? "");
  prove();
  count();
  clear(composer);
  composer.hint();
  return () => {
    area.value = "";
    draft.clear();
    composer.showText();
    count();
  };
}

function build(composer: Composer): void {
  const { d, job, form, area, hints, fields, send } = composer;
  const { words } = d;
  const row = h("span", { class: "send" });
  const rule = h("p", { class: "house-rule" }, words.say(Key.houseRule));
  const { tabs, select } = preview(composer);
  composer.showText = () => select(false);
  area.parentElement?.prepend(h("div", { class: "composer-bar" }, tabs, toolbar(d, area)));
  listen(area, () => complain(composer, { text: words.say(Key.noImages) }));
  area.rows = 5;
  if (job.cancel) row.append(button("button button--quiet", job.cancel, words.say(Key.cancel)));
  row.append(h("kbd", { "aria-hidden": "true" }, /Mac|iP/.test(navigator.platform) ? "⌘ Enter" : "Ctrl Enter"), send.element);
  const foot = h("div", { class: "composer-foot" }, hints, job.signed && fields.element, job.signed && fields.terms, row);
  form.append(foot);
  // The service may tell who one is at any time.
  const known = (): void => {
    fields.refresh();
    rule.remove();
    if (job.signed && !d.identity?.name) foot.append(rule);
  };
  onIdentity(d, known);
  known();
}

function watch(composer: Composer): void {
  const { d, job, form } = composer;
  // Not the form's event: in a sandbox without `allow-forms` there is none. Enter in a field clicks too.
  form.onclick = (event) => {
    const pressed = (event.target as Element).closest("button");
    if (pressed?.type !== "submit") return;
    event.preventDefault();
    void submit(composer);
  };
  form.onkeydown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit(composer);
    else if (event.key === "Escape" && job.cancel) job.cancel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("pagehide", job.draft.write, { signal: d.ended.signal });
}

/** How to format; `text` takes its place. */
function drawHint({ words }: Discussion, hint: HTMLElement, text?: string | false): void {
  const example = (key: Key): Node => h("code", { dir: "ltr" }, words.say(key));
  const grammar = { bold: example(Key.boldExample), italic: example(Key.italicExample), quote: example(Key.quoteExample), code: example(Key.codeExample) };
  hint.className = text ? "" : "grammar";
  hint.replaceChildren(...(text ? [text] : words.parts(Key.grammar, grammar)));
}

/** How many signs there is still room for in `area`; below 0 how many are too many. */
function roomIn(area: HTMLTextAreaElement): number {
  return LONGEST - [...area.value].length;
}

function drawLeft({ words }: Discussion, area: HTMLTextAreaElement, left: HTMLElement): void {
  const room = roomIn(area);
  left.className = room < 0 ? "left is-over" : "left";
  left.textContent = room > HINT_FROM_LEFT ? "" : words.say(room < 0 ? Key.tooMany : Key.left, { n: Math.abs(room) });
  // Where the browser does not grow a field with its text.
  if (!CSS.supports("field-sizing", "content")) area.rows = Math.min(20, Math.max(5, area.value.split("\n").length + 1));
}

async function submit(composer: Composer): Promise<void> {
  const { d, job, area, fields, send } = composer;
  if (send.element.ariaDisabled) return;
  const text = area.value;
  const person = fields.person();
  const fault = faultOf(composer, text, person);
  clear(composer);
  if (fault) {
    complain(composer, fault);
    return;
  }
  // The browser says it in its own words: the box to agree to the site's terms, the address that mail is to go to.
  if (!(composer.form.querySelector<HTMLInputElement>("input:required:invalid")?.reportValidity() ?? true)) return;
  const finished = send.start(() => composer.hint(d.words.say(Key.slow)));
  try {
    await job.send(text, person);
    if (job.signed) fields.remember();
    tellIdentity(d);
  } catch (problem) {
    complain(composer, explain(d.words, problem));
  } finally {
    finished();
    composer.hint();
  }
}

/** What the service would refuse, found without asking it. */
function faultOf({ d: { words }, job, area }: Composer, text: string, { name }: Person): Complaint | undefined {
  const room = roomIn(area);
  if (!text.trim()) return { field: "body", text: words.say(Key.emptyText) };
  if (room < 0) return { field: "body", text: words.say(Key.tooLong, { n: -room }) };
  if (job.signed && !name) return { field: "name", text: words.say(Key.noName) };
  return undefined;
}

function complain(composer: Composer, { field = "", text, again, seconds }: Complaint): void {
  clear(composer);
  const { d, job, area, hints, fields, send } = composer;
  const input = fields.field(field);
  const target = input ?? area;
  const retry = again ? [" ", h("button", { class: "link-button" }, d.words.say(Key.retry))] : [];
  const error = errorText(text, ...retry);
  error.id = `error-${job.suffix}`;
  (input ?? area.parentElement)?.after(error);
  change(target, { "aria-invalid": field ? "true" : null, "aria-describedby": input ? error.id : `${error.id} ${hints.id}` });
  if (seconds) send.countDown(seconds, () => clear(composer));
  if (!field) return;
  composer.showText();
  target.focus();
}

function clear({ d, form, area, hints, send }: Composer): void {
  const error = form.querySelector(".error-text[id]");
  if (error?.contains(d.root.activeElement)) send.element.focus();
  error?.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) change(input, { "aria-invalid": null, "aria-describedby": null });
  change(area, { "aria-describedby": hints.id });
}
