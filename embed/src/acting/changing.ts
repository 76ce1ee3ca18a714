/** Shows what has changed by what somebody did: one comment at a time, where it stands. */

import type { Discussion } from "../discussion";
import { button, h } from "../dom";
import { Key } from "../i18n/keys";
import { type Entry, publicBelow } from "../thread";
import type { Comment } from "../types";
import { shorten } from "../view/clamp";
import { actions, foldButton, isWaiting, item, place, replies } from "../view/comment";
import { adopt } from "../styles";
import { itemOf } from "../view/list";
import { errorText } from "./parts";

/** Draw the comment alone anew; what stands below it stays, and so does the focus. */
export function redraw(d: Discussion, entry: Entry): void {
  const old = placeOf(d, entry);
  const box = itemOf(d, entry);
  if (!box || !old) return;
  box.classList.toggle("is-waiting", isWaiting(entry));
  const fresh = place(d, entry);
  const badge = old.querySelector(".badge--new");
  if (badge) fresh.querySelector(".author")?.after(badge);
  swap(d, old, fresh);
  shorten(d, fresh);
}

/** Draw only what one can do with the comment: its text may be being read aloud. */
export function redrawActions(d: Discussion, entry: Entry): void {
  const old = placeOf(d, entry)?.querySelector<HTMLElement>(":scope > .actions");
  if (old) swap(d, old, actions(d, entry));
}

/** Draw while nothing else moves: what gets smaller keeps its room. */
export function inItsRoom(d: Discussion, entry: Entry, draw: () => void): void {
  const box = itemOf(d, entry);
  const before = box?.getBoundingClientRect();
  draw();
  const shown = placeOf(d, entry);
  if (!box || !before || !shown) return;
  const grown = box.getBoundingClientRect().height - before.height;
  // By a sheet: a style of its own would be an attribute, which strict pages forbid.
  if (grown < 0) adopt(d.root, `#${CSS.escape(shown.id)}{align-content:start;min-block-size:${shown.getBoundingClientRect().height - grown}px}`);
  // Other browsers keep what is read in its place by themselves.
  else if (before.bottom < 0 && !CSS.supports("overflow-anchor", "auto")) scrollBy(0, grown);
}

/** Put an entry that the thread has where it has it, without touching what is on the screen. */
export function insert(d: Discussion, entry: Entry): void {
  const drawn = draw(d, entry);
  if (drawn) shorten(d, drawn);
}

/** The same; long texts among what it returns are still to be shortened. */
export function draw(d: Discussion, entry: Entry): HTMLElement | undefined {
  const { parent } = entry;
  const list = parent ? itemOf(d, parent)?.querySelector<HTMLElement>(":scope > .replies > ol") : topList(d);
  // Drawing a comment draws what stands below it.
  if (itemOf(d, entry)) return;
  if (parent && (!list || parent.folded)) {
    redrawReplies(d, parent);
    return;
  }
  const siblings = parent?.children ?? d.thread.roots;
  const following = siblings.slice(siblings.indexOf(entry) + 1).find((one) => itemOf(d, one));
  const box = item(d, entry);
  const next = following ? itemOf(d, following) : list?.querySelector(":scope > .item--more");
  // The list of the page that the next one came with may be another.
  (next?.parentElement ?? list)?.insertBefore(box, next ?? null);
  return box;
}

/** Show what the service answered about a comment that is here. */
export function update(d: Discussion, entry: Entry, comment: Comment): void {
  const { replies: _, ...alone } = comment;
  // What is there only if it is so may be so no more.
  entry.comment = { ...entry.comment, featured: false, edited_by_moderator: false, ...alone };
  if (comment.editable_until) entry.editableUntil = Date.parse(comment.editable_until);
  redraw(d, entry);
}

/** Say below a comment, for all to see, what did not work. */
export function complain(d: Discussion, entry: Entry, text: string): void {
  forgive(d, entry);
  placeOf(d, entry)?.append(errorText(text));
}

/** Something else is done now: no word of that any more. */
export function forgive(d: Discussion, entry: Entry): void {
  placeOf(d, entry)?.querySelector(":scope > .error-text")?.remove();
}

