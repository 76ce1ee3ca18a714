/** What is done rarely: fetched when it is first done, and handed what the part for acting has. */

import type { Discussion } from "../discussion";
import { further } from "../i18n/english";
import { adopt } from "../styles";
import forms from "../styles/forms.css";
import type { Entry } from "../thread";
import { leaveBranch, openBranch } from "./branch";
import { nextNew } from "./fresh";
import css from "./further.css";
import { mute, unmute } from "./muting";
import { remove, restore } from "./removing";
import { openReport } from "./report";

export { take as takeMore } from "../acting/kit";
export { take } from "../kit";
export { reveal } from "./branch";
export { markNew } from "./fresh";
export { missed } from "./missed";

/** By `data-do`; see acting/index.ts. */
export const acts: Record<string, (d: Discussion, entry: Entry) => unknown> = {
  branch: openBranch,
  all: leaveBranch,
  delete: remove,
  undo: restore,
  report: openReport,
  mute,
  unmute,
  newSince: nextNew,
};

const ready = new WeakSet<Discussion>();

/** Words and styles, once. */
export function prepare(d: Discussion): void {
  if (ready.has(d)) return;
  ready.add(d);
  d.words.add(further);
  adopt(d.root, forms + css);
}
