// What a plain form has just done, or taken back, as its page tells it: put into this tab's list of what can be undone.

import { keep, kept } from "./kept.js";

/** @param {string} owner whose list: the site and the account */
export const listOf = (owner) => `comments.undo.${owner}`;

for (const notice of document.querySelectorAll("[data-noted]")) {
  if (!(notice instanceof HTMLElement)) continue;
  const { noted = "", name = "", label, about = "" } = notice.dataset;
  const list = kept(sessionStorage, listOf(noted), /** @type {{ undo: string }[]} */ ([]));
  const others = list.filter(({ undo }) => undo !== name);
  const made = { choice: label, ids: [], by: about, undo: name, words: "", at: Date.now() };
  keep(sessionStorage, listOf(noted), label === undefined ? others : [...others, made]);
  // Told once: loaded anew the page would tell it again, though it may be taken back by then.
  const address = new URL(location.href);
  for (const name of ["done", "moved", "lift", "notice"]) address.searchParams.delete(name);
  history.replaceState(history.state, "", address);
}
