/** The menu behind a comment's three dots. */

import type { Discussion } from "../discussion";
import { h, icon } from "../dom";
import * as icons from "../icons";
import type { Key } from "../i18n/words";
import type { Entry } from "../thread";
import { fold } from "./changing";
import { openReport } from "./report";
import { say } from "./telling";

interface Choice {
  words: Key;
  drawing: string;
  /** Stays open when this returns true. */
  choose(item: HTMLElement): boolean | void;
}

const COPIED_MS = 2000;

export function openMenu(d: Discussion, entry: Entry, button: HTMLElement): void {
  const place = button.closest<HTMLElement>(".menu");
  if (!place) return;
  if (place.querySelector(".menu-list")) {
    place.dispatchEvent(new Event("shut"));
    return;
  }
  const list = h("div", { class: "menu-list", role: "menu", "aria-label": d.words.say("more") });
  const shut = opened(d, place, button, list);
  for (const choice of choices(d, entry)) {
    const item = h("button", { type: "button", role: "menuitem", tabindex: -1 }, icon(choice.drawing), h("span", {}, d.words.say(choice.words)));
    item.addEventListener("click", () => {
      if (!choice.choose(item)) shut();
    });
    if (choice.words === "report") list.append(h("hr"));
    list.append(item);
  }
  place.append(list);
  list.querySelector("button")?.focus();
}

/** Wire the keys, and whatever else ends a menu. */
function opened(d: Discussion, place: HTMLElement, button: HTMLElement, list: HTMLElement): () => void {
  const end = new AbortController();
  const { signal } = end;
  const shut = (): void => {
    end.abort();
    list.remove();
    button.setAttribute("aria-expanded", "false");
  };
  button.setAttribute("aria-expanded", "true");
  place.addEventListener("shut", shut, { signal });
  list.addEventListener("keydown", (event) => onKey(event, list, () => {
    shut();
    button.focus();
  }), { signal });
  list.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && place.contains(relatedTarget))) shut();
  }, { signal });
  // A press beside the menu need not move the focus (Safari's buttons do not take it).
  d.element.ownerDocument.addEventListener("pointerdown", (event) => {
    if (!event.composedPath().includes(place)) shut();
  }, { signal });
  return shut;
}

function onKey(event: KeyboardEvent, list: HTMLElement, leave: () => void): void {
  const items = [...list.querySelectorAll("button")];
  const at = items.findIndex((item) => item === event.target);
  const next: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  const to = next[event.key];
  if (event.key === "Escape") {
    event.stopPropagation();
    leave();
  } else if (to !== undefined) items.at(to % items.length)?.focus();
  else return;
  event.preventDefault();
}

function choices(d: Discussion, entry: Entry): Choice[] {
  const { comment } = entry;
  const link = comment.permalink;
  const offered: Choice[] = [{ words: "copyLink", drawing: icons.LINK, choose: (item) => copy(d, link, item) }];
  if ("share" in navigator) {
    offered.push({ words: "share", drawing: icons.SHARE, choose: () => void navigator.share({ url: link }).catch(() => undefined) });
  }
  if (entry.children.length) {
    const words = entry.folded ? "show" : "hide";
    offered.push({ words, drawing: icons.HIDE, choose: () => fold(d, entry) });
  }
  if (!entry.own && d.writable) {
    offered.push({ words: "report", drawing: icons.FLAG, choose: () => openReport(d, entry) });
  }
  return offered;
}

/** Answers “Copied” in its own place. */
function copy(d: Discussion, link: string, item: HTMLElement): true {
  const label = item.querySelector("span");
  void copied(d.root, link).then((done) => {
    if (!done || !label) return;
    label.textContent = d.words.say("copied");
    say(d, d.words.say("copied"));
    setTimeout(() => {
      label.textContent = d.words.say("copyLink");
    }, COPIED_MS);
  });
  return true;
}

async function copied(root: ShadowRoot, text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS, or where the page's owner has not allowed it.
    const focused = root.activeElement;
    const field = h("textarea", { class: "visually-hidden" }, text);
    root.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
    return done;
  }
}
