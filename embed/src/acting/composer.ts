/** The box one writes in: tabs, tools, preview, hints, and what happened when it was sent. */

import type { Discussion } from "../discussion";
import { change, h } from "../dom";
import { Key } from "../i18n/keys";
import { IDENTITY_KNOWN } from "./asking";
import type { Draft } from "./draft";
import { formatByKey, paste, toolbar } from "./formatting";
import { button, errorText } from "./parts";
import { PersonFields, type Person } from "./person";
import { Preview } from "./preview";
import { type Complaint, explain } from "./problems";
import { SendButton } from "./sendbutton";

/** In code points, as the service counts. */
export const LONGEST = 10_000;
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

export class Composer {
  private readonly _box: HTMLElement;
  private readonly _person: PersonFields;
  private readonly _preview: Preview;
  private readonly _button: SendButton;
  private readonly _left = h("span", { class: "left" });
  private readonly _hint = h("span");
  private readonly _hints: HTMLElement;
  private readonly _rule: HTMLElement;

  /** `form` holds a `.composer-box` with a labelled textarea; everything else is put around that. */
  constructor(
    private readonly _d: Discussion,
    readonly form: HTMLFormElement,
    readonly area: HTMLTextAreaElement,
    private readonly _job: Job,
  ) {
    const { words } = _d;
    const { suffix, submit, draft } = _job;
    this._box = area.parentElement as HTMLElement;
    this._hints = h("div", { class: "composer-hints", id: `hints-${suffix}` }, this._hint, this._left);
    this._rule = h("p", { class: "house-rule" }, words.say(Key.houseRule));
    this._person = new PersonFields(_d, suffix);
    this._button = new SendButton(words, submit);
    this._preview = new Preview(_d, area, suffix, (shown) => this._drawHint(shown && words.say(Key.previewHint)));
    this._drawHint();
    this._build();
    this._watch();
    area.value ||= draft.text || (_job.text ?? "");
    this._counted();
    this._clear();
  }

  private _build(): void {
    const { _job, _box, area, _d } = this;
    _box.prepend(h("div", { class: "composer-bar" }, this._preview.tabs, toolbar(_d, area)));
    _box.append(this._preview.panel);
    area.rows = 5;
    const send = h("span", { class: "send" });
    if (_job.cancel) send.append(button("button button--quiet", _job.cancel, _d.words.say(Key.cancel)));
    send.append(h("kbd", { "aria-hidden": "true" }, /Mac|iP/.test(navigator.platform) ? "⌘ Enter" : "Ctrl Enter"), this._button.element);
    this.form.append(h("div", { class: "composer-foot" }, this._hints, _job.signed && this._person.element, send));
    this._knownPerson();
  }

  /** The service may tell who one is at any time. */
  private _knownPerson(): void {
    this._person.refresh();
    if (this._job.signed && !this._d.identity?.name) this.form.lastElementChild?.append(this._rule);
    else this._rule.remove();
  }

  /** How to format; `text` takes its place. */
  private _drawHint(text?: string | false): void {
    const { words } = this._d;
    const example = (key: Key): Node => h("code", { dir: "ltr" }, words.say(key));
    const grammar = { bold: example(Key.boldExample), italic: example(Key.italicExample), quote: example(Key.quoteExample), code: example(Key.codeExample) };
    this._hint.className = text ? "" : "grammar";
    this._hint.replaceChildren(...(text ? [text] : words.parts(Key.grammar, grammar)));
  }

  private _watch(): void {
    const { form, area, _job } = this;
    const { frame, ended, words } = this._d;
    const { signal } = ended;
    // Not the form's event: in a sandbox without `allow-forms` there is none. Enter in a field clicks too.
    form.onclick = (event) => {
      const pressed = (event.target as Element).closest("button");
      if (pressed?.type !== "submit") return;
      event.preventDefault();
      void this._submit();
    };
    form.onkeydown = (event) => this._onKey(event);
    area.onpaste = (event) => paste(event, area, () => this._complain({ text: words.say(Key.noImages) }));
    area.oninput = () => {
      _job.draft.text = area.value;
      this._clear();
      this._counted();
    };
    frame.box.addEventListener(IDENTITY_KNOWN, () => this._knownPerson(), { signal });
    addEventListener("pagehide", () => _job.draft.write(), { signal });
  }

  private _onKey(event: KeyboardEvent): void {
    const { area, _job } = this;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void this._submit();
    else if (event.key === "Escape" && _job.cancel) _job.cancel();
    else if (event.target !== area || !formatByKey(event, area)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** How many signs there is still room for; below 0 how many are too many. */
  private get _room(): number {
    return LONGEST - [...this.area.value].length;
  }

  private _counted(): void {
    const { area, _left, _room, _d } = this;
    change(_left, { class: _room < 0 ? "left is-over" : "left" });
    _left.textContent = _room > HINT_FROM_LEFT ? "" : _d.words.say(_room < 0 ? Key.tooMany : Key.left, { n: Math.abs(_room) });
    // Where the browser does not grow a field with its text.
    if (!CSS.supports("field-sizing", "content")) area.rows = Math.min(20, Math.max(5, area.value.split("\n").length + 1));
  }

  private async _submit(): Promise<void> {
    const { _button, _job, _d } = this;
    if (_button.busy) return;
    const text = this.area.value;
    const person = this._person.person();
    const fault = this._faultOf(text, person);
    this._clear();
    if (fault) {
      this._complain(fault);
      return;
    }
    const finished = _button.start(() => this._drawHint(_d.words.say(Key.slow)));
    try {
      await _job.send(text, person);
      if (_job.signed) this._person.remember();
      this._knownPerson();
    } catch (problem) {
      this._complain(explain(_d.words, problem));
    } finally {
      finished();
      this._drawHint();
    }
  }

  /** What the service would refuse, found without asking it. */
  private _faultOf(text: string, { name }: Person): Complaint | undefined {
    const { words } = this._d;
    if (!text.trim()) return { field: "body", text: words.say(Key.emptyText) };
    if (this._room < 0) return { field: "body", text: words.say(Key.tooLong, { n: -this._room }) };
    if (this._job.signed && !name) return { field: "name", text: words.say(Key.noName) };
    return undefined;
  }

  /** Empty, and ready for another text. */
  reset(): void {
    this.area.value = "";
    this._job.draft.clear();
    this._preview.select(false);
    this._counted();
  }

  private _complain({ field = "", text, again, seconds }: Complaint): void {
    this._clear();
    const { area, _d, _hints } = this;
    const input = this._person.field(field);
    const target = input ?? area;
    const retry = again ? [" ", h("button", { class: "link-button" }, _d.words.say(Key.retry))] : [];
    const error = errorText(text, ...retry);
    error.id = `error-${this._job.suffix}`;
    (input ?? this._box).after(error);
    change(target, { "aria-invalid": field ? "true" : null, "aria-describedby": input ? error.id : `${error.id} ${_hints.id}` });
    if (seconds) this._button.countDown(seconds, () => this._clear());
    if (!field) return;
    this._preview.select(false);
    target.focus();
  }

  private _clear(): void {
    const { form, area, _hints } = this;
    const error = form.querySelector(".error-text[id]");
    if (error?.contains(this._d.root.activeElement)) this._button.element.focus();
    error?.remove();
    for (const input of form.querySelectorAll("[aria-invalid]")) change(input, { "aria-invalid": null, "aria-describedby": null });
    change(area, { "aria-describedby": _hints.id });
  }
}
