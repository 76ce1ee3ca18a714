/** Mutes authors, and takes that back. */

import { focusAction, redraw } from "../acting/changing";
import { mutedIn } from "../acting/muting";
import { focusOn, say } from "../acting/telling";
import type { Discussion } from "../discussion";
import { Key } from "../i18n/keys";
import { keep } from "../store";
import type { Entry } from "../thread";
import type { Author } from "../types";

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
  // It is not so any more.
  say(d, "");
}

function redrawAllOf(d: Discussion, author: Author): void {
  for (const entry of d.thread.entries) if (entry.comment.author?.id === author.id) redraw(d, entry);
}

function store(d: Discussion, ids: string[]): void {
  keep(d.storageKey("muted"), ids.join(" "));
}
