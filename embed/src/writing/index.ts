/** The composer, to post, to answer and to edit: fetched when it is first used. */

import type { Discussion } from "../discussion";
import { writing } from "../i18n/english";
import { adopt } from "../styles";
import forms from "../styles/forms.css";
import type { Entry } from "../thread";
import { edit } from "./editing";
import { reply } from "./replying";
import css from "./writing.css";

export { take as takeMore } from "../acting/kit";
export { take } from "../kit";
export { openComposer } from "./top";

/** By `data-do`; see acting/index.ts. */
export const acts: Record<string, (d: Discussion, entry: Entry) => unknown> = { reply, edit };

const ready = new WeakSet<Discussion>();

/** Words and styles, once. */
export function prepare(d: Discussion): void {
  if (ready.has(d)) return;
  ready.add(d);
  d.words.add(writing);
  adopt(d.root, forms + css);
}
