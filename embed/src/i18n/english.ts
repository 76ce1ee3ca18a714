/** English, in its places: the first sentences are in embed.js, the others come with what says them. */

import * as english from "./en";
import { inPlace } from "./words";

export const first = inPlace(english.reading);
export const acting = inPlace(english.acting);
export const writing = inPlace(english.writing);
export const further = inPlace(english.further);
