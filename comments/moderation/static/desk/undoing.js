// The running list of this tab's decisions: each can be taken back, the newest by a key, again and again.

import { button, counted, one } from "./elements.js";
import { keep, kept } from "./kept.js";
// Before the list is read here.
import { listOf } from "./noted.js";
import { send, withdraw } from "./outbox.js";
import { show } from "./refilling.js";
import { mark, putBack } from "./rows.js";
import { recount, say } from "./telling.js";

/**
 * `undo` is how the server names the order; empty until it has answered. `order` is known in the page that made it.
 * @typedef {{ choice: string, ids: string[], by: string, undo: string, words: string, at: number }} Kept
 * @typedef {Kept & { order?: import("./outbox.js").Order, answered: Promise<void> }} Entry
 */

const MOST = 50;
const STORED = listOf(one("[data-order-form]", HTMLFormElement).dataset.orderForm ?? "");
/** @type {Record<string, string>} */
const DONE = { approve: "Approved", spam: "Spam", remove: "Removed", hold: "Waits again", approve_trust: "Trusted", keep: "Kept", edit: "Edited", reply: "Replied", note: "Noted", message: "Wrote to", reject_edit: "Edit rejected", feature: "Picked out", unfeature: "Picked out no more", ban: "Banned" };

const WHOLE = "whole:";
/** @type {(id: string) => void} */
let ofWhole = () => {};

const panel = one("[data-undo-list]", HTMLElement);
const items = one("ol", HTMLElement, panel);
/** @type {Entry[]} Oldest first. */
const entries = stored();

/**
 * Keep an order that was just sent; `done` is called with its name once it is carried out, `drop` if it never will be.
 * @param {{ choice: string, ids: string[], by: string, order: import("./outbox.js").Order }} made
 */
export function keepOrder(made) {
  /** @type {() => void} */
  let answer = () => {};
  /** @type {Entry} */
  const entry = { ...made, undo: "", words: "", at: Date.now(), answered: new Promise((resolve) => (answer = resolve)) };
  add(entry);
  return {
    undo: () => void takeBack(entry),
    drop: () => {
      remove(entry);
      answer();
    },
    done: (/** @type {string} */ undo, /** @type {string} */ words) => {
      Object.assign(entry, { undo, words });
      changed();
      answer();
    },
  };
}

/**
 * Keep what is done already, about `count` comments or what `by` names; return what takes it back.
 * @param {{ choice: string, count?: number, by?: string, undo: string, words: string }} made
 */
export function keepDone({ count = 0, by = counted(count, "1 comment", "comments"), ...made }) {
  /** @type {Entry} */
  const entry = { ...made, ids: [], by, at: Date.now(), answered: Promise.resolve() };
  add(entry);
  return () => void takeBack(entry);
}

/** Take back the newest that stands. */
export function undoLast() {
  const last = entries.at(-1);
  if (last) void takeBack(last);
  else say("There is nothing left to undo here.");
}

/**
 * Say who takes back what was decided about all of a list.
 * @param {(id: string) => void} how
 */
export function takeBackWhole(how) {
  ofWhole = how;
}

/** @param {Entry} entry */
async function takeBack(entry) {
  if (!entries.includes(entry)) return;
  remove(entry);
  if (entry.undo.startsWith(WHOLE)) {
    ofWhole(entry.undo.slice(WHOLE.length));
    return;
  }
  if (entry.order && withdraw(entry.order)) {
    mark(entry.ids.map((id) => putBack(id)).find(Boolean));
    say("Undone. It was not sent yet.");
    return;
  }
  if (!entry.undo) say("It is undone as soon as the server has answered.");
  await entry.answered;
  if (!entry.undo) return;
  const { status, answer } = await send({ undo: entry.undo }).answered;
  if (status !== 200) {
    say(answer.words ?? answer.detail ?? "Not undone.");
    return;
  }
  await takenBack(answer);
}

/**
 * Show what an undo brought back.
 * @param {Partial<import("./outbox.js").Decided>} answer
 */
export async function takenBack({ decided = [], words = "", ...counts }) {
  recount(counts);
  const back = decided.map(({ id, version }) => ({ id, card: putBack(id, version) }));
  mark(back.find(({ card }) => card)?.card);
  say(words);
  const unknown = new Set(back.filter(({ card }) => !card).map(({ id }) => id));
  if (unknown.size) await show(unknown);
}

/** @param {Entry} entry */
function add(entry) {
  entries.push(entry);
  entries.splice(0, Math.max(0, entries.length - MOST));
  changed();
}

/** @param {Entry} entry */
function remove(entry) {
  entries.splice(entries.indexOf(entry), 1);
  changed();
}

function changed() {
  keep(sessionStorage, STORED, entries.filter(({ undo }) => undo).map(({ order: _, answered: __, ...rest }) => rest));
  panel.hidden = !entries.length;
  items.replaceChildren(...entries.toReversed().map(shown));
}

/** @param {Entry} entry */
function shown(entry) {
  const item = document.createElement("li");
  const what = document.createElement("span");
  const whose = document.createElement("bdi");
  whose.textContent = entry.by || counted(entry.ids.length, "1 comment", "comments");
  what.append(`${DONE[entry.choice] ?? entry.choice}: `, whose);
  const undo = button("Undo", () => void takeBack(entry));
  undo.className = "link-button";
  undo.setAttribute("aria-label", `Undo: ${what.textContent}`);
  item.append(what, undo);
  return item;
}

/** @returns {Entry[]} */
function stored() {
  return kept(sessionStorage, STORED, /** @type {Kept[]} */ ([])).map((one) => ({ ...one, answered: Promise.resolve() }));
}

/** Show what earlier pages of this tab have decided, and what those did that one comes back from. */
export function beginUndoing() {
  changed();
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    entries.splice(0, entries.length, ...stored(), ...entries.filter(({ undo }) => !undo));
    changed();
  });
}
