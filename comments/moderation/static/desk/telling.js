// What moderators are told: one line at a time at the foot of the window, the counts, and what is not sent yet.

import { button, counted, every, one } from "./elements.js";

const SHOWN_FOR = 8_000;

const toast = one("[data-toast]", HTMLElement);
const unsent = one("[data-unsent]", HTMLElement);
let timer = 0;
/** @type {() => void} */
let leaveToast = () => {};

/**
 * Say where the focus goes if the line goes that has it.
 * @param {() => void} leave
 */
export function whenToastGoes(leave) {
  leaveToast = leave;
}

/**
 * @param {string} words
 * @param {{ label: string, run: () => void, key?: string }} [action]
 */
export function say(words, action) {
  clearTimeout(timer);
  toast.replaceChildren(words);
  if (action) toast.append(button(action.label, action.run, action.key));
  toast.hidden = false;
  timer = setTimeout(hush, SHOWN_FOR);
}

/** Take the line away; return whether there was one. */
export function hush() {
  if (toast.hidden) return false;
  if (toast.contains(document.activeElement)) leaveToast();
  toast.hidden = true;
  return true;
}

/**
 * Say how many decisions are kept here because the server does not answer; 0 takes that away.
 * @param {number} count
 * @param {() => void} sendNow
 */
export function sayUnsent(count, sendNow) {
  if (!count) {
    if (unsent.contains(document.activeElement)) leaveToast();
    unsent.hidden = true;
    return;
  }
  const why = navigator.onLine ? "the server did not answer" : "no connection";
  const what = counted(count, "1 decision is kept here and sent again.", "decisions are kept here and sent again.");
  const words = `Not sent: ${why}. ${what}`;
  unsent.hidden = false;
  if (unsent.firstChild?.textContent !== words) unsent.replaceChildren(words, button("Send now", sendNow));
}

/**
 * Show the sizes of the queues.
 * @param {{ heading?: string, sizes?: Record<string, string> }} answer
 */
export function recount({ heading, sizes }) {
  const shown = document.querySelector("[data-heading]");
  if (shown && heading) shown.textContent = heading;
  for (const place of every("[data-queue]")) {
    const size = sizes?.[place.dataset.queue ?? ""];
    if (size !== undefined) place.textContent = size;
  }
}
