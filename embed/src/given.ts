/** Reads the answer that a page may hold already: the service puts it beside the discussion that it draws for others' pages. */

import type { Page } from "./options";
import type { ThreadPage } from "./types";

/** `text` as an answer about `page`. Undefined if there is none, if it is broken, or about another page. */
export function givenPage(text: string | undefined, page: Page): ThreadPage | undefined {
  try {
    const given = JSON.parse(text ?? "") as ThreadPage;
    // An identifier leads to its discussion whatever the address.
    if (Array.isArray(given.comments) && (page.identifier || given.thread.url === page.url)) return given;
  } catch {
    // As if there were none.
  }
  return undefined;
}
