/**
 * What the loader hands to the chunks, so that no code of a page is there twice and no state apart.
 * In a chunk, the build puts what `take` was given in the place of the modules below: a chunk imports from them as ever.
 */

import { button, change, h, icon, nextFrame } from "./dom";
import { fragment } from "./html";
import { forget, keep, recall } from "./store";
import { adopt } from "./styles";
import { isPublic, publicBelow } from "./thread";
import { avatar } from "./view/avatar";
import { shorten } from "./view/clamp";
import { actions, DEEPEST, foldButton, isWaiting, item, place, quiet, replies } from "./view/comment";
import { drawComposer, drawHead, notice } from "./view/frame";
import { drawItems, drawList, drawMore, inSlices, itemOf } from "./view/list";

// By their order: names would stand in both files.
export const kit = [
  actions, adopt, avatar, button, change, DEEPEST, drawComposer, drawHead, drawItems, drawList, drawMore, foldButton, forget, fragment, h, icon, inSlices, isPublic, isWaiting,
  item, itemOf, keep, nextFrame, notice, place, publicBelow, quiet, recall, replies, shorten,
] as const;

/** Called with `kit` before anything else of a chunk is. Does nothing where all is one piece, as in unit tests. */
export function take(_: typeof kit): void {}
