/** Posts a comment or a reply, and says what became of it. */

import type { Discussion } from "../discussion";
import { h, icon } from "../dom";
import { CLOCK } from "../icons";
import type { Words } from "../i18n/words";
import type { Entry } from "../thread";
import type { Comment, Stored } from "../types";
import type { Draft } from "./draft";
import type { Person } from "./person";

export interface Order {
  text: string;
  person: Person;
  draft: Draft;
  parent?: Entry;
  /** What is said about the post stands before this; without it, at the top of the widget. */
  notice?: HTMLElement;
}

/** The source of what was written here, by id: the service sends HTML. */
const sources = new Map<string, string>();

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
  const { comment } = await d.api.send<Stored>("POST", "comments", body, key);
  sources.set(comment.id, text);
  if (comment.author) d.identity = comment.author;
  const entry = d.addOwn(comment);
  tell(d, order, comment);
  d.emit("posted", { comment });
  return entry;
}

/** The Markdown of one's own comment: remembered, else asked for; else, at worst, its text without the marks. */
export async function sourceOf(d: Discussion, { comment }: Entry): Promise<string> {
  const known = sources.get(comment.id) ?? comment.body;
  if (known !== undefined) return known;
  const asked = await d.api.readOwn<Stored>(`comments/${comment.id}`, {});
  return asked?.comment.body ?? plainText(d.fragment(comment.html ?? ""));
}

export function rememberSource(id: string, text: string): void {
  sources.set(id, text);
}

function plainText(html: DocumentFragment): string {
  const box = h("div", {}, html);
  for (const block of box.querySelectorAll("p,li,pre,blockquote,h3,h4,h5,h6,br")) block.after("\n");
  return box.textContent?.trim() ?? "";
}

function tell(d: Discussion, order: Order, comment: Comment): void {
  const { words } = d;
  d.frame.notices.replaceChildren();
  d.root.querySelectorAll(".notice--posted").forEach((notice) => notice.remove());
  if (comment.state !== "pending") {
    d.say(words.say("posted"));
    return;
  }
  const thanks = words.say("thanks", { name: comment.author?.name ?? order.person.name });
  const why = whyItWaits(words, comment.reasons ?? []);
  const text = h("p", {}, h("b", {}, thanks), ` ${why}`);
  const notice = h("div", { class: "notice notice--warn notice--posted" }, icon(CLOCK), text);
  if (order.notice) order.notice.before(notice);
  else d.frame.notices.append(notice);
  d.say(`${thanks} ${why}`);
}

/** `reasons` are the service's words, in English: known ones get a sentence of their own. */
export function whyItWaits(words: Words, reasons: string[]): string {
  const [reason] = reasons;
  if (!reason) return words.say("waits");
  if (/^first comment/i.test(reason)) return words.say("waitsFirst");
  return words.say("waitsBecause", { reason });
}
