/** Asks for a name and an address, or says under which name one writes. */

import { recalled } from "../acting/keeping";
import { button, field } from "../acting/parts";
import type { Discussion } from "../discussion";
import { h } from "../dom";
import { Key } from "../i18n/keys";
import { keep } from "../store";
import { avatar } from "../view/avatar";

export interface Person {
  name: string;
  email: string;
  /** Agreed to the site's terms; undefined where nothing is asked. */
  consent?: boolean;
  /** Wants mail about replies; undefined where the service sends none. */
  notify?: boolean;
}

export interface PersonFields {
  element: HTMLElement;
  /** The site's line of terms, if it has one. */
  terms: HTMLElement | undefined;
  /** The service may have told who one is since the fields were drawn. */
  refresh(): void;
  person(): Person;
  /** By the service's name for it; shown first if it was not. */
  field(name: string): HTMLInputElement | undefined;
  remember(): void;
}

export function personFields(d: Discussion, suffix: string): PersonFields {
  const { words } = d;
  const element = h("div");
  const key = d.storageKey("person");
  const known = recalled<Partial<Person>>(key);
  const name = h("input", { class: "input", id: `name-field-${suffix}`, autocomplete: "name", maxlength: 200, dir: "auto" });
  const email = h("input", { class: "input", id: `mail-field-${suffix}`, type: "email", autocomplete: "email", maxlength: 254 });
  name.value = known?.name ?? "";
  email.value = known?.email ?? "";
  const { terms, mails } = d.thread.info;
  const wish = mails && h("input", { type: "checkbox" });
  const wishLine = wish && h("label", { class: "house-rule" }, wish, " ", words.say(Key.mailMe));
  const box = terms?.consent && h("input", { type: "checkbox", required: true });
  if (wish) wish.onchange = () => { email.required = wish.checked };
  // Somebody types a name, or wants another one: then the fields stay.
  let asking = false;
  name.oninput = () => {
    asking = true;
  };
  const person = (): Person => {
    const written = element.contains(name) ? name.value : (d.identity?.name ?? "");
    return { name: written.trim(), email: email.value.trim(), ...(box && { consent: box.checked }), ...(wish && { notify: wish.checked }) };
  };
  const drawFields = (): void => {
    // What is being typed in stays where it is.
    if (element.contains(name)) return;
    element.replaceChildren(h("div", { class: "who" }, field(words.say(Key.name), name), field(words.say(Key.mail), email, words.say(Key.mailHint)), wishLine));
  };
  const another = (): void => {
    asking = true;
    name.value ||= d.identity?.name ?? "";
    drawFields();
    name.focus();
  };
  const refresh = (): void => {
    const { identity } = d;
    if (!identity?.name || asking) {
      drawFields();
      return;
    }
    const as = words.parts(Key.postingAs, { name: h("b", {}, h("bdi", {}, identity.name)) });
    element.replaceChildren(h("div", { class: "as" }, avatar(identity), h("span", {}, ...as), button("link-button", another, words.say(Key.change)), known?.email && wishLine));
  };
  return {
    element,
    terms: terms && h("label", { class: "house-rule" }, box, " ", terms.url ? h("a", { href: terms.url, target: "_blank" }, terms.text) : terms.text),
    refresh,
    person,
    field(asked) {
      const input = { name, email }[asked];
      if (input) drawFields();
      return input;
    },
    remember() {
      asking = false;
      keep(key, JSON.stringify(person()));
    },
  };
}
