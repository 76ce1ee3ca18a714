/** The filled button: keeps its width and the focus while it sends, and counts down when it must wait. */

import { change, h } from "../dom";
import { Key } from "../i18n/keys";
import type { Words } from "../i18n/words";

const SLOW_AFTER_MS = 4000;

export class SendButton {
  readonly element: HTMLButtonElement;
  private readonly _seconds = h("span");
  private _timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly _words: Words,
    label: string,
  ) {
    // All three texts lie over each other: the button is as wide as the longest, always.
    const texts = [h("span", {}, label), h("span", {}, _words.say(Key.sending)), this._seconds];
    this.element = h("button", { class: "button button--primary send-button" }, ...texts);
    this._show("label");
  }

  get busy(): boolean {
    return !!this.element.ariaDisabled;
  }

  /** Returns what ends the sending. `slow` is called if that takes long. */
  start(slow: () => void): () => void {
    this._show("sending");
    const timer = setTimeout(slow, SLOW_AFTER_MS);
    return () => {
      clearTimeout(timer);
      // A refusal may have begun to count down meanwhile.
      if (!this._timer) this._show("label");
    };
  }

  countDown(seconds: number, over: () => void): void {
    const end = Date.now() + seconds * 1000;
    const tick = (): void => {
      const left = Math.ceil((end - Date.now()) / 1000);
      this._seconds.textContent = this._words.say(Key.secondsLeft, { n: left });
      if (left > 0) return;
      clearInterval(this._timer);
      this._timer = undefined;
      this._show("label");
      over();
    };
    this._timer = setInterval(tick, 1000);
    this._show("seconds");
    tick();
  }

  /** One of the three texts; only with the first it can be pressed. */
  private _show(text: "label" | "sending" | "seconds"): void {
    change(this.element, { "data-shown": text, "aria-disabled": text === "label" ? null : "true" });
  }
}
