/** Asks for a name and an address, or says under which name one writes. */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import { avatar } from "../view/avatar";
import { keep, recall } from "../store";

export interface Person {
  name: string;
  email: string;
}

export class PersonFields {
  readonly element = h("div", { class: "who-place" });
  private readonly name: HTMLInputElement;
  /** Somebody types a name, or wants another one: then the fields stay. */
  private asking = false;
  private readonly mail: HTMLInputElement;

  constructor(
    private readonly d: Discussion,
    suffix: string,
  ) {
    const known = remembered(d);
    this.name = h("input", { class: "input", id: `name-field-${suffix}`, autocomplete: "name", maxlength: 200, dir: "auto" });
    this.mail = h("input", { class: "input", id: `mail-field-${suffix}`, type: "email", autocomplete: "email", maxlength: 254 });
    this.name.value = known.name;
    this.mail.value = known.email;
    this.name.addEventListener("input", () => {
      this.asking = true;
    });
    this.refresh();
  }

  /** The service may have told who one is since the fields were drawn. */
  refresh(): void {
    const { identity } = this.d;
    if (identity?.name && !this.asking) this.drawName();
    else if (!this.element.firstChild) this.drawFields();
  }

  person(): Person {
    const asked = this.element.contains(this.name);
    const name = asked ? this.name.value : (this.d.identity?.name ?? "");
    return { name: name.trim(), email: this.mail.value.trim() };
  }

  /** The fields by the names that the service gives them. Shown first if they were not. */
  field(name: string): HTMLInputElement | undefined {
    if (name !== "name" && name !== "email") return undefined;
    if (!this.element.contains(this.name)) this.drawFields();
    return name === "name" ? this.name : this.mail;
  }

  remember(): void {
    this.asking = false;
    keep(storeKey(this.d), JSON.stringify(this.person()));
  }

  private drawName(): void {
    const { words, identity } = this.d;
    const change = h("button", { type: "button", class: "link-button" }, words.say("change"));
    change.addEventListener("click", () => {
      this.asking = true;
      this.name.value ||= identity?.name ?? "";
      this.drawFields();
      this.name.focus();
    });
    const name = h("b", {}, h("bdi", {}, identity?.name ?? ""));
    this.element.replaceChildren(
      h("div", { class: "as" }, avatar(identity), h("span", {}, ...words.parts("postingAs", { name })), change),
    );
  }

  private drawFields(): void {
    const { words } = this.d;
    const mailLabel = h("label", { for: this.mail.id }, words.say("mail"), " ", h("small", {}, words.say("mailHint")));
    this.element.replaceChildren(
      h(
        "div",
        { class: "who" },
        h("div", { class: "field" }, h("label", { for: this.name.id }, words.say("name")), this.name),
        h("div", { class: "field" }, mailLabel, this.mail),
      ),
    );
  }
}

function storeKey({ api }: Discussion): string {
  return `comments:person:${api.host}/${api.site}`;
}

function remembered(d: Discussion): Person {
  try {
    const { name, email } = JSON.parse(recall(storeKey(d)) ?? "") as Partial<Person>;
    return { name: String(name ?? ""), email: String(email ?? "") };
  } catch {
    return { name: "", email: "" };
  }
}
