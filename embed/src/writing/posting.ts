/** Posts a comment or a reply, and says what became of it. */

import { send } from "../acting/asking";
import { insert, unfoldTo } from "../acting/changing";
import { addOwn } from "../acting/growing";
import { clearNotices, countChanged, say } from "../acting/telling";
import type { Discussion } from "../discussion";
import { h } from "../dom";
import { Key } from "../i18n/keys";
import type { Words } from "../i18n/words";
import { CLOCK } from "../icons";
import type { Entry } from "../thread";
import type { Comment, Stored } from "../types";
import { notice } from "../view/frame";
import type { Draft } from "./draft";
import type { Person } from "./person";
import { forgetProof, proofOf } from "./proof";

export interface Order {
  text: string;
  person: Person;
  draft: Draft;
  parent?: Entry;
  /** What is said about the post stands after this; without it, at the top of the widget. */
  notice?: Element | null;
}

/** Resolves when the comment is stored and shown. Rejects with what the service said, nothing changed. */
export async function post(d: Discussion, order: Order): Promise<Entry | undefined> {
  const { text, person, parent, draft } = order;
  const { name, email, consent, notify } = person;
  const body = { page: d.page, parent_id: parent?.comment.id ?? null, body: text, author: { name, email: email || undefined, notify }, consent };
  const key = draft.keyFor(JSON.stringify(body));
  const { comment } = await send<Stored>(d, "POST", "comments", { ...body, ...(await proofOf(d)) }, key);
  forgetProof(d);
  d.identity = comment.author ?? d.identity;
  const entry = showOwn(d, comment);
  tell(d, order, comment);
  d.emit("posted", { comment });
  return entry;
}

/** Show one's own new comment. Returns its entry. */
function showOwn(d: Discussion, comment: Comment): Entry | undefined {
  const entry = addOwn(d.thread, comment);
  if (!entry) return d.thread.entry(comment.id);
  unfoldTo(d, entry);
  insert(d, entry);
  if (comment.state === "approved") countChanged(d, 1);
  return entry;
}

function tell(d: Discussion, order: Order, comment: Comment): void {
  const { words } = d;
  if (comment.state !== "pending") {
    clearNotices(d);
    say(d, words.say(Key.posted));
    return;
  }
  const thanks = words.say(Key.thanks, { name: comment.author?.name ?? order.person.name });
  showNotice(d, order.notice, h("b", {}, thanks), ` ${whyItWaits(words, comment.waits_for)}`);
}

/** Say, for all to see and to hear, that something waits: after `place`, or at the top of the widget. */
export function showNotice(d: Discussion, place: Element | null | undefined, ...text: (Node | string)[]): void {
  clearNotices(d);
  const box = notice("warn", CLOCK, ...text);
  box.classList.add("notice--posted");
  if (place) place.after(box);
  else d.frame.notices.append(box);
  say(d, box.textContent ?? "");
}

/** The first of these rules that speaks is the one that is told. */
const WHY: Record<string, Key> = {
  "first-comment": Key.waitsFirst,
  "new-name": Key.waitsFirst,
  links: Key.waitsLinks,
  "hold-all": Key.waitsRead,
};

export function whyItWaits(words: Words, rules: Comment["waits_for"] = []): string {
  const told = Object.keys(WHY).flatMap((name) => rules.filter(({ rule }) => rule === name))[0];
  return words.say((told && WHY[told.rule]) ?? Key.waits, { n: told?.n ?? 1 });
}
