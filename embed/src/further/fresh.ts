/** Marks what is new since the reader's last visit, and goes from one to the next. */

import { inBar } from "../acting/bar";
import { placeOf, shown } from "../acting/changing";
import { isMuted } from "../acting/muting";
import { arrive } from "../acting/reading";
import type { Visit } from "../acting/visits";
import type { Discussion } from "../discussion";
import { h } from "../dom";
import { Key } from "../i18n/keys";
import { DOWN } from "../icons";
import type { Entry } from "../thread";

const now = new WeakMap<Discussion, Visit>();

/** Mark the new comments that are shown, and say how many there are. */
export function markNew(d: Discussion, visit: Visit): void {
  now.set(d, visit);
  const fresh = newEntries(d, visit);
  const metas = fresh.map((entry) => placeOf(d, entry)?.querySelector<HTMLElement>(":scope > .meta:not(:has(.badge--new))"));
  const heights = metas.map((meta) => meta?.offsetHeight ?? 0);
  const badges = metas.map((meta) => {
    const badge = h("span", { class: "badge badge--new" }, d.words.say(Key.newBadge));
    meta?.querySelector(".author")?.after(badge);
    return badge;
  });
  // Where there is no room beside the name, it is only read out: a new line would move the page.
  const tight = metas.map((meta, at) => (meta?.offsetHeight ?? 0) > (heights[at] ?? 0));
  badges.forEach((badge, at) => badge.classList.toggle("visually-hidden", tight[at]));
  inBar(d, "newSince", fresh.length ? d.words.say(Key.newSince, { n: fresh.length }) : "", DOWN);
}

/** From one to the next; nothing is left to go to after the last. */
export async function nextNew(d: Discussion): Promise<void> {
  const visit = now.get(d);
  if (!visit) return;
  const fresh = newEntries(d, visit);
  const at = fresh.findIndex(({ comment }) => comment.id === visit.reached) + 1;
  const next = fresh[at];
  if (!next) return;
  visit.reached = next.comment.id;
  await arrive(d, next.comment.id);
  if (at < fresh.length - 1) return;
  visit.isNew = () => false;
  markNew(d, visit);
}

function newEntries(d: Discussion, visit: Visit): Entry[] {
  return shown(d).filter((entry) => entry.comment.author && !entry.own && visit.isNew(entry) && !isMuted(d, entry.comment.author));
}
