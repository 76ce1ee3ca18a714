/** English, in its places: the first sentences are in embed.js, the others come with what says them. */

import { acting, reading } from "./en";
import { inPlace } from "./words";

export const first = inPlace(reading);
export const further = inPlace(acting);
