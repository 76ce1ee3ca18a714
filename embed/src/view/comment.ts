/** One comment on the screen: the article, its actions, and the list of its replies. */

import type { Discussion } from "../discussion";
import { button, type Child, h, icon } from "../dom";
import { fragment, safeLink } from "../html";
import { Key } from "../i18n/keys";
import * as icons from "../icons";
import type { Entry } from "../thread";
import type { Author } from "../types";
import { avatar } from "./avatar";

/** Depths at which replies stop moving inwards, in a wide and in a narrow widget. Keep in step with read.css. */
const CAP_WIDE = 3;
const CAP_NARROW = 2;
/** What stands below this depth is shown alone, as a branch (acting/branch.ts). */
export const DEEPEST = CAP_WIDE + 8;

/** A comment with all that stands below it. */
export function item(d: Discussion, entry: Entry): HTMLLIElement {
  const waiting = isWaiting(entry) ? " is-waiting" : "";
  return h("li", { class: `item${waiting}`, "data-id": entry.comment.id }, place(d, entry), replies(d, entry));
}

/** The comment itself, or what stands where it was. */
export function place(d: Discussion, entry: Entry): HTMLElement {
  return d.instead?.(entry) ?? (entry.comment.author ? article(d, entry) : gone(d, entry));
}

export function isWaiting({ comment, wayBack }: Entry): boolean {
  return comment.state === "pending" && comment.author !== null && !wayBack;
}

function gone(d: Discussion, { comment }: Entry): HTMLElement {
  return quiet(comment.id, d.words.say(comment.state === "deleted" ? Key.deleted : Key.removed));
}

/** One line in the place of a comment. */
export function quiet(id: string, ...text: Child[]): HTMLElement {
  return h("p", { class: "gone", id: `comment-${id}`, tabindex: -1 }, avatar(null), h("span", {}, ...text));
}

function article(d: Discussion, entry: Entry): HTMLElement {
  const { id, author, html } = entry.comment;
  return h(
    "article",
    { class: "comment", part: "comment", id: `comment-${id}`, "aria-labelledby": `name-${id} time-${id}` },
    avatar(author),
    meta(d, entry),
    h("div", { class: "body", part: "body", dir: "auto" }, fragment(html ?? "")),
    actions(d, entry),
  );
}

function meta(d: Discussion, entry: Entry): HTMLElement {
  const { comment } = entry;
  const { words } = d;
  const heading = h(`h${d.level + 1}` as "h3", { class: "author", part: "author", id: `name-${comment.id}`, tabindex: -1 }, authorName(comment.author));
  const at = comment.edited_at;
  return h(
    "header",
    { class: "meta" },
    heading,
    isWaiting(entry) ? badge(words.say(Key.waiting), "waiting", icons.CLOCK) : authorBadge(d, comment.author),
    comment.featured && badge(words.say(Key.featured), "author"),
    answered(d, entry),
    h("span", {}, when(d, entry), ...(at ? [" · ", edited(d, at, comment.edited_by_moderator)] : [])),
  );
}

function edited({ words }: Discussion, at: string, byModerator?: boolean): HTMLElement {
  const title = words.say(Key.editedAt, { date: words.moment(new Date(at)) });
  return h("span", { title }, words.say(byModerator ? Key.editedByModerator : Key.edited));
}

function authorName(author: Author | null): HTMLElement {
  const name = h("bdi", {}, author?.name ?? "");
  const website = author?.website && safeLink(author.website, false);
  return website ? h("a", { class: "website", href: website, rel: "nofollow ugc noopener noreferrer" }, name) : name;
}

function authorBadge({ words }: Discussion, author: Author | null): Child {
  const kind = author?.badge;
  return kind && (kind === "author" ? badge(words.say(Key.author), kind) : badge(words.say(Key.moderator), kind, icons.SHIELD));
}

function badge(text: string, kind: string, drawing?: string): HTMLElement {
  return h("span", { class: `badge badge--${kind}` }, drawing ? icon(drawing) : null, text);
}

/** Whom a reply answers, where its place no longer tells. */
function answered({ words }: Discussion, { comment, parent }: Entry): Child {
  const lost = comment.parent_id !== (parent?.comment.id ?? null);
  if (!comment.reply_to || !(comment.depth > CAP_NARROW || lost)) return null;
  const always = comment.depth > CAP_WIDE || lost;
  const name = h("bdi", {}, comment.reply_to.name);
  return h(
    "a",
    { class: always ? "to" : "to to--narrow", href: `#comment-${comment.reply_to.id}`, "data-do": "to" },
    icon(icons.REPLY),
    h("span", {}, ...words.parts(Key.to, { name })),
  );
}

