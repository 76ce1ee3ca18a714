/** The menu behind a comment's three dots. What is chosen in it is done as any other press is: by `data-do`. */

import type { Discussion } from "../discussion";
import { button, h, icon } from "../dom";
import * as icons from "../icons";
import { Key } from "../i18n/keys";
import type { Entry } from "../thread";
import { say } from "./telling";

const COPIED_MS = 2000;

/** What can be chosen: what it does, its drawing, its words. */
type Choice = [does: string, drawing: string, words: Key];

export function openMenu(d: Discussion, entry: Entry, dots: HTMLElement): void {
  const place = dots.parentElement as HTMLElement;
  const wasHere = place.querySelector(".menu-list");
  shutMenu(d);
  if (wasHere) return;
  const { words } = d;
  const name = entry.comment.author?.name ?? "";
  const items = choices(d, entry).map(([does, drawing, key]) =>
    button(does, null, { role: "menuitem", tabindex: -1 }, icon(drawing), h("span", {}, words.say(key, { name }))),
  );
  place.append(h("div", { class: "menu-list", role: "menu", "aria-label": words.say(Key.more) }, ...items));
  dots.ariaExpanded = "true";
  items[0]?.focus();
}

/** There is one at most. Returns the button that it belongs to. */
export function shutMenu({ root }: Discussion): HTMLElement | undefined {
  const list = root.querySelector(".menu-list");
  const button = list?.previousElementSibling as HTMLElement | undefined;
  list?.remove();
  if (button) button.ariaExpanded = "false";
  return button;
}

/** Wire the keys, and whatever else ends a menu. */
export function watchMenus(d: Discussion): void {
  const { box } = d.frame;
  const { signal } = d.ended;
  const within = (target: EventTarget | null): Element | null => (target instanceof Element ? target.closest(".menu") : null);
  box.addEventListener("keydown", (event) => onKey(d, event));
  // To nothing the focus goes where a press does not take it (Safari's buttons): the press decides then.
  box.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (relatedTarget && within(target) !== within(relatedTarget)) shutMenu(d);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!within(event.composedPath()[0] ?? null)) shutMenu(d);
  }, { signal });
}

function onKey(d: Discussion, event: KeyboardEvent): void {
  const list = event.target instanceof Element && event.target.closest(".menu")?.querySelector(".menu-list");
  if (!list) return;
  const items = [...list.querySelectorAll("button")];
  const at = items.indexOf(event.target as HTMLButtonElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (event.key === "Escape") shutMenu(d)?.focus();
  else if (to !== undefined) items.at(to % items.length)?.focus();
  else return;
  event.stopPropagation();
  event.preventDefault();
}

function choices(d: Discussion, { comment, children, folded, own }: Entry): Choice[] {
  const offered: Choice[] = [["copy", icons.LINK, Key.copyLink]];
  if ("share" in navigator) offered.push(["share", icons.SHARE, Key.share]);
  if (children.length) offered.push(["fold", icons.HIDE, folded ? Key.show : Key.hide]);
  if (!own && comment.author) offered.push(["mute", icons.MUTE, Key.mute]);
  if (!own && d.writable) offered.push(["report", icons.FLAG, Key.report]);
  return offered;
}

export function share({ comment }: Entry): void {
  // Rejects when the reader changes their mind.
  navigator.share({ url: comment.permalink }).catch(() => undefined);
}

/** Answers “Copied” in its own place, and the menu stays open. */
export async function copy(d: Discussion, { comment }: Entry, item: HTMLElement): Promise<void> {
  const label = item.lastElementChild as HTMLElement;
  const done = d.words.say(Key.copied);
  if (!(await copied(comment.permalink, item))) return;
  label.textContent = done;
  say(d, done);
  setTimeout(() => {
    label.textContent = d.words.say(Key.copyLink);
  }, COPIED_MS);
}

async function copied(text: string, item: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS, or where the page's owner has not allowed it.
    const field = h("textarea", { class: "visually-hidden" }, text);
    // Beside the item, so that the menu keeps the focus.
    item.after(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    item.focus();
    return done;
  }
}
