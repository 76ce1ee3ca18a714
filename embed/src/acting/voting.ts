/** Votes: shown at once, counted when the service says so. */

import type { Discussion } from "../discussion";
import { reasonOf } from "../faults";
import type { Entry } from "../thread";
import type { Score } from "../types";
import { send as ask } from "./asking";
import { redrawActions } from "./changing";

interface Turn {
  /** What the service has, as far as we know. */
  stored: number;
  sending: boolean;
}

const turns = new WeakMap<Entry, Turn>();

/** Press an arrow: the pressed one takes the vote back, the other one changes it. */
export function vote(d: Discussion, entry: Entry, arrow: 1 | -1): void {
  const turn = turns.get(entry) ?? { stored: entry.vote, sending: false };
  turns.set(entry, turn);
  entry.vote = entry.vote === arrow ? 0 : arrow;
  redrawActions(d, entry);
  if (!turn.sending) void send(d, entry, turn);
}

/** One request at a time: a double click is on and off, never two votes that overtake each other. */
async function send(d: Discussion, entry: Entry, turn: Turn): Promise<void> {
  const { words } = d;
  turn.sending = true;
  try {
    while (entry.vote !== turn.stored) {
      const value = entry.vote;
      const { score, upvotes, downvotes } = await ask<Score>(d, "PUT", `comments/${entry.comment.id}/vote`, { value });
      turn.stored = value;
      Object.assign(entry.comment, { score, upvotes, downvotes });
    }
    d.say(words.say("votes", { n: entry.comment.score }));
  } catch (fault) {
    entry.vote = turn.stored;
    d.say(reasonOf(fault, words.say("voteFailed")));
  } finally {
    turn.sending = false;
    redrawActions(d, entry);
  }
}
