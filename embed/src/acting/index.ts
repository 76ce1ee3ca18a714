/** The part of the widget that does more than reading. Fetched when idle, or when something is first done. */

import type { Discussion } from "../discussion";
import { acting } from "../i18n/english";
import { adopt } from "../styles";
import type { Entry, Thread } from "../thread";
import { Key } from "../i18n/keys";
import type { Sort } from "../types";
import css from "./acting.css";
import { drawBar } from "./bar";
import { complain, countDown, fold, forgive } from "./changing";
import { later } from "./later";
import { beginLine } from "./line";
import { beLive, goOn, showArrivals } from "./live";
import { copy, openMenu, share, shutMenu, watchMenus } from "./menu";
import { mutedPlace } from "./muting";
import * as reading from "./reading";
import { noteVisit } from "./visits";
import { letRest } from "./resting";
import { vote } from "./voting";

export { take } from "../kit";
export { aboutMe } from "./me";
export { arrive, goTo } from "./reading";

type Act = (d: Discussion, entry: Entry, pressed: HTMLElement) => unknown;

/** What happens at once: a vote's second press takes back the first, however quick it is. */
const AT_ONCE: Record<string, Act> = {
  fold,
  unclamp: (d, _, pressed) => reading.toggleClamp(d, pressed),
  to: (d, { comment }) => comment.reply_to && reading.goTo(d, comment.reply_to.id),
  up: (d, entry) => vote(d, entry, 1),
  down: (d, entry) => vote(d, entry, -1),
  menu: openMenu,
  copy,
  share: (_, entry) => share(entry),
  arrivals: showArrivals,
};

/** What fetches something first. */
const READING: Record<string, Act> = {
  sort: (d, _, { dataset }) => reading.sortBy(d, dataset["sort"] as Sort),
  more: (d) => reading.more(d, "next"),
  previous: (d) => reading.more(d, "previous"),
  replies: reading.moreReplies,
};

/** What comes with the composer. All else comes with what is done rarely. */
const WRITING = ["reply", "edit"];

const TICK_MS = 20_000;

const ready = new WeakSet<Discussion>();
/** Do what `pressed` is for, by its `data-do`. Rejects if something did not load. */
export async function act(d: Discussion, pressed: HTMLElement): Promise<void> {
  const does = pressed.dataset["do"] ?? "";
  const id = pressed.closest<HTMLElement>("[data-id]")?.dataset["id"] ?? "";
  // The buttons around the list belong to no comment, and ask for none.
  const entry = d.thread.entry(id) as Entry;
  const inMenu = pressed.closest(".menu-list");
  // Whatever is chosen, the menu is done; only “Copied” is said in it.
  const chosen = (): void => {
    if (inMenu && does !== "copy") shutMenu(d)?.focus();
  };
  if (AT_ONCE[does]) {
    chosen();
    await AT_ONCE[does](d, entry, pressed);
    return;
  }
  // A second press meanwhile is none.
  pressed.ariaDisabled = "true";
  try {
    const doing = READING[does] ?? (await later(d, WRITING.includes(does) ? "writing" : "further")).acts[does];
    chosen();
    if (id) forgive(d, entry);
    await doing?.(d, entry, pressed);
  } catch (fault) {
    if (!inMenu) throw fault;
    chosen();
    complain(d, entry, d.words.say(Key.moreFailed));
  } finally {
    pressed.ariaDisabled = null;
  }
}

/** Unfold the composer at the top. Rejects if it did not load. */
export async function openComposer(d: Discussion): Promise<void> {
  (await later(d, "writing")).openComposer(d);
}

/**
 * Styles, and all that goes on by itself. Nothing moves under a reader's eyes.
 * Before anything is drawn, only whom the reader does not want to hear.
 */
export function prepare(d: Discussion): void {
  if (ready.has(d)) return;
  // Other languages have had all their words from the start.
  d.words.add(acting);
  d.instead = (entry) => entry.wayBack?.() ?? mutedPlace(d, entry);
  // The type says it is there, and before the first page is, it is not.
  if (!(d.thread as Thread | undefined)) return;
  ready.add(d);
  adopt(d.root, css);
  const ticking = setInterval(() => {
    reading.tick(d);
    countDown(d);
    goOn(d);
  }, TICK_MS);
  const { signal } = d.ended;
  signal.addEventListener("abort", () => clearInterval(ticking));
  // Find-in-page scrolls inside a shortened comment to what it has found.
  for (const reached of ["focusin", "scroll"]) {
    d.frame.box.addEventListener(reached, ({ target }) => reading.openReached(d, target), true);
  }
  letRest(d);
  watchMenus(d);
  beginLine(d);
  drawBar(d);
  noteVisit(d);
  beLive(d);
}
