// Picking many rows: by their boxes, by key, by range, all that are here and all there are, up to 500.

import { every, one } from "./elements.js";
import { older } from "./refilling.js";
import { cardOf, cards, idOf, list, olderLink } from "./rows.js";

/** An order is about at most so many comments. */
const MOST = 500;
const LONGEST_PAGE = 100;

const bar = one("[data-bulk]", HTMLElement);
const count = one("[data-picked]", HTMLElement, bar);
const all = one("[data-pick-all]", HTMLElement, bar);
/** The row where a range begins. */
let from = "";

/** @param {HTMLElement} card */
const boxOf = (card) => one("[data-pick]", HTMLInputElement, card);

export const picked = () => cards().filter((card) => boxOf(card).checked);

/** @param {HTMLElement[]} which */
export function unpick(which) {
  for (const card of which) boxOf(card).checked = false;
  shown();
}

/** Pick nothing; return whether something was picked. */
export function clear() {
  const some = picked();
  unpick(some);
  return some.length > 0;
}

/**
 * @param {HTMLElement} card
 * @param {boolean} [on]
 */
export function pick(card, on = !boxOf(card).checked) {
  boxOf(card).checked = on;
  from = idOf(card);
  shown();
}

/**
 * Pick everything between the row picked last and this one.
 * @param {HTMLElement} card
 */
export function pickTo(card) {
  const rows = cards();
  const start = cardOf(from);
  const ends = [start ? rows.indexOf(start) : rows.indexOf(card), rows.indexOf(card)].sort((a, b) => a - b);
  for (const row of rows.slice(ends[0], (ends[1] ?? 0) + 1)) boxOf(row).checked = true;
  from = idOf(card);
  shown();
}

/** Pick every row that is here; where that is done already, load more of the list first, up to what one order can hold. */
export async function pickAll() {
  const had = cards();
  if (had.every((card) => boxOf(card).checked)) {
    while (cards().length < MOST && olderLink() && (await older(LONGEST_PAGE)));
  }
  for (const card of cards().slice(0, MOST)) boxOf(card).checked = true;
  shown();
}

export function shown() {
  const some = picked();
  const whole = one("[data-pick-list]", HTMLElement, bar);
  const isAllHere = some.length > 0 && some.length === cards().length;
  whole.hidden = !isAllHere || !olderLink();
  if (whole.hidden) whole.setAttribute("aria-pressed", "false");
  for (const card of cards()) card.classList.toggle("is-picked", boxOf(card).checked);
  bar.classList.toggle("is-shown", some.length > 0);
  document.documentElement.classList.toggle("is-picking", some.length > 0);
  const isWhole = whole.getAttribute("aria-pressed") === "true";
  count.textContent = isWhole ? `Selected: ${bar.dataset.inAll}` : `${some.length.toLocaleString("en")} selected`;
  const here = cards().length;
  all.hidden = some.length >= Math.min(here, MOST) && !(olderLink() && here < MOST);
  all.textContent = some.length < Math.min(here, MOST) ? `Select all ${here}` : "Select more";
}

/** Boxes that are pressed: with Shift, a range. */
export function beginPicking() {
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !box.matches("[data-pick]")) return;
    const card = box.closest(".held");
    if (!(card instanceof HTMLElement) || !list().contains(card)) return;
    if (event.shiftKey && from && box.checked) pickTo(card);
    else pick(card, box.checked);
  });
  one("[data-clear]", HTMLElement, bar).addEventListener("click", clear);
  all.addEventListener("click", () => void pickAll());
  one("[data-pick-list]", HTMLElement, bar).addEventListener("click", ({ currentTarget }) => {
    if (currentTarget instanceof HTMLElement) currentTarget.setAttribute("aria-pressed", String(currentTarget.getAttribute("aria-pressed") !== "true"));
    shown();
  });
  for (const link of every("[data-pick-here]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      void pickAll();
    });
  }
  if (every("[data-pick]:checked").length) shown();
}
