/** Shows what stands too deep for the list: a branch alone, with a way back to where one was. */

import { redrawReplies } from "../acting/changing";
import { addReplies } from "../acting/growing";
import { focusOn } from "../acting/telling";
import type { Discussion } from "../discussion";
import { button, h } from "../dom";
import { Key } from "../i18n/keys";
import { type Entry, publicBelow } from "../thread";
import type { Replies } from "../types";
import { DEEPEST } from "../view/comment";
import { itemOf } from "../view/list";

/** What leads back, for a discussion that shows a branch. */
const ways = new WeakMap<Discussion, () => void>();

/** Show `entry` and all below it, and nothing else. */
export async function openBranch(d: Discussion, entry: Entry): Promise<void> {
  const { thread, api, step, ended } = d;
  if (publicBelow(entry) < entry.total) {
    const page = await api.read<Replies>(`comments/${entry.comment.id}/replies`, { limit: step }, ended.signal);
    if (d.thread !== thread) return;
    entry.total = page.total;
    void d.askAboutMe(addReplies(thread, entry, page.comments, page.next));
  }
  leaveBranch(d);
  showAlone(d, entry);
  focusOn(d, entry);
}

/** The item itself moves, and comes back: so it is on the screen once, and whatever changes it finds it. */
function showAlone(d: Discussion, entry: Entry): void {
  const { list, composer } = d.frame;
  const box = itemOf(d, entry);
  if (!box) return;
  const before = offset(box);
  const gap = h("li", { class: "item" });
  const others = [...list.children, composer] as HTMLElement[];
  const back = button("all", "button", {}, d.words.say(Key.allComments));
  box.replaceWith(gap);
  for (const other of others) other.hidden = true;
  const alone = h("div", { class: "branch" }, back, h("ol", { class: "thread" }, box));
  list.append(alone);
  d.branch = entry;
  redrawReplies(d, entry);
  list.scrollIntoView({ block: "nearest" });
  ways.set(d, () => {
    ways.delete(d);
    d.branch = null;
    gap.replaceWith(box);
    alone.remove();
    for (const other of others) other.hidden = false;
    redrawReplies(d, entry);
    scrollBy({ top: offset(box) - before, behavior: "instant" });
    box.querySelector<HTMLElement>('[data-do="branch"]')?.focus({ preventScroll: true });
  });
}

function offset(box: HTMLElement): number {
  return box.getBoundingClientRect().bottom;
}

/** Show all comments again, as they were. */
export function leaveBranch(d: Discussion): void {
  if (d.frame.list.querySelector(".branch")) ways.get(d)?.();
}

/** Have a comment on the screen that may stand in a branch, or outside the one that is shown. */
export async function reveal(d: Discussion, entry: Entry): Promise<void> {
  let deep: Entry | null = entry;
  while (deep && deep.comment.depth > DEEPEST) deep = deep.parent;
  if (d.branch === deep) return;
  if (deep && deep !== entry) await openBranch(d, deep);
  else leaveBranch(d);
}
