// The dialog that bans a comment's author: the form is the one of its own page.

import { one } from "./elements.js";
import { pageAt } from "./loading.js";
import { reload } from "./refilling.js";
import { marked } from "./rows.js";
import { recount, say } from "./telling.js";
import { keepDone } from "./undoing.js";

/** @typedef {{ words: string, whom: string, removed: number, undo: string, lifts: boolean, heading: string, sizes: Record<string, string>, detail?: string }} Banned */

const dialog = one("#ban", HTMLDialogElement);
const title = one("#ban-title", HTMLElement);
const place = one("[data-ban-place]", HTMLElement);
let isSending = false;

export function beginBanning() {
  one("[data-close]", HTMLElement, dialog).addEventListener("click", () => dialog.close());
  place.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-cancel]")) return;
    event.preventDefault();
    dialog.close();
  });
  place.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.target instanceof HTMLFormElement) void ban(event.target);
  });
}

/**
 * Ask how to ban the author of a comment; nothing happens where that is not offered.
 * @param {HTMLElement | null} card
 */
export async function askBan(card) {
  const link = card?.querySelector("[data-ban]");
  if (!(link instanceof HTMLAnchorElement)) return;
  try {
    const page = await pageAt(link.href);
    title.textContent = one("[data-ban-title]", HTMLElement, page).textContent;
    place.replaceChildren(document.adoptNode(one("[data-ban-form]", HTMLFormElement, page)));
  } catch {
    say("The form did not load.", { label: "Try again", run: () => void askBan(card) });
    return;
  }
  dialog.showModal();
  // Else the button that closes it has the focus.
  one("input:checked", HTMLInputElement, place).focus();
}

/** @param {HTMLFormElement} form */
async function ban(form) {
  if (isSending) return;
  isSending = true;
  try {
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form)) fields.append(name, String(value));
    const headers = { Accept: "application/json" };
    const response = await fetch(form.action, { method: "POST", body: fields, headers, redirect: "error" });
    if (response.status === 401) location.reload();
    /** @type {Banned} */
    const answer = await response.json();
    if (response.ok) await banned(answer);
    else refuse(form, answer.detail ?? "Not banned.");
  } catch {
    refuse(form, "Not sent: the server did not answer.");
  }
  isSending = false;
}

/** @param {Banned} answer */
async function banned({ words, whom, removed, undo, lifts, ...counts }) {
  dialog.close();
  recount(counts);
  const done = lifts ? { choice: "ban", by: whom } : { choice: "remove", count: removed };
  const takeBack = undo ? keepDone({ ...done, undo, words }) : undefined;
  if (removed) await reload();
  else marked()?.querySelector("h2")?.focus({ preventScroll: true });
  say(words, takeBack && { label: lifts ? "Undo" : "Undo the removal", key: "u", run: takeBack });
}

/**
 * @param {HTMLFormElement} form
 * @param {string} why
 */
function refuse(form, why) {
  const problem = one("[data-problem]", HTMLElement, form);
  problem.hidden = false;
  problem.textContent = why;
}
