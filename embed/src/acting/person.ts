/** Asks for a name and an address, or says under which name one writes. */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import { Key } from "../i18n/keys";
import { keep, recall } from "../store";
import { avatar } from "../view/avatar";
import { button, field } from "./parts";

export interface Person {
  name: string;
  email: string;
}

export class PersonFields {
  readonly element = h("div");
  /** By the names that the service gives them. */
  private readonly _inputs: Record<keyof Person, HTMLInputElement>;
  /** Somebody types a name, or wants another one: then the fields stay. */
  private _asking = false;

  constructor(
    private readonly _d: Discussion,
    suffix: string,
  ) {
    this._inputs = {
      name: h("input", { class: "input", id: `name-field-${suffix}`, autocomplete: "name", maxlength: 200, dir: "auto" }),
      email: h("input", { class: "input", id: `mail-field-${suffix}`, type: "email", autocomplete: "email", maxlength: 254 }),
    };
    const { name, email } = this._inputs;
    const known = remembered(_d);
    name.value = known.name ?? "";
    email.value = known.email ?? "";
    name.oninput = () => {
      this._asking = true;
    };
    this.refresh();
  }

  /** The service may have told who one is since the fields were drawn. */
  refresh(): void {
    if (this._d.identity?.name && !this._asking) this._drawName();
    else this._drawFields();
  }

  person(): Person {
    const { name, email } = this._inputs;
    const written = this.element.contains(name) ? name.value : (this._d.identity?.name ?? "");
    return { name: written.trim(), email: email.value.trim() };
  }

  /** Shown first if it was not. */
  field(name: string): HTMLInputElement | undefined {
    const input = this._inputs[name as keyof Person];
    if (input) this._drawFields();
    return input;
  }

  remember(): void {
    this._asking = false;
    keep(this._d.storageKey("person"), JSON.stringify(this.person()));
  }

  private _drawName(): void {
    const { words, identity } = this._d;
    const name = identity?.name ?? "";
    const another = (): void => {
      this._asking = true;
      this._inputs.name.value ||= name;
      this._drawFields();
      this._inputs.name.focus();
    };
    const as = words.parts(Key.postingAs, { name: h("b", {}, h("bdi", {}, name)) });
    const line = h("div", { class: "as" }, avatar(identity), h("span", {}, ...as), button("link-button", another, words.say(Key.change)));
    this.element.replaceChildren(line);
  }

  private _drawFields(): void {
    const { words } = this._d;
    const { name, email } = this._inputs;
    // What is being typed in stays where it is.
    if (this.element.contains(name)) return;
    this.element.replaceChildren(
      h("div", { class: "who" }, field(words.say(Key.name), name), field(words.say(Key.mail), email, words.say(Key.mailHint))),
    );
  }
}

function remembered(d: Discussion): Partial<Person> {
  try {
    return JSON.parse(recall(d.storageKey("person")) ?? "{}") as Partial<Person>;
  } catch {
    return {};
  }
}
