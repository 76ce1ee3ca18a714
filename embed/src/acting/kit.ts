/**
 * What this part hands to those that come after it, as the loader's kit.ts does. Of its own modules functions only: they are
 * there before any of them has run. No two have one name.
 */

import { OUR_WORDS, reasonOf } from "../faults";
import { onIdentity, send, tellIdentity } from "./asking";
import { inBar } from "./bar";
import { complain, focusAction, insert, placeOf, redraw, redrawActions, redrawReplies, shown, unfoldTo, update } from "./changing";
import { addOwn, addReplies } from "./growing";
import { draftName, recalled } from "./keeping";
import { isMuted, mutedIn } from "./muting";
import { button, errorText, field } from "./parts";
import { arrive } from "./reading";
import { clearNotices, countChanged, focusOn, say } from "./telling";

export const kit = [
  addOwn, addReplies, arrive, button, clearNotices, complain, countChanged, draftName, errorText, field, focusAction, focusOn, inBar, insert, isMuted, mutedIn, onIdentity,
  OUR_WORDS, placeOf, reasonOf, recalled, redraw, redrawActions, redrawReplies, say, send, shown, tellIdentity, unfoldTo, update,
] as const;

/** See the loader's. */
export function take(_: typeof kit): void {}
