// Keys for everything: single ones while no field has the focus and they are switched on (WCAG 2.1.4).

import { askBan } from "./banning.js";
import { choose, isOffered } from "./deciding.js";
import { every, one } from "./elements.js";
import { keep, kept } from "./kept.js";
import { clear, pick, pickTo } from "./picking.js";
import { goOlder } from "./refilling.js";
import { marked, move, olderLink } from "./rows.js";
import { hush } from "./telling.js";
import { undoLast } from "./undoing.js";

const STORED = "comments.single-keys";

const help = one("#keys", HTMLDialogElement);
let areOn = kept(localStorage, STORED, true);
let goes = false;

/** @param {string} queue */
const go = (queue) => every(`a[href] [data-queue="${queue}"]`)[0]?.closest("a")?.click();

/** @param {(card: HTMLElement) => void} act */
const withMarked = (act) => {
  const card = marked();
  if (card) act(card);
};

/** @type {Record<string, () => void>} */
const KEYS = {
  j: () => {
    if (!move(1) && olderLink()) void goOlder();
  },
  k: () => move(-1),
  x: () => withMarked((card) => pick(card)),
  X: () => withMarked(pickTo),
  a: () => choose("approve"),
  A: () => choose("approve_trust"),
  r: () => withMarked((card) => write(card, "reply")),
  e: () => withMarked((card) => write(card, "edit")),
  n: () => withMarked((card) => write(card, "note")),
  m: () => withMarked((card) => write(card, "message")),
  b: () => withMarked((card) => void askBan(card)),
  h: () => choose("hold"),
  p: () => choose(isOffered("feature") ? "feature" : "unfeature"),
  K: () => choose("keep"),
  M: () => withMarked((card) => every("[data-move]", card)[0]?.click()),
  s: () => choose("spam"),
  d: () => choose("remove"),
  u: undoLast,
  o: () => withMarked((card) => every("[data-open]", card)[0]?.click()),
  "/": () => one("#q", HTMLElement).focus(),
  "?": () => help.showModal(),
};
/** @type {Record<string, string>} */
const GO = { w: "pending", r: "reported", s: "spam" };

export function beginKeys() {
  document.addEventListener("keydown", onKey);
  one("[data-close]", HTMLElement, help).addEventListener("click", () => help.close());
  for (const opener of every("[data-keys]")) opener.addEventListener("click", () => help.showModal());
  const box = one("#single-keys", HTMLInputElement, help);
  box.checked = areOn;
  box.addEventListener("change", () => {
    areOn = box.checked;
    keep(localStorage, STORED, areOn);
    showKeys();
  });
  showKeys();
}

function showKeys() {
  document.documentElement.classList.toggle("has-keys", areOn);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const writing = event.target instanceof HTMLElement ? event.target.closest("[data-write]") : null;
  if (writing instanceof HTMLDetailsElement && writes(event, writing)) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    if (!hush()) clear();
    return;
  }
  const target = event.target instanceof Element ? event.target : null;
  if (!areOn || target?.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
  const act = goes ? goTo(event.key) : keyed(event.key);
  goes = !goes && event.key === "g";
  if (!act) return;
  event.preventDefault();
  act();
}

/**
 * @param {HTMLElement} card
 * @param {string} choice
 */
function write(card, choice) {
  const place = card.querySelector(`[data-write="${choice}"]`);
  if (!(place instanceof HTMLDetailsElement)) return;
  card.classList.add("is-open");
  place.open = true;
  const field = one("textarea", HTMLTextAreaElement, place);
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

/**
 * Ctrl Enter sends what is written, Escape folds it and keeps it. Return whether it was one of these.
 * @param {KeyboardEvent} event
 * @param {HTMLDetailsElement} place
 */
function writes(event, place) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) one("button", HTMLButtonElement, place).click();
  else if (event.key === "Escape" && place.open) {
    place.open = false;
    one("summary", HTMLElement, place).focus();
  } else return false;
  event.preventDefault();
  return true;
}

/** @param {string} key */
function keyed(key) {
  return Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
}

/** @param {string} key */
function goTo(key) {
  const queue = Object.hasOwn(GO, key) ? GO[key] : undefined;
  return queue === undefined ? keyed(key) : () => go(queue);
}
