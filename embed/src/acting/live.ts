/** Shows what others do while one reads. Nothing moves for it: new comments wait behind a bar until they are wanted. */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import { Key } from "../i18n/keys";
import { UP } from "../icons";
import { type Entry, isPublic, type Thread } from "../thread";
import type { Comment, Score } from "../types";
import { drawMore, inSlices, itemOf } from "../view/list";
import { inBar } from "./bar";
import { draw, inItsRoom, placeOf, update } from "./changing";
import { addArrived, sameText } from "./growing";
import { later } from "./later";
import { drawTop } from "./line";
import { isMuted } from "./muting";
import { drawMoreReplies, highlight, inView } from "./reading";
import { type Change, join } from "./stream";
import { say } from "./telling";
import { showVote } from "./voting";

/** Several that come together are told together. */
const TOLD_AFTER_MS = 1000;
/** `Node.DOCUMENT_POSITION_FOLLOWING`. */
const FOLLOWING = 4;

interface State {
  /** New comments that are not shown yet. */
  fresh: Map<string, Comment>;
  /** What has happened to comments that somebody is busy with. */
  held: Map<string, Comment>;
  /** What was heard while one's own post was on its way. */
  queue: Change[];
  posting: number;
  timer?: ReturnType<typeof setTimeout>;
}

/** Another order, another page: another thread, which has all that was new. */
const states = new WeakMap<Thread, State>();
const unheard = new WeakSet<Discussion>();

function stateOf({ thread }: Discussion): State {
  const state = states.get(thread) ?? { fresh: new Map(), held: new Map(), queue: [], posting: 0 };
  states.set(thread, state);
  return state;
}

/** Begin to listen. */
export function beLive(d: Discussion): void {
  const { frame, ended } = d;
  const { signal } = ended;
  frame.box.addEventListener("focusout", () => setTimeout(() => goOn(d)), { signal });
  // The head was drawn anew.
  d.element.addEventListener("comments:count", () => drawNote(d), { signal });
  join(d, { heard, ask, live });
}

/** Hold what is heard until the function that this returns is called. */
export function pause(d: Discussion): () => void {
  const state = stateOf(d);
  state.posting++;
  return () => {
    state.posting--;
    for (const change of state.queue.splice(0)) heard(d, change);
  };
}

function heard(d: Discussion, change: Change): void {
  const state = stateOf(d);
  if (state.posting) {
    state.queue.push(change);
    return;
  }
  // What the browser keeps is old now.
  d.api.changed();
  for (const numbers of change.scores ?? []) renumber(d, numbers.id, numbers, numbers.total);
  for (const comment of change.comments ?? []) {
    renumber(d, comment.id, comment, comment.replies?.total);
    changed(d, comment);
  }
  for (const gone of change.gone ?? []) {
    const known = d.thread.entry(gone.id)?.comment;
    changed(d, { ...known, ...gone, author: null, html: null } as Comment);
  }
  threadChanged(d, change);
  tellArrived(d);
}

async function ask(d: Discussion): Promise<void> {
  try {
    const change = await (await later(d, "further")).missed(d);
    if (change) heard(d, change);
  } catch {
    // The next time, then.
  }
}

function live(d: Discussion, now: boolean): void {
  if (now) unheard.delete(d);
  else unheard.add(d);
  drawNote(d);
}

function drawNote(d: Discussion): void {
  const title = d.root.getElementById("title");
  title?.querySelector("small")?.remove();
  if (unheard.has(d)) title?.append(h("small", {}, ` ${d.words.say(Key.notLive)}`));
}

/** Votes, and how many replies there are: in their places, whatever else goes on there. */
function renumber(d: Discussion, id: string, { score, upvotes, downvotes }: Score, total: number | undefined): void {
  const entry = d.thread.entry(id);
  if (!entry) return;
  Object.assign(entry.comment, { score, upvotes, downvotes });
  entry.total = total ?? entry.total;
  showVote(d, entry);
  drawMoreReplies(d, entry);
}

