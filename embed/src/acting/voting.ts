/** Votes: shown at once, counted when the service says so. */

import type { Discussion } from "../discussion";
import { reasonOf } from "../faults";
import { Key } from "../i18n/keys";
import type { Entry } from "../thread";
import type { Score } from "../types";
import { send as ask } from "./asking";
import { placeOf } from "./changing";
import { say } from "./telling";

/** What the service has, as far as we know, of the votes that are being sent. */
const stored = new WeakMap<Entry, number>();

/** Press an arrow: the pressed one takes the vote back, the other one changes it. */
export function vote(d: Discussion, entry: Entry, arrow: 1 | -1): void {
  const before = entry.vote;
  entry.vote = before === arrow ? 0 : arrow;
  showVote(d, entry);
  if (stored.has(entry)) return;
  stored.set(entry, before);
  void send(d, entry);
}

/** One request at a time: a double click is on and off, never two votes that overtake each other. */
async function send(d: Discussion, entry: Entry): Promise<void> {
  const { words } = d;
  try {
    while (entry.vote !== stored.get(entry)) {
      const value = entry.vote;
      const { score, upvotes, downvotes } = await ask<Score>(d, "PUT", `comments/${entry.comment.id}/vote`, { value });
      stored.set(entry, value);
      Object.assign(entry.comment, { score, upvotes, downvotes });
    }
    say(d, words.say(Key.votes, { n: entry.comment.score }));
  } catch (fault) {
    entry.vote = stored.get(entry) ?? 0;
    say(d, reasonOf(words, fault, Key.voteFailed));
  }
  stored.delete(entry);
  showVote(d, entry);
}

/** In the buttons that are there: one that is replaced between a finger's down and up hears no press. */
export function showVote(d: Discussion, entry: Entry): void {
  const { words } = d;
  const n = entry.comment.score;
  const group = placeOf(d, entry)?.querySelector(".vote");
  const shown = group?.querySelector(".score");
  if (!group || !shown) return;
  shown.textContent = words.number(n);
  const [up, down] = group.querySelectorAll("button");
  (up ?? group).ariaLabel = words.say(up ? Key.voteUp : Key.votes, { n });
  if (up) up.ariaPressed = `${entry.vote === 1}`;
  if (down) down.ariaPressed = `${entry.vote === -1}`;
}
