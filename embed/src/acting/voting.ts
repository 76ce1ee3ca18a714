/** Votes: shown at once, counted when the service says so. */

import type { Discussion } from "../discussion";
import { change } from "../dom";
import { reasonOf } from "../faults";
import type { Entry } from "../thread";
import type { Score } from "../types";
import { send as ask } from "./asking";
import { say } from "./telling";

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
  showVote(d, entry);
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
    say(d, words.say("votes", { n: entry.comment.score }));
  } catch (fault) {
    entry.vote = turn.stored;
    say(d, reasonOf(fault, words.say("voteFailed")));
  } finally {
    turn.sending = false;
    showVote(d, entry);
  }
}

/** In the buttons that are there: one that is replaced between a finger's down and up hears no press. */
function showVote(d: Discussion, { comment, vote }: Entry): void {
  const { words } = d;
  const group = d.root.getElementById(`comment-${comment.id}`)?.querySelector(".vote");
  const [up, down] = [...(group?.querySelectorAll("button") ?? [])];
  const score = group?.querySelector(".score");
  if (!up || !down || !score) return;
  change(up, { "aria-pressed": `${vote === 1}`, "aria-label": words.say("voteUp", { n: comment.score }) });
  change(down, { "aria-pressed": `${vote === -1}` });
  score.textContent = words.number(comment.score);
}
