// The moderators' desk with a script: the same forms, sent without leaving the page, and keys for them.

import { beginArriving } from "./arriving.js";
import { askBan, beginBanning } from "./banning.js";
import { choose, decide, settleDecision } from "./deciding.js";
import { every, one } from "./elements.js";
import { beginKeys } from "./keys.js";
import { begin } from "./outbox.js";
import { beginPicking, picked } from "./picking.js";
import { goOlder, hideUnderway, openAlike } from "./refilling.js";
import { cards, mark, marked } from "./rows.js";
import { whenToastGoes } from "./telling.js";
import { beginThumb } from "./thumb.js";
import { beginUndoing, keepOrder, takenBack } from "./undoing.js";
import { beginWhole } from "./whole.js";

document.documentElement.classList.add("has-script");
for (const hidden of every("[data-with-script]")) hidden.hidden = false;
whenToastGoes(() => mark(marked() ?? cards()[0]));
beginThumb();
beginUndoing();
beginPicking();
beginKeys();
beginBanning();

/** @param {MouseEvent} event one that asks for no other window */
const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey;
const sheet = one("[data-sheet]", HTMLElement);
sheet.addEventListener("submit", (event) => {
  const choice = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
  const card = event.target instanceof Element ? event.target.closest(".held") : null;
  if (!choice || !(card instanceof HTMLElement)) return;
  event.preventDefault();
  void decide([card], choice);
});
sheet.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  // The second press of a double one would meet the row that moved up.
  if (event.detail > 1 && target?.closest(".decide")) event.preventDefault();
  const card = target?.closest(".held");
  if (card instanceof HTMLElement && card !== marked()) mark(card, { focus: false });
  if (card instanceof HTMLElement && target?.closest("[data-ban]") && isPlain(event)) {
    event.preventDefault();
    void askBan(card);
  }
  const all = target?.closest("[data-alike-open]");
  if (card instanceof HTMLElement && all instanceof HTMLAnchorElement && isPlain(event)) {
    event.preventDefault();
    void openAlike(card, all);
  }
  if (target?.closest("[data-older]") && isPlain(event)) {
    event.preventDefault();
    void goOlder();
  }
});
sheet.addEventListener(
  "toggle",
  ({ target }) => {
    // On a phone what opens would else be below the thumb's bar.
    if (target instanceof HTMLDetailsElement && target.open) target.scrollIntoView({ block: "nearest" });
  },
  true,
);
sheet.addEventListener("focusin", (event) => {
  const card = event.target instanceof Element ? event.target.closest(".held") : null;
  if (card instanceof HTMLElement && card !== marked()) mark(card, { focus: false });
});
one("[data-bulk]", HTMLElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const choice = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
  if (choice && picked().length) choose(choice);
});

mark(cards()[0], { focus: false });
hideUnderway();
begin((order, answered) => {
  if (order.undo) return void takenBack(answered.answer);
  const ids = order.comments.map((name) => name.split(":")[0] ?? "");
  settleDecision(order, answered, keepOrder({ choice: order.choice, ids, by: "", order }));
});
beginArriving();
beginWhole();
