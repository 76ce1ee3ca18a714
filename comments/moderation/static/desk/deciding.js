// Decisions: shown at once, sent behind that, and put right where the server knows better.

import { keepOrder } from "./undoing.js";
import { send } from "./outbox.js";
import { picked, unpick } from "./picking.js";
import { settle, show } from "./refilling.js";
import { cardOf, idOf, mark, marked, nameOf, putBack, putLine, takeOut } from "./rows.js";
import { recount, say } from "./telling.js";
import { decideWhole, isWhole } from "./whole.js";

/** @typedef {import("./outbox.js").Answered} Answered */

const MISSING = "This comment is not here any more.";

/** What changes a comment and leaves it where it is, or says something about it. */
const STAYS = new Set(["keep", "feature", "unfeature", "edit", "reject_edit", "note", "message", "reply"]);
const WITHOUT_UNDO = new Set(["restore"]);

/** What a decision is about: the picked rows, or the marked one. */
export function subjects() {
  const some = picked();
  const one = marked();
  return some.length ? some : one ? [one] : [];
}

/**
 * @param {HTMLElement} card
 * @param {string} choice
 */
const offers = (card, choice) => card.querySelector(`[name="decision"][value="${choice}"]`) !== null;

/**
 * Whether this can be decided about any of what is picked, or about what is marked.
 * @param {string} choice
 */
export const isOffered = (choice) => subjects().some((card) => offers(card, choice));

/**
 * Decide about what is picked, or marked, as far as that can be decided about it.
 * @param {string} choice
 */
export function choose(choice) {
  if (isWhole()) {
    const isInBar = document.querySelector(`[data-bulk] [name="decision"][value="${choice}"]`) !== null;
    if (isInBar) void decideWhole(choice);
    unpick(picked());
    return;
  }
  const able = subjects().filter((card) => offers(card, choice));
  if (able.length) void decide(able, choice);
}

/**
 * @param {HTMLElement[]} cards
 * @param {string} choice
 */
export async function decide(cards, choice) {
  const ids = cards.map(idOf);
  const { order, answered } = send({ choice, comments: cards.map(nameOf), written: written(cards, choice) });
  const undoIt = WITHOUT_UNDO.has(choice) ? null : keepOrder({ choice, ids, by: nameOfAuthor(cards), order });
  unpick(cards);
  if (!STAYS.has(choice)) takeOut(cards);
  settleDecision(order, await answered, undoIt);
}

/**
 * Put right what was shown before the answer came.
 * @param {import("./outbox.js").Order} order
 * @param {Answered} answered
 * @param {ReturnType<typeof keepOrder> | null} undoIt
 */
export function settleDecision({ choice, comments }, { status, answer }, undoIt) {
  const ids = comments.map((name) => name.split(":")[0] ?? "");
  for (const { id, words } of answer.handled ?? []) putLine(id, words);
  for (const id of answer.missing ?? []) putLine(id, MISSING);
  if (answer.decided?.length) {
    recount(answer);
    undoIt?.done(answer.undo ?? "", answer.words ?? "");
    if (STAYS.has(choice)) void show(new Set([...ids, ...answer.decided.map(({ id }) => id)]));
    say(answer.words ?? "", undoIt ? { label: "Undo", key: "u", run: undoIt.undo } : undefined);
  } else {
    undoIt?.drop();
    // Each comment's own line says who was first.
    if (status !== 409 && status !== 200) refused(ids, answer.detail);
  }
  void settle();
}

/**
 * @param {string[]} ids
 * @param {string | undefined} why
 */
function refused(ids, why) {
  const back = ids.map((id) => cardOf(id) ?? putBack(id));
  mark(back.find(Boolean));
  say(`Not saved: ${why ?? "something went wrong"}`);
}

/**
 * What was written for a decision about one comment.
 * @param {HTMLElement[]} cards
 * @param {string} choice
 */
function written(cards, choice) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const field of cards[0]?.querySelectorAll(`[data-write="${choice}"] textarea`) ?? []) {
    if (field instanceof HTMLTextAreaElement) found[field.name] = field.value;
  }
  return found;
}

/** @param {HTMLElement[]} cards */
function nameOfAuthor(cards) {
  return cards.length === 1 ? (cards[0]?.querySelector("h2")?.textContent?.trim() ?? "") : "";
}
