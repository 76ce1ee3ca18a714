// On a phone, the marked comment's decisions stand at the thumb.

import { decide, subjects } from "./deciding.js";
import { button, every, one } from "./elements.js";
import { cards, watchMarked } from "./rows.js";

const bar = one("[data-thumb]", HTMLElement);

export function beginThumb() {
  watchMarked(fill);
}

/** @param {HTMLElement | null} card */
function fill(card) {
  const copies = card ? every(".decide > button", card).map((original) => copied(original)) : [];
  const more = button("More", () => void card?.classList.toggle("is-open"));
  more.className = "do";
  bar.replaceChildren(...copies, ...(copies.length ? [more] : []));
  bar.hidden = !copies.length || !cards().length;
}

/** @param {HTMLElement} original */
function copied(original) {
  const copy = /** @type {HTMLButtonElement} */ (original.cloneNode(true));
  copy.type = "button";
  copy.addEventListener("click", (event) => {
    if (event.detail < 2) void decide(subjects(), copy.value);
  });
  return copy;
}
