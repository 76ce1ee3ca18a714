/** Authors that this reader does not want to hear: kept in this browser, for this site. */

import type { Discussion } from "../discussion";
import { h } from "../dom";
import { Key } from "../i18n/keys";
import { keep, recall } from "../store";
import type { Entry } from "../thread";
import type { Author } from "../types";
import { quiet } from "../view/comment";
import { focusAction, redraw } from "./changing";
import { focusOn, say } from "./telling";

export function isMuted(d: Discussion, author: Author | null): boolean {
  return !!author && mutedIn(d).includes(author.id);
}

/** What stands in the place of a comment that is not to be shown. */
export function mutedPlace(d: Discussion, { comment }: Entry): HTMLElement | undefined {
  const { id, author } = comment;
  if (!isMuted(d, author)) return undefined;
  const words = d.words.parts(Key.muted, { name: h("bdi", {}, author?.name ?? "") });
  const again = h("button", { type: "button", class: "link-button", "data-do": "unmute" }, d.words.say(Key.unmute));
  return quiet(id, ...words, " ", again);
}

export function mute(d: Discussion, entry: Entry): void {
  const { author } = entry.comment;
  if (!author) return;
  store(d, [...mutedIn(d), author.id]);
  redrawAllOf(d, author);
  focusAction(d, entry, "unmute");
  say(d, d.words.say(Key.muted, { name: author.name }));
}

export function unmute(d: Discussion, entry: Entry): void {
  const { author } = entry.comment;
  if (!author) return;
  store(d, mutedIn(d).filter((id) => id !== author.id));
  redrawAllOf(d, author);
  focusOn(d, entry);
}

function redrawAllOf(d: Discussion, author: Author): void {
  for (const entry of d.thread.entries) if (entry.comment.author?.id === author.id) redraw(d, entry);
}

function mutedIn(d: Discussion): string[] {
  return (recall(d.storageKey("muted")) ?? "").split(" ");
}

function store(d: Discussion, ids: string[]): void {
  keep(d.storageKey("muted"), ids.join(" "));
}
