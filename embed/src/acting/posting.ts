/** Posts a comment or a reply, and says what became of it. */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import { CLOCK } from "../icons";
import { Key } from "../i18n/keys";
import type { Words } from "../i18n/words";
import type { Entry } from "../thread";
import type { Comment, Stored } from "../types";
import { notice } from "../view/frame";
import { send } from "./asking";
import { addOwn } from "./changing";
import type { Draft } from "./draft";
import { pause } from "./live";
import type { Person } from "./person";
import { say } from "./telling";

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
  const { name, email } = person;
  const body = { page: d.page, parent_id: parent?.comment.id ?? null, body: text, author: { name, email: email || undefined } };
  const key = draft.keyFor(JSON.stringify(body));
  // It must not arrive as somebody else's new comment before the answer says that it is one's own.
  const goOn = pause(d);
  try {
    const { comment } = await send<Stored>(d, "POST", "comments", body, key);
    d.identity = comment.author ?? d.identity;
    const entry = addOwn(d, comment);
    tell(d, order, comment);
    d.emit("posted", { comment });
    return entry;
  } finally {
    goOn();
  }
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

export function clearNotices(d: Discussion): void {
  d.frame.notices.replaceChildren();
  d.root.querySelector(".notice--posted")?.remove();
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