/** One comment is another now, is new, or is gone. */
function changed(d: Discussion, comment: Comment): void {
  const { id } = comment;
  const { fresh, held } = stateOf(d);
  const entry = d.thread.entry(id);
  if (!entry) {
    if (isPublic(comment)) fresh.set(id, comment);
    else fresh.delete(id);
    return;
  }
  const published = comment.state === "approved" && entry.comment.state === "pending";
  if (isBusy(d, entry) && !published) {
    held.set(id, comment);
    return;
  }
  held.delete(id);
  // Deleted here a moment ago: that has its own way to show.
  if (entry.wayBack) return;
  if (!sameText(entry.comment, comment)) inItsRoom(d, entry, () => show(d, entry, comment));
  if (published) tellPublished(d);
}

function show(d: Discussion, entry: Entry, comment: Comment): void {
  // An edit that waited is in it now.
  delete entry.comment.waiting_body;
  update(d, entry, comment);
  // Its source is another one now.
  if (entry.own) void d.askAboutMe([entry]);
}

function tellPublished(d: Discussion): void {
  const text = d.words.say(Key.published);
  const notice = d.root.querySelector(".notice--posted");
  // In the words' place, so that nothing moves.
  notice?.lastElementChild?.replaceChildren(text);
  say(d, text);
}

/** Whether somebody is at it: with the focus, an open menu, or an open form. */
function isBusy(d: Discussion, entry: Entry): boolean {
  const box = itemOf(d, entry);
  const form = box?.querySelector(":scope > .composer, :scope > .comment > :is(.composer, .panel), :scope > .comment .menu-list");
  return !!form || !!placeOf(d, entry)?.contains(d.root.activeElement);
}

/** Show what waited until nobody was busy with it any more. */
export function goOn(d: Discussion): void {
  for (const comment of stateOf(d).held.values()) changed(d, comment);
}

function threadChanged(d: Discussion, { thread }: Change): void {
  const { info } = d.thread;
  const { comment_count: count, state } = info;
  Object.assign(info, thread);
  if (state !== info.state) drawTop(d);
  if (count === info.comment_count) return;
  const n = info.comment_count;
  // The words alone: choices of an order that come or go would move what is below.
  d.root.getElementById("title")?.firstChild?.replaceWith(d.words.say(n ? Key.comments : Key.noComments, { n }));
  d.emit("count", { count: n });
  const [more] = d.frame.list.querySelectorAll('[data-do="more"]');
  if (more && more !== d.root.activeElement) drawMore(d);
}

/** Those that can be shown here: the others come with “Show more”. */
function arrived(d: Discussion): Comment[] {
  const { thread, sort } = d;
  const { fresh } = stateOf(d);
  return [...fresh.values()]
    .filter(({ id, parent_id: parent }) => {
      // It came with “Show more” meanwhile.
      if (thread.entry(id)) return false;
      if (parent) return thread.entry(parent) ?? fresh.has(parent);
      return sort === "oldest" ? !thread.next : !thread.previous;
    })
    .sort((one, other) => (one.created_at < other.created_at ? -1 : 1));
}

/** Say how many there are, in the bar and, once for those that come together, aloud: until none is left. */
function tellArrived(d: Discussion): void {
  const state = stateOf(d);
  const n = arrived(d).filter(({ author }) => author?.id !== d.identity?.id && !isMuted(d, author)).length;
  const text = n ? d.words.say(Key.newComments, { n }) : "";
  if (!inBar(d, "arrivals", text, UP)) return;
  clearTimeout(state.timer);
  state.timer = setTimeout(() => say(d, text), TOLD_AFTER_MS);
}

/** Put the new comments into their places, and go to the first of them. */
export async function showArrivals(d: Discussion): Promise<void> {
  const { thread, sort = "best" } = d;
  const entries: Entry[] = [];
  const comments = arrived(d);
  stateOf(d).fresh.clear();
  const here = await inSlices(d, comments, (comment) => {
    const entry = addArrived(thread, comment, sort);
    if (!entry) return undefined;
    entries.push(entry);
    return draw(d, entry);
  });
  if (!here) return;
  tellArrived(d);
  // The first on the screen; to look through all that is on it takes long.
  const place = (entry: Entry): Node => placeOf(d, entry) ?? d.frame.foot;
  entries.sort((one, other) => (place(one).compareDocumentPosition(place(other)) & FOLLOWING ? -1 : 1));
  // As many as one sees before the mark fades.
  entries.slice(0, 10).forEach((entry) => highlight(d, entry));
  await inView(d, entries[0], "nearest");
  void d.askAboutMe(entries);
}
