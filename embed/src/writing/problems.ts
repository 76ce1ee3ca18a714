/** Turns a refusal into words for the one who writes: what happened, what is safe, what to do. */

import type { Problem } from "../api";
import { OUR_WORDS } from "../faults";
import { Key } from "../i18n/keys";
import type { Words } from "../i18n/words";

const OF_TEXTS: Record<string, Key> = {
  "body-empty": Key.emptyText,
  "email-invalid": Key.badMail,
  "name-invalid": Key.noName,
  "name-missing": Key.noName,
  "name-reserved": Key.reserved,
  "parent-not-public": Key.parentGone,
};

export interface Complaint {
  text: string;
  /** The field it belongs to. */
  field?: string;
  /** Whether sending the same again may help. */
  again?: boolean;
  /** Until it may be sent again. */
  seconds?: number;
}

export function explain(words: Words, fault: unknown): Complaint {
  const { status, code, message, retryAfter, errors } = fault as Problem;
  // A fault of our own has no status: nothing was understood of the answer. 1 is none in time.
  if (!(status > 1 && status < 500)) return { text: words.say(status === 0 ? Key.offline : Key.server), again: true };
  if (status === 429) {
    const seconds = Math.max(1, retryAfter);
    return { text: words.say(Key.tooFast, { n: seconds }), seconds };
  }
  const ours = OF_TEXTS[code] ?? OUR_WORDS[code];
  const [path = "", reason] = Object.entries(errors)[0] ?? [];
  // `author.name` is the field “name”; `email-invalid` tells its field too.
  const field = [path.split(".").at(-1), code.split("-")[0]].find((name) => /^(body|name|email)$/.test(name ?? ""));
  const text = ours ? words.say(ours) : (reason ?? (field ? message : words.say(Key.refused, { reason: code === "thread-closed" ? words.say(Key.closed) : message })));
  return field ? { field, text } : { text };
}
