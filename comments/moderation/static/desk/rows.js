// The list of comments: which row is marked, and how rows come and go.

import { every, one } from "./elements.js";

const LEAVES_IN = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120;

/** Everything that a list brings with it: the rows, the words for none, the way to older ones. */
export const sheet = one("[data-sheet]", HTMLElement);
/** @type {Map<string, HTMLElement>} The rows that were taken out, by comment. */
const taken = new Map();
/** @type {Set<(card: HTMLElement | null) => void>} */
const watchers = new Set();

export const list = () => one("[data-queue-name]", HTMLElement, sheet);
export const cards = () => every(".held:not(.is-leaving)", list());
export const marked = () => every(".held.is-current", list())[0] ?? null;
export const olderLink = () => every("[data-older]", sheet)[0] ?? null;

/** @param {HTMLElement} card */
export const idOf = (card) => card.dataset.comment ?? "";

/** @param {string} id */
export const cardOf = (id) => cards().find((card) => idOf(card) === id) ?? null;

/**
 * The comment as the forms name it: with the version that is shown.
 * @param {HTMLElement} card
 */
export const nameOf = (card) => one('form > [name="comment"]', HTMLInputElement, card).value;

/**
 * The version that is shown.
 * @param {HTMLElement} card
 */
export const versionOf = (card) => Number(nameOf(card).split(":")[1]);

/**
 * Be told whenever another row is marked.
 * @param {(card: HTMLElement | null) => void} watch
 */
export const watchMarked = (watch) => watchers.add(watch);

/**
 * @param {HTMLElement | null | undefined} card
 * @param {{ focus?: boolean }} [how]
 */
export function mark(card, { focus = true } = {}) {
  marked()?.classList.remove("is-current");
  card?.classList.add("is-current");
  if (card && focus) {
    one("h2", HTMLElement, card).focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }
  for (const watch of watchers) watch(card ?? null);
}

/**
 * Mark the row so many further down; return false where there is none.
 * @param {number} step
 */
export function move(step) {
  const all = cards();
  const now = marked();
  const at = now ? all.indexOf(now) + step : 0;
  if (!all[at]) return false;
  mark(all[at]);
  return true;
}

/**
 * Take rows out, marking the next one that stays. The DOM forgets them when they have faded.
 * @param {HTMLElement[]} leaving
 */
export function takeOut(leaving) {
  const all = cards();
  const going = new Set(leaving);
  const last = leaving.at(-1);
  const at = last ? all.indexOf(last) : -1;
  const stays = (/** @type {HTMLElement} */ card) => !going.has(card);
  const next = all.slice(at + 1).find(stays) ?? all.slice(0, Math.max(0, at)).findLast(stays);
  for (const card of leaving) {
    taken.set(idOf(card), itemOf(card));
    card.classList.add("is-leaving");
  }
  if (!marked() || leaving.some((card) => card === marked())) mark(next);
  setTimeout(() => {
    // An undo may have been quicker.
    for (const card of leaving) if (card.classList.contains("is-leaving")) itemOf(card).remove();
  }, LEAVES_IN);
}

/**
 * Put a row back that was taken out, with its new version; return it, or null where it is not known.
 * @param {string} id
 * @param {number} [version]
 */
export function putBack(id, version) {
  const item = taken.get(id);
  if (!item) return null;
  taken.delete(id);
  const card = one(".held", HTMLElement, item);
  card.classList.remove("is-leaving");
  if (version !== undefined) {
    for (const field of card.querySelectorAll('[name="comment"]')) {
      // What a row stands for comes after the version.
      if (field instanceof HTMLInputElement) field.value = field.value.replace(/:\d+/, `:${version}`);
    }
  }
  insert(item);
  return card;
}

/**
 * Let one line stand where a comment was.
 * @param {string} id
 * @param {string} words
 */
