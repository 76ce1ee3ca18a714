/** Fetches what comes when it is first used, and hands it what is here. */

import type { Discussion } from "../discussion";
import { kit } from "./kit";

interface Parts {
  /** The composer, to post, to answer and to edit. */
  writing: typeof import("../writing/index");
  /** What is done rarely. */
  further: typeof import("../further/index");
}

/** Rejects if it cannot be fetched; asking again tries again. */
export async function later<Name extends keyof Parts>(d: Discussion, name: Name): Promise<Parts[Name]> {
  const part = await d.chunk<Parts[Name]>(name);
  part.takeMore(kit);
  return part;
}
