/** What to tell a reader about something that did not work. Holds no state. */

import { Key } from "./i18n/keys";
import type { Words } from "./i18n/words";

/** The refusals that have a sentence of their own in every language. */
export const OUR_WORDS: Record<string, Key> = {
  "already-decided": Key.commentGone,
  "body-empty": Key.emptyText,
  "comment-unknown": Key.commentGone,
  "edit-window-over": Key.windowOver,
  "email-invalid": Key.badMail,
  "name-invalid": Key.noName,
  "name-missing": Key.noName,
  "name-reserved": Key.reserved,
  "parent-not-public": Key.parentGone,
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
