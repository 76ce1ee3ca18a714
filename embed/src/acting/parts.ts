/** Pieces that several of the forms and menus are made of. */

import { h, icon } from "../dom";
import { ALERT } from "../icons";

/** A button that does `press` and nothing else. */
export function button(look: string, press: (event: Event) => unknown, ...children: (Node | string)[]): HTMLButtonElement {
  const made = h("button", { type: "button", class: look }, ...children);
  made.onclick = press;
  return made;
}

/** A labelled field; `small` is what stands beside the label. */
export function field(label: string, input: HTMLElement, small?: string): HTMLElement {
  return h("div", { class: "field" }, h("label", { for: input.id }, label, small && " ", small && h("small", {}, small)), input);
}

/** What did not work, for all to see and at once read out. */
export function errorText(...text: (Node | string)[]): HTMLElement {
  return h("p", { class: "error-text", role: "alert" }, icon(ALERT), h("span", {}, ...text));
}
