/** The box one writes in: tabs, tools, preview, hints, and what happened when it was sent. */

import type { Discussion } from "../discussion";
import { change, type Child, h, icon } from "../dom";
import { ALERT } from "../icons";
import type { Draft } from "./draft";
import { formatByKey, toolbar } from "./formatting";
import { IDENTITY_KNOWN } from "./me";
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
  /** Whether it asks who one is. */
  signed: boolean;
  /** There is a Cancel button, and Escape does the same. */
  cancel?(): void;
  /** Resolves when it is stored and shown. */
  send(text: string, person: Person): Promise<void>;
}

export class Composer {
  private readonly box: HTMLElement;
  private readonly person: PersonFields;
  private readonly preview: Preview;
  private readonly button: SendButton;
  private readonly left = h("span", { class: "left" });
  private readonly hint = h("span");
  private readonly rule = h("p", { class: "house-rule" });

  /** `form` holds a `.composer-box` with a labelled textarea; everything else is put around that. */
  constructor(
    private readonly d: Discussion,
    readonly form: HTMLFormElement,
    readonly area: HTMLTextAreaElement,
    private readonly job: Job,
  ) {
    const { words } = d;
    this.box = area.parentElement ?? form;
    this.person = new PersonFields(d, job.suffix);
    this.preview = new Preview(d, area, job.suffix, (shown) => this.drawHint(shown ? words.say("previewHint") : undefined));
    this.button = new SendButton(words, job.submit);
    this.drawHint();
    this.build();
    this.watch();
    area.value ||= job.draft.text;
    this.counted();
  }

  private build(): void {
    const { job, area } = this;
    const hints = h("div", { class: "composer-hints", id: `hints-${job.suffix}` }, this.hint, this.left);
    this.box.prepend(h("div", { class: "composer-bar" }, this.preview.tabs, toolbar(this.d, area)));
    this.box.append(this.preview.panel);
    change(area, { rows: 5, "aria-describedby": hints.id });
    const foot = h("div", { class: "composer-foot" }, hints, job.signed && this.person.element, this.sendRow());
    foot.append(this.rule);
    this.form.append(foot);
    this.knownPerson();
  }

  /** The service may tell who one is at any time. */
  private knownPerson(): void {
    this.person.refresh();
    const newcomer = this.job.signed && !this.d.identity?.name;
    this.rule.textContent = newcomer ? this.d.words.say("houseRule") : "";
    this.rule.hidden = !newcomer;
  }

  private sendRow(): HTMLElement {
    const { cancel } = this.job;
    const keys = h("kbd", { "aria-hidden": "true" }, /Mac|iP/.test(navigator.platform) ? "⌘ Enter" : "Ctrl Enter");
    const row = h("span", { class: "send" });
    if (cancel) {
      const button = h("button", { type: "button", class: "button button--quiet" }, this.d.words.say("cancel"));
      button.addEventListener("click", () => cancel());
      row.append(button);
    }
    row.append(keys, this.button.element);
    return h("div", { class: "composer-send" }, row);
  }

  /** How to format; `text` takes its place. */
  private drawHint(text?: string): void {
    const { words } = this.d;
    this.hint.classList.toggle("grammar", !text);
    if (text) {
      this.hint.replaceChildren(text);
      return;
    }
    const example = (key: "bold" | "italic" | "quote" | "code"): Node => h("code", { dir: "ltr" }, words.say(`${key}Example`));
    const grammar = { bold: example("bold"), italic: example("italic"), quote: example("quote"), code: example("code") };
    this.hint.replaceChildren(...words.parts("grammar", grammar));
  }

  private watch(): void {
    const { form, area, job } = this;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    form.addEventListener("keydown", (event) => this.onKey(event));
    area.addEventListener("input", () => {
      job.draft.text = area.value;
      this.clearComplaint();
      this.counted();
    });
    this.d.frame.box.addEventListener(IDENTITY_KNOWN, () => this.knownPerson(), { signal: this.d.ended.signal });
    addEventListener("pagehide", () => job.draft.write(), { signal: this.d.ended.signal });
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void this.submit();
    } else if (event.key === "Escape" && this.job.cancel) {
      event.preventDefault();
      event.stopPropagation();
      this.job.cancel();
    } else if (event.target === this.area && formatByKey(event, this.area)) event.preventDefault();
  }

  private counted(): void {
    const { area, left, d } = this;
    const room = LONGEST - [...area.value].length;
    left.classList.toggle("is-over", room < 0);
    left.textContent = room > HINT_FROM_LEFT ? "" : room < 0 ? d.words.say("tooMany", { n: -room }) : d.words.say("left", { n: room });
    // Where the browser does not grow a field with its text.
    if (!CSS.supports("field-sizing", "content")) area.rows = Math.min(20, Math.max(5, area.value.split("\n").length + 1));
  }

  private async submit(): Promise<void> {
    if (this.button.busy) return;
    const text = this.area.value;
    const person = this.person.person();
    const fault = this.faultOf(text, person);
    this.clearComplaint();
    if (fault) {
      this.complain(fault);
      return;
    }
    const finished = this.button.start(() => this.drawHint(this.d.words.say("slow")));
    try {
      await this.job.send(text, person);
      if (this.job.signed) this.person.remember();
      this.knownPerson();
    } catch (problem) {
      this.complain(explain(this.d.words, problem));
    } finally {
      finished();
      this.drawHint();
    }
  }

  /** What the service would refuse, found without asking it. */
  private faultOf(text: string, { name }: Person): Complaint | undefined {
    const { words } = this.d;
    const over = [...text].length - LONGEST;
    if (!text.trim()) return { field: "body", text: words.say("emptyText") };
    if (over > 0) return { field: "body", text: words.say("tooLong", { n: over }) };
    if (this.job.signed && !name) return { field: "name", text: words.say("noName") };
    return undefined;
  }

  /** Empty and, where it can be folded, folded. */
  reset(): void {
    this.area.value = "";
    this.job.draft.clear();
    this.preview.hide();
    this.knownPerson();
    this.counted();
  }

  private complain({ field, text, again, seconds }: Complaint): void {
    const input = this.person.field(field ?? "");
    const target = input ?? this.area;
    const id = `error-${this.job.suffix}`;
    const retry = again && h("button", { type: "submit", class: "link-button" }, this.d.words.say("retry"));
    const inside: Child[] = [icon(ALERT), h("span", {}, text, retry && " ", retry)];
    const error = h("p", { class: "error-text", id, role: "alert" }, ...inside);
    if (input) input.after(error);
    else this.box.after(error);
    this.box.classList.toggle("has-error", !input);
    if (field) change(target, { "aria-invalid": "true" });
    change(target, { "aria-describedby": input ? id : `${id} hints-${this.job.suffix}` });
    if (seconds) this.button.countDown(seconds, () => this.clearComplaint());
    if (field) {
      this.preview.hide();
      target.focus();
    }
  }

  private clearComplaint(): void {
    this.form.querySelectorAll(".error-text").forEach((error) => error.remove());
    this.box.classList.remove("has-error");
    for (const input of this.form.querySelectorAll("[aria-invalid]")) {
      change(input, { "aria-invalid": null, "aria-describedby": input === this.area ? `hints-${this.job.suffix}` : null });
    }
  }
}