/** The time left to edit goes on; what has the focus is left alone. */
export function countDown(d: Discussion): void {
  const now = d.now().getTime();
  for (const entry of d.thread.entries) {
    if (!entry.editableUntil || placeOf(d, entry)?.contains(d.root.activeElement)) continue;
    redrawActions(d, entry);
    if (entry.editableUntil < now) entry.editableUntil = 0;
  }
}

export function placeOf({ frame }: Discussion, { comment }: Entry): HTMLElement | null {
  return frame.list.querySelector<HTMLElement>(`#comment-${CSS.escape(comment.id)}`);
}

/** Give the focus to the button that `does` something with a comment; to its name where there is none any more. */
export function focusAction(d: Discussion, entry: Entry, does: string): void {
  const shown = placeOf(d, entry);
  (shown?.querySelector<HTMLElement>(`[data-do="${does}"]`) ?? shown?.querySelector<HTMLElement>(".author"))?.focus();
}

/** What is on the screen, from top to bottom. */
export function shown({ frame, thread }: Discussion): Entry[] {
  const items = [...frame.list.querySelectorAll<HTMLElement>(".item:not(.item--more)")];
  return items.map(({ dataset }) => thread.entry(dataset["id"] ?? "")).filter((entry) => !!entry);
}

/** The list of top-level comments, the last of several; made if the widget said that there is nothing. */
function topList({ frame }: Discussion): HTMLElement {
  const there = frame.list.querySelector<HTMLElement>(":scope > .thread:last-of-type");
  if (there) return there;
  const list = h("ol", { class: "thread" });
  frame.list.replaceChildren(list);
  return list;
}

/** Draw the replies of an entry anew, or the first of them: never away, not even for one frame, as what waits to be shortened may be. */
export function redrawReplies(d: Discussion, entry: Entry): void {
  const box = itemOf(d, entry);
  const old = box?.querySelector<HTMLElement>(":scope > .replies");
  const fresh = replies(d, entry);
  if (fresh) {
    shutFolded(d, entry, fresh);
    if (old) swap(d, old, fresh);
    else box?.append(fresh);
    shorten(d, fresh);
  } else old?.remove();
}

/** Put `fresh` where `old` is; the focus goes to the same button again. */
function swap(d: Discussion, old: HTMLElement, fresh: HTMLElement): void {
  const focused = old.contains(d.root.activeElement) ? (d.root.activeElement as HTMLElement) : null;
  const does = focused?.role === "menuitem" ? "menu" : focused?.dataset["do"];
  const again = does ? `[data-do="${does}"]` : focused?.id && `#${CSS.escape(focused.id)}`;
  old.replaceWith(fresh);
  if (!focused) return;
  const target = again ? fresh.querySelector<HTMLElement>(again) : null;
  (target ?? fresh.querySelector<HTMLElement>(".author, .more") ?? fresh).focus({ preventScroll: true });
}

/** Where replies are folded, here or below, a button says how many there are. */
function shutFolded(d: Discussion, entry: Entry, replies: HTMLElement | null): void {
  if (!replies) return;
  if (entry.folded) drawFold(d, entry, replies);
  for (const child of entry.children) {
    shutFolded(d, child, replies.querySelector(`[data-id="${CSS.escape(child.comment.id)}"] > .replies`));
  }
}

/** As `entry.folded` says. Folded replies stay as they were laid out (acting.css). */
function drawFold(d: Discussion, entry: Entry, replies: HTMLElement | null | undefined): void {
  const list = replies?.querySelector("ol");
  // Those that are shown alone are folded already.
  if (!list) return;
  list.hidden = entry.folded;
  const label = d.words.say(Key.showReplies, { n: Math.max(entry.total, publicBelow(entry)) });
  const unfold = button("fold", "more", { "aria-expanded": "false" }, label);
  swap(d, list.previousElementSibling as HTMLElement, entry.folded ? unfold : foldButton(d, entry));
}

/** Unfold whatever the entry is folded away in. */
export function unfoldTo(d: Discussion, entry: Entry): void {
  for (let at = entry.parent; at; at = at.parent) if (at.folded) fold(d, at);
}

export function fold(d: Discussion, entry: Entry): void {
  entry.folded = !entry.folded;
  drawFold(d, entry, itemOf(d, entry)?.querySelector<HTMLElement>(":scope > .replies"));
}
