/** Turns a refusal into words for the one who writes: what happened, what is safe, what to do. */

import type { Problem } from "../api";
import type { Words } from "../i18n/words";

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
  // A fault of our own has no status: nothing was understood of the answer.
  if (status === undefined || status === 1 || status >= 500) return { text: words.say("server"), again: true };
  if (status === 0) return { text: words.say("offline"), again: true };
  if (status === 429) {
    const seconds = Math.max(1, retryAfter);
    return { text: words.say("tooFast", { n: seconds }), seconds };
  }
  if (code === "edit-window-over") return { text: words.say("windowOver") };
  if (code === "parent-not-public") return { text: words.say("parentGone") };
  const [path = "", reason] = Object.entries(errors)[0] ?? [];
  // `author.name` is the field “name”; `email-invalid` tells its field too.
  const field = [path.split(".").at(-1), code.split("-")[0]].find((name) => name === "body" || name === "name" || name === "email");
  const text = inOwnWords(words, code) ?? reason;
  return field ? { field, text: text ?? message } : { text: text ?? words.say("refused", { reason: message }) };
}

/** For the refusals that have a sentence of their own in every language. */
function inOwnWords(words: Words, code: string): string | undefined {
  if (code === "name-reserved") return words.say("reserved");
  if (code === "name-missing") return words.say("noName");
  if (code === "body-empty") return words.say("emptyText");
  if (code === "email-invalid") return words.say("badMail");
  return undefined;
}
