/** Takes over what the service has drawn into the page (`GET /d/{site}/fragment`), without moving anything. */

import type { Discussion } from "../discussion";

/** What is made to be pressed: links to our own pages there, ours here, in the same places and as large. */
const PRESSED = ".time, .to, .actions, .fold, .more";

/** Make an item ours. Its texts stay as they are, long ones too, with what is selected or has the focus in them. */
export function takeOver(d: Discussion, theirs: HTMLElement, ours: HTMLElement): void {
  const fresh = ours.querySelectorAll<HTMLElement>(PRESSED);
  const old = theirs.querySelectorAll<HTMLElement>(PRESSED);
  if (fresh.length !== old.length) theirs.replaceWith(ours);
  else old.forEach((part, at) => exchange(d, part, fresh[at] as HTMLElement));
}

/** Put `fresh` where `old` is; the focus stays on the same link or button. */
function exchange({ root }: Discussion, old: HTMLElement, fresh: HTMLElement): void {
  const at = controls(old).findIndex((control) => control === root.activeElement);
  old.replaceWith(fresh);
  controls(fresh)[at]?.focus({ preventScroll: true });
}

function controls(part: HTMLElement): HTMLElement[] {
  return [part, ...part.querySelectorAll<HTMLElement>("a, button")];
}
