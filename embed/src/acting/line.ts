/** The line that the loader drew, which the first focus makes a composer (writing/top.ts). */

import type { Discussion } from "../discussion";
import { keep } from "../store";
import { drawComposer } from "../view/frame";
import { redrawActions } from "./changing";
import { draftName, recalled } from "./keeping";

/** What was kept is in it, and what is typed is kept, also while it is no composer yet. */
export function beginLine(d: Discussion): void {
  const area = d.root.querySelector<HTMLTextAreaElement>("[data-composer]");
  if (!area) return;
  const name = draftName(d, "");
  area.value ||= recalled<{ text: string }>(name)?.text ?? "";
  area.oninput = () => keep(name, JSON.stringify({ text: area.value }));
}

/** The discussion was closed or opened again: what is being written stays, and the answer to it says so. */
export function drawTop(d: Discussion): void {
  const { composer } = d.frame;
  if (!composer.contains(d.root.activeElement) && !composer.querySelector("textarea")?.value) {
    drawComposer(d);
    beginLine(d);
  }
  for (const entry of d.thread.entries) redrawActions(d, entry);
}