function when({ words, now }: Discussion, { comment }: Entry): HTMLElement {
  const at = new Date(comment.created_at);
  const time = h("time", { id: `time-${comment.id}`, datetime: comment.created_at, title: words.moment(at) }, words.ago(at, now()));
  return h("a", { class: "time", href: safeLink(comment.permalink, false) ?? `#comment-${comment.id}` }, time);
}

export function actions(d: Discussion, entry: Entry): HTMLElement {
  const { words } = d;
  const waiting = isWaiting(entry);
  const changeable = entry.own && (waiting || entry.editableUntil > d.now().getTime());
  return h(
    "footer",
    { class: "actions" },
    waiting ? h("span", { class: "only-you" }, words.say(Key.onlyYou)) : votes(d, entry),
    !waiting && d.writable && action("reply", {}, words.say(Key.reply)),
    changeable && action("edit", {}, icon(icons.EDIT), words.say(Key.edit), timeLeft(d, entry)),
    changeable && action("delete", {}, icon(icons.TRASH), words.say(Key.delete)),
    !waiting && menuButton(d),
  );
}

function votes({ words, writable }: Discussion, { comment, vote, own }: Entry): HTMLElement {
  const { score } = comment;
  const shown = h("span", { class: "score" }, words.number(score));
  if (own || !writable) {
    const label = words.say(Key.votes, { n: score });
    return h("span", { class: "vote vote--fixed", role: "img", "aria-label": label }, icon(icons.UP), shown);
  }
  const up = { "aria-pressed": `${vote === 1}`, "aria-label": words.say(Key.voteUp, { n: score }) };
  const down = { "aria-pressed": `${vote === -1}`, "aria-label": words.say(Key.voteDown) };
  return h("span", { class: "vote" }, action("up", up, icon(icons.UP), shown), action("down", down, icon(icons.DOWN)));
}

function menuButton({ words }: Discussion): HTMLElement {
  const labels = { "aria-label": words.say(Key.more), "aria-haspopup": "menu", "aria-expanded": "false" };
  return h("span", { class: "menu" }, action("menu", labels, icon(icons.DOTS)));
}

function timeLeft({ words, now }: Discussion, { editableUntil }: Entry): Child {
  const minutes = Math.ceil((editableUntil - now().getTime()) / 60_000);
  return minutes > 0 && h("span", { class: "left-time" }, words.say(Key.minutesLeft, { n: minutes }));
}

function action(does: string, labels: Record<string, string>, ...children: Child[]): HTMLElement {
  return button(does, "action", { part: "action", ...labels }, ...children);
}

/** The replies of a comment, or nothing where there are none. */
export function replies(d: Discussion, entry: Entry): HTMLElement | null {
  if (entry.comment.depth === DEEPEST && d.branch !== entry) return continued(d, entry);
  const missing = d.thread.missing(entry);
  if (!entry.children.length && !missing) return null;
  const list = h("ol", {}, ...entry.children.map((child) => item(d, child)));
  if (missing) list.append(moreReplies(d, entry, missing));
  return h("div", { class: "replies" }, foldButton(d, entry), list);
}

function continued({ words }: Discussion, entry: Entry): HTMLElement | null {
  const n = Math.max(entry.total, entry.children.length);
  return n ? h("div", { class: "replies" }, button("branch", "more", {}, words.say(Key.continueThread, { n }))) : null;
}

/** The line beside the replies, which folds them; `unfold` (acting) takes its place. */
export function foldButton({ words }: Discussion, entry: Entry): HTMLElement {
  const name = entry.comment.author?.name ?? words.say(Key.goneComment);
  const label = words.say(Key.hideReplies, { name });
  return button("fold", "fold", { "aria-expanded": "true", "aria-label": label });
}

function moreReplies({ words, step }: Discussion, entry: Entry, missing: number): HTMLElement {
  const label = words.say(Key.moreReplies, { n: Math.min(step, missing) });
  return h("li", { class: "item item--more", "data-id": entry.comment.id }, button("replies", "more", {}, label));
}
