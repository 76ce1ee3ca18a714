/** What to tell a reader about something that did not work. Holds no state. */

import { Key } from "./i18n/keys";
import type { Words } from "./i18n/words";

/** The refusals that have a sentence of their own in every language; those of what somebody writes are in writing/problems.ts. */
export const OUR_WORDS: Record<string, Key> = {
  "already-decided": Key.commentGone,
  "comment-unknown": Key.commentGone,
  "edit-window-over": Key.windowOver,
};

/**
 * Our words for a refusal where we have them; else the service's, which are English, to who reads English; else `otherwise`,
 * as where it did not answer, or not understandably.
 */
export function reasonOf(words: Words, fault: unknown, otherwise: Key): string {
  const { status = 0, code = "", message } = fault as { status?: number; code?: string; message?: string };
  const ours = OUR_WORDS[code];
  const refused = !ours && status >= 400 && status < 500 && words.locale.startsWith("en") && message;
  return refused || words.say(ours ?? otherwise);
}
