/** The part of the widget that acts on a comment: voting, deleting, the menu, reporting. Fetched when idle or on first use. */

import type { Discussion } from "../discussion";
import { acting } from "../i18n/en";
import { adopt } from "../styles";
import type { Entry } from "../thread";
import css from "./act.css";
import { openMenu } from "./menu";
import { remove, restore } from "./removing";
import { vote } from "./voting";

type Act = (d: Discussion, entry: Entry, pressed: HTMLElement) => void;

const ACTS: Record<string, Act> = {
  up: (d, entry) => vote(d, entry, 1),
  down: (d, entry) => vote(d, entry, -1),
  delete: (d, entry) => void remove(d, entry),
  undo: (d, entry) => void restore(d, entry),
  menu: openMenu,
};

const ready = new WeakSet<Discussion>();

/** Do what the button `pressed` is for, by its `data-do`. Failures are told where they belong. */
export function act(d: Discussion, does: string, entry: Entry, pressed: HTMLElement): void {
  if (!ready.has(d)) {
    ready.add(d);
    d.words.add(acting);
    adopt(d.root, css);
  }
  ACTS[does]?.(d, entry, pressed);
}
