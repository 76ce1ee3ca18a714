// Fills the list from the server without leaving the page: when it is empty, at its end, and after an undo.

import { listAddress, pageAt } from "./loading.js";
import { underway } from "./outbox.js";
import { append, cards, list, mark, merge, olderLink, renew, replaceList, spread, takeOut } from "./rows.js";
import { say } from "./telling.js";

/** Whether something stands in the list; what fades does not. */
const isFull = () => list().querySelector(".held:not(.is-leaving), .handled") !== null;

/** An empty list is filled: with more, or with the words for nothing. */
export async function settle() {
  if (isFull() || underway().size) return;
  await reload();
}

/** Load the list anew; what is still on its way to the server stays out of it. */
export async function reload() {
  const address = new URL(listAddress());
  address.searchParams.delete("cursor");
  try {
    replaceList(await pageAt(address.href));
    hideUnderway();
  } catch {
    say("The list did not load.", { label: "Try again", run: () => void reload() });
  }
}

/** Take out what this tab has decided already, though the server has not heard of it. */
export function hideUnderway() {
  const going = underway();
  const known = cards().filter((card) => going.has(card.dataset.comment ?? ""));
  if (known.length) takeOut(known);
}

/**
 * Show these comments as they are now, as far as they belong into this list; return how many were not here.
 * @param {Set<string>} ids
 */
export async function show(ids) {
  if (!isFull()) {
    await reload();
    return ids.size;
  }
  try {
    const fresh = await pageAt(listAddress());
    for (const id of ids) renew(fresh, id);
    return merge(fresh, (id) => ids.has(id));
  } catch {
    return 0;
  }
}

/**
 * Append the next page; return its first row, null where there is none.
 * @param {number} [rows] how many, if not as many as a page has
 */
export async function older(rows) {
  const link = olderLink();
  if (!(link instanceof HTMLAnchorElement)) return null;
  const address = new URL(link.href);
  if (rows) address.searchParams.set("limit", String(rows));
  try {
    return append(await pageAt(address.href));
  } catch {
    say("The older comments did not load.", { label: "Try again", run: () => void goOlder() });
    return null;
  }
}

/**
 * Let the row of a flood be the rows that it stands for.
 * @param {HTMLElement} card
 * @param {HTMLAnchorElement} link where they are listed
 */
export async function openAlike(card, link) {
  const address = new URL(link.href);
  address.searchParams.set("limit", "100");
  try {
    spread(card, await pageAt(address.href));
  } catch {
    say("The comments did not load.", { label: "Try again", run: () => void openAlike(card, link) });
  }
}

/** Append the next page and go to it. */
export async function goOlder() {
  mark(await older() ?? undefined);
}
