/** Posts a comment or a reply, and says what became of it. */

import type { Discussion } from "../discussion";
import { h, icon } from "../dom";
import { CLOCK } from "../icons";
import type { Words } from "../i18n/words";
import type { Entry } from "../thread";
import type { Comment, Stored } from "../types";
import { send } from "./asking";
import { addOwn } from "./changing";
import type { Draft } from "./draft";
import type { Person } from "./person";
import { say } from "./telling";

export interface Order {
  text: string;
  person: Person;
  draft: Draft;
  parent?: Entry;
  /** What is said about the post stands after this; without it, at the top of the widget. */
  notice?: Element;
}

/** Resolves when the comment is stored and shown. Rejects with what the service said, nothing changed. */
export async function post(d: Discussion, order: Order): Promise<Entry | undefined> {
  const { text, person, parent, draft } = order;
  const body = {
    page: d.page,
    parent_id: parent?.comment.id ?? null,
    body: text,
    author: { name: person.name, ...(person.email ? { email: person.email } : {}) },
  };
  const key = draft.keyFor(JSON.stringify(body));
  const { comment } = await send<Stored>(d, "POST", "comments", body, key);
  if (comment.author) d.identity = comment.author;
  const entry = addOwn(d, comment);
  tell(d, order, comment);
  d.emit("posted", { comment });
  return entry;
}

function tell(d: Discussion, { person, notice }: Order, comment: Comment): void {
  const { words } = d;
  if (comment.state !== "pending") {
    clearNotices(d);
    say(d, words.say("posted"));
    return;
  }
  const thanks = words.say("thanks", { name: comment.author?.name ?? person.name });
  const why = whyItWaits(words, comment.reasons ?? []);
  showNotice(d, notice, h("b", {}, thanks), ` ${why}`);
}

/** Say, for all to see and to hear, that something waits: after `place`, or at the top of the widget. */
export function showNotice(d: Discussion, place: Element | undefined, ...text: (Node | string)[]): void {
  clearNotices(d);
  const notice = h("div", { class: "notice notice--warn notice--posted" }, icon(CLOCK), h("p", {}, ...text));
  if (place) place.after(notice);
  else d.frame.notices.append(notice);
  say(d, notice.textContent ?? "");
}

function clearNotices(d: Discussion): void {
  d.frame.notices.replaceChildren();
  d.root.querySelectorAll(".notice--posted").forEach((notice) => notice.remove());
}

/** `reasons` are the service's words for moderators: those that help an author have a sentence of their own. */
export function whyItWaits(words: Words, reasons: string[]): string {
  const links = reasons.map((reason) => /^(\d+) links?$/.exec(reason)?.[1]).find(Boolean);
  if (reasons.includes("First comment")) return words.say("waitsFirst");
  return links ? words.say("waitsLinks", { n: Number(links) }) : words.say("waits");
}
