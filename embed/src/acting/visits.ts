/**
 * What is new since the reader's last visit. When that was is written when they leave a page whose discussion they have
 * seen, and only then, for the last hundred pages of a site.
 */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import { Key } from "../i18n/keys";
import { DOWN } from "../icons";
import { keep, recall } from "../store";
import type { Entry } from "../thread";
import { inBar } from "./bar";
import { placeOf } from "./changing";
import { isMuted } from "./muting";
import { arrive } from "./reading";

const MOST_VISITS = 100;

type Visit = [page: string, at: number];

interface Now {
  /** When the page was visited last. */
  before: number;
  /** When this visit began. */
  began: number;
  /** The new comment that was gone to last. */
  reached?: string;
}

const now = new WeakMap<Discussion, Now>();

/** Mark what is new, now and whenever more is shown; note the visit when it ends. */
export function noteVisit(d: Discussion): void {
  const { signal } = d.ended;
  const page = d.page.identifier || d.page.url;
  const before = visits(d).find(([visited]) => visited === page)?.[1] ?? Infinity;
  now.set(d, { before, began: d.now().getTime() });
  const view = new IntersectionObserver((seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    view.disconnect();
    const leave = (): void => {
      const others = visits(d).filter(([visited]) => visited !== page);
      keep(d.storageKey("visits"), JSON.stringify([...others, [page, d.now().getTime()]].slice(-MOST_VISITS)));
    };
    addEventListener("pagehide", leave, { signal });
    signal.addEventListener("abort", leave);
  });
  view.observe(d.frame.list);
  signal.addEventListener("abort", () => view.disconnect());
  d.element.addEventListener("comments:count", () => markNew(d), { signal });
  markNew(d);
}

function visits(d: Discussion): Visit[] {
  try {
    return JSON.parse(recall(d.storageKey("visits")) ?? "[]") as Visit[];
  } catch {
    return [];
  }
}

/** Mark the new comments that are shown, and say how many there are. */
export function markNew(d: Discussion): void {
  const fresh = newEntries(d);
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
export function nextNew(d: Discussion): void {
  const fresh = newEntries(d);
  const visit = now.get(d);
  const at = fresh.findIndex(({ comment }) => comment.id === visit?.reached) + 1;
  const next = fresh[at];
  if (!next || !visit) return;
  visit.reached = next.comment.id;
  arrive(d, next.comment.id);
  if (at < fresh.length - 1) return;
  visit.before = Infinity;
  markNew(d);
}

/** From top to bottom. */
function newEntries(d: Discussion): Entry[] {
  const { before, began } = now.get(d) ?? { before: Infinity, began: 0 };
  const isNew = (at: string): boolean => Date.parse(at) > before && Date.parse(at) < began;
  const ids = [...d.root.querySelectorAll<HTMLElement>(".item:not(.item--more)")].map(({ dataset }) => dataset["id"] ?? "");
  return ids
    .map((id) => d.thread.entry(id))
    .filter((entry) => entry !== undefined)
    .filter(({ own, comment: { author, created_at: at } }) => author && !own && isNew(at) && !isMuted(d, author));
}
