// Live: what others decide is seen within a second; what comes in is counted, and enters the list when asked to.

import { counted, one } from "./elements.js";
import { pageAt, listAddress } from "./loading.js";
import { isQuiet, orders } from "./outbox.js";
import { reload } from "./refilling.js";
import { cardOf, cards, idOf, list, mark, merge, putLine, renew, sheet, versionOf } from "./rows.js";
import { recount, say } from "./telling.js";

/**
 * @typedef {{
 *   since: number, after: string,
 *   decided: { id: string, version: number, queue: string, alike: string, words: string, only_said: boolean }[],
 *   arrived: string[], heading: string, sizes: Record<string, string>,
 * }} News
 */

const EVERY = 900;
const LONGEST_PAUSE = 30_000;
/** More rows than one page brings are found by loading the list anew. */
const LONGEST_PAGE = 100;

const bar = one("[data-arrived]", HTMLButtonElement);
const told = one("[data-arrived-told]", HTMLElement);
/** A search, or a page further down, is no place for what comes in. */
const takesNew = !("part" in sheet.dataset);
const queue = list().dataset.queueName ?? "pending";
/** @type {Set<string>} */
const arrived = new Set();
let tag = "";
let pause = EVERY;
let timer = 0;

export function beginArriving() {
  bar.addEventListener("click", () => void bringIn());
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) void ask();
  });
  addEventListener("online", () => {
    clearTimeout(timer);
    void ask();
  });
  timer = setTimeout(ask, EVERY);
}

async function ask() {
  if (document.hidden) return;
  try {
    if (isQuiet()) await look();
    pause = EVERY;
  } catch {
    pause = Math.min(LONGEST_PAUSE, 2 * pause);
  }
  clearTimeout(timer);
  timer = setTimeout(ask, pause);
}

async function look() {
  const before = orders();
  const { since = "0", newest = "", news = "" } = sheet.dataset;
  const response = await fetch(`${news}?${new URLSearchParams({ state: queue, since, after: newest })}`, {
    headers: { Accept: "application/json", ...(tag && { "If-None-Match": tag }) },
  });
  if (response.status === 304) return;
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  /** @type {News} */
  const answer = await response.json();
  // What this tab has decided meanwhile is newer than this; the next question hears of the rest.
  if (!isQuiet() || orders() !== before) return;
  tag = response.headers.get("ETag") ?? "";
  Object.assign(sheet.dataset, { since: String(answer.since), newest: answer.after });
  recount(answer);
  await showDecided(answer.decided);
  const shown = new Set(answer.decided.filter(({ alike }) => standsFor(alike)).map(({ id }) => id));
  const back = answer.decided.filter((now) => now.queue === queue && !now.only_said).map(({ id }) => id);
  count([...answer.arrived, ...back].filter((id) => !shown.has(id)));
}

/**
 * Whether a row is in the list for all that is nearly the same: an undo brings that row back, and nothing is new.
 * @param {string} alike
 */
const standsFor = (alike) => alike !== "" && cards().some((card) => card.dataset.alike === alike);

/**
 * Whether somebody is about to write in a row, which a note of others must not take away.
 * @param {HTMLElement} card
 */
const isWriting = (card) => card.querySelector("details.write[open]") !== null;

/** @param {News["decided"]} decided */
async function showDecided(decided) {
  const changed = decided.filter(({ id, version, only_said }) => {
    const card = cardOf(id);
    return card && (versionOf(card) < version || (only_said && !isWriting(card)));
  });
  const stays = changed.filter((now) => queue === "all" || now.queue === queue);
  for (const { id, words } of changed.filter((now) => !stays.includes(now))) putLine(id, words);
  if (!stays.length) return;
  const fresh = await pageAt(listAddress());
  for (const { id } of stays) renew(fresh, id);
}

/** @param {string[]} ids */
function count(ids) {
  if (!takesNew) return;
  for (const id of ids) if (!cardOf(id)) arrived.add(id);
  if (arrived.size && !cards().length) void bringIn();
  else showCount();
}

function showCount() {
  const words = arrived.size ? counted(arrived.size, "1 new comment", "new comments") : "";
  if (bar.textContent === words) return;
  bar.hidden = !arrived.size;
  bar.textContent = words;
  told.textContent = words;
}

/** Let what came in enter the list, and go to the first of it. */
async function bringIn() {
  const wanted = new Set(arrived);
  const hadFocus = bar === document.activeElement;
  if (!cards().length || wanted.size > LONGEST_PAGE) {
    await reload();
    arrived.clear();
  } else {
    const address = new URL(listAddress());
    address.searchParams.set("limit", String(LONGEST_PAGE));
    try {
      merge(await pageAt(address.href), (id) => wanted.has(id));
    } catch {
      say("The new comments did not load.", { label: "Try again", run: () => void bringIn() });
      return;
    }
    for (const id of wanted) arrived.delete(id);
  }
  showCount();
  if (hadFocus) mark(cards().find((card) => wanted.has(idOf(card))));
}
