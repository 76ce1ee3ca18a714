/** Authors that this reader does not want to hear: kept in this browser, for this site. */

import type { Discussion } from "../discussion";
import { button, h } from "../dom";
import { Key } from "../i18n/keys";
import { recall } from "../store";
import type { Entry } from "../thread";
import type { Author } from "../types";
import { quiet } from "../view/comment";

export function isMuted(d: Discussion, author: Author | null): boolean {
  return !!author && mutedIn(d).includes(author.id);
}

/** What stands in the place of a comment that is not to be shown. */
export function mutedPlace(d: Discussion, { comment }: Entry): HTMLElement | undefined {
  const { id, author } = comment;
  if (!isMuted(d, author)) return undefined;
  const words = d.words.parts(Key.muted, { name: h("bdi", {}, author?.name ?? "") });
  const again = button("unmute", "link-button", {}, d.words.say(Key.unmute));
  return quiet(id, ...words, " ", again);
}

/** Their ids. */
export function mutedIn(d: Discussion): string[] {
  return (recall(d.storageKey("muted")) ?? "").split(" ");
}