export function putLine(id, words) {
  const card = cardOf(id);
  const item = taken.get(id) ?? (card && itemOf(card));
  if (!item) return;
  taken.delete(id);
  for (const faded of every(".is-leaving", item)) faded.classList.remove("is-leaving");
  if (card && card === marked() && !move(1)) move(-1);
  const line = document.createElement("p");
  line.className = "card handled";
  line.setAttribute("role", "status");
  item.replaceChildren(line);
  insert(item);
  // A region that is there before its words is read out by all screen readers.
  line.textContent = words;
}

/**
 * Put rows of a freshly loaded list in their places, as far as they are wanted and not here; return how many.
 * @param {Document} fresh
 * @param {(id: string) => boolean} wanted
 */
export function merge(fresh, wanted) {
  let count = 0;
  for (const card of every("[data-queue-name] .held", fresh)) {
    const id = idOf(card);
    if (!wanted(id) || cardOf(id)) continue;
    taken.delete(id);
    const was = cards().find((other) => other.dataset.alike && other.dataset.alike === card.dataset.alike);
    insert(document.adoptNode(itemOf(card)));
    // What came in stands for those that are nearly the same, and their row goes.
    if (was && was === marked()) mark(card, { focus: was.contains(document.activeElement) });
    if (was) itemOf(was).remove();
    count += 1;
  }
  return count;
}

/**
 * Put the rows of a freshly loaded list in the place of the row that stood for them all.
 * @param {HTMLElement} card
 * @param {Document} fresh
 */
export function spread(card, fresh) {
  const before = new Set(cards().map(idOf));
  before.delete(idOf(card));
  const members = every("[data-queue-name] .held", fresh).filter((member) => !before.has(idOf(member)));
  const item = itemOf(card);
  item.replaceWith(...members.map((member) => document.adoptNode(itemOf(member))));
  mark(members[0]);
}

/**
 * Put a freshly loaded list in the place of this one.
 * @param {Document} fresh
 */
export function replaceList(fresh) {
  const other = one("[data-sheet]", HTMLElement, fresh);
  Object.assign(sheet.dataset, { since: other.dataset.since, newest: other.dataset.newest });
  sheet.replaceChildren(...[...other.childNodes].map((node) => document.adoptNode(node)));
  for (const hidden of every("[data-with-script]", sheet)) hidden.hidden = false;
  mark(cards()[0], { focus: false });
}

/**
 * Put a freshly loaded row in the place of one that has changed; one that is not in that list any more goes.
 * @param {Document} fresh
 * @param {string} id
 */
export function renew(fresh, id) {
  const card = cardOf(id);
  const other = every("[data-queue-name] .held", fresh).find((found) => idOf(found) === id);
  if (!card) return;
  if (!other) {
    takeOut([card]);
    return;
  }
  const item = itemOf(card);
  const wasMarked = card === marked();
  const hadFocus = card.contains(document.activeElement);
  item.replaceWith(document.adoptNode(itemOf(other)));
  if (wasMarked) mark(other, { focus: hadFocus });
}

/**
 * Append the rows of an older page; return the first of them.
 * @param {Document} fresh
 */
export function append(fresh) {
  const before = new Set(cards().map(idOf));
  const added = every("[data-queue-name] .held", fresh).filter((card) => !before.has(idOf(card)));
  list().append(...added.map((card) => document.adoptNode(itemOf(card))));
  const link = olderLink();
  const further = every("[data-older]", fresh)[0];
  if (further) link?.setAttribute("href", further.getAttribute("href") ?? "");
  else link?.closest("nav")?.remove();
  return added[0] ?? null;
}

/** @param {HTMLElement} card */
function itemOf(card) {
  const item = card.closest("li");
  if (!item) throw new Error("A card is in no list");
  return item;
}

/**
 * In the order that the list came in.
 * @param {HTMLElement} item
 */
function insert(item) {
  const rank = item.dataset.order ?? "";
  const oldestFirst = list().dataset.sort === "oldest";
  const comesAfter = (/** @type {string} */ other) => (oldestFirst ? other > rank : other < rank);
  const after = every(":scope > li", list()).find((other) => other !== item && comesAfter(other.dataset.order ?? ""));
  list().insertBefore(item, after ?? null);
}
