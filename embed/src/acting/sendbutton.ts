/** The filled button: keeps its width and the focus while it sends, and counts down when it must wait. */

import { h } from "../dom";
import type { Words } from "../i18n/words";

const SLOW_AFTER_MS = 4000;

export class SendButton {
  readonly element: HTMLButtonElement;
  busy = false;
  private readonly seconds = h("span");
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly words: Words,
    label: string,
  ) {
    // All three texts lie over each other: the button is as wide as the longest, always.
    this.element = h(
      "button",
      { type: "submit", class: "button button--primary send-button", "data-shown": "label" },
      h("span", {}, label),
      h("span", {}, words.say("sending")),
      this.seconds,
    );
  }

  /** Returns what ends the sending. `slow` is called if that takes long. */
  start(slow: () => void): () => void {
    this.busy = true;
    this.show("sending");
    const timer = setTimeout(slow, SLOW_AFTER_MS);
    return () => {
      clearTimeout(timer);
      // A refusal may have begun to count down meanwhile.
      if (this.timer) return;
      this.busy = false;
      this.show("label");
    };
  }

  countDown(seconds: number, over: () => void): void {
    const end = Date.now() + seconds * 1000;
    const tick = (): void => {
      const left = Math.ceil((end - Date.now()) / 1000);
      this.seconds.textContent = this.words.say("secondsLeft", { n: left });
      if (left > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
      this.busy = false;
      this.show("label");
      over();
    };
    this.busy = true;
    this.timer = setInterval(tick, 1000);
    tick();
    this.show("seconds");
  }

  private show(what: "label" | "sending" | "seconds"): void {
    this.element.dataset["shown"] = what;
    this.element.ariaDisabled = what === "label" ? null : "true";
  }
}
