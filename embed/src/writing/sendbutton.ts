/** The filled button: keeps its width and the focus while it sends, and counts down when it must wait. */

import { change, h } from "../dom";
import { Key } from "../i18n/keys";
import type { Words } from "../i18n/words";

const SLOW_AFTER_MS = 4000;

export interface SendButton {
  /** With `aria-disabled` while it cannot be pressed. */
  element: HTMLElement;
  /** Returns what ends the sending. `slow` is called if that takes long. */
  start(slow: () => void): () => void;
  /** Cannot be pressed for so many seconds; then `over` is called. */
  countDown(seconds: number, over: () => void): void;
}

export function sendButton(words: Words, label: string): SendButton {
  let timer: ReturnType<typeof setInterval> | undefined;
  const seconds = h("span");
  // All three texts lie over each other: the button is as wide as the longest, always.
  const element = h("button", { class: "button button--primary send-button" }, h("span", {}, label), h("span", {}, words.say(Key.sending)), seconds);
  const show = (text: "label" | "sending" | "seconds"): void => change(element, { "data-shown": text, "aria-disabled": text !== "label" && "true" });
  show("label");
  return {
    element,
    start(slow) {
      show("sending");
      const waiting = setTimeout(slow, SLOW_AFTER_MS);
      return () => {
        clearTimeout(waiting);
        // A refusal may have begun to count down meanwhile.
        if (!timer) show("label");
      };
    },
    countDown(n, over) {
      const end = Date.now() + n * 1000;
      const tick = (): void => {
        const left = Math.ceil((end - Date.now()) / 1000);
        seconds.textContent = words.say(Key.secondsLeft, { n: left });
        if (left > 0) return;
        clearInterval(timer);
        timer = undefined;
        show("label");
        over();
      };
      timer = setInterval(tick, 1000);
      show("seconds");
      tick();
    },
  };
}
