/** Write and Preview: two tabs over one box. The service renders, so that what is shown is what will be stored. */

import type { Discussion } from "../discussion";
import { change, h } from "../dom";
import { reasonOf } from "../faults";
import { fragment } from "../html";
import { Key } from "../i18n/keys";
import { send } from "./asking";

export class Preview {
  readonly tabs: HTMLElement;
  readonly panel: HTMLElement;
  private readonly _both: HTMLButtonElement[];
  private _asked = 0;

  constructor(
    private readonly _d: Discussion,
    private readonly _area: HTMLTextAreaElement,
    suffix: string,
    private readonly _changed: (shown: boolean) => void,
  ) {
    const { words } = _d;
    const id = `preview-${suffix}`;
    const tab = (preview: boolean): HTMLButtonElement => {
      const attributes = { type: "button", class: "tab", role: "tab", "aria-controls": preview ? id : _area.id };
      const made = h("button", attributes, words.say(preview ? Key.previewTab : Key.writeTab));
      made.onclick = () => this.select(preview);
      return made;
    };
    this._both = [tab(false), tab(true)];
    this.panel = h("div", { class: "preview body", role: "tabpanel", id, "aria-label": words.say(Key.previewTab), tabindex: 0, dir: "auto", hidden: true });
    this.tabs = h("span", { role: "tablist" }, ...this._both);
    this.tabs.onkeydown = (event) => {
      if (!/^Arrow(Left|Right)$/.test(event.key)) return;
      event.preventDefault();
      this.select(!!this.panel.hidden)?.focus();
    };
    this.select(false);
  }

  /** Show the preview, or the text. Returns the tab of what is shown. */
  select(preview: boolean): HTMLElement | undefined {
    const { panel, _area, _both } = this;
    const switched = panel.hidden === preview;
    panel.hidden = !preview;
    _area.hidden = preview;
    _both.forEach((tab, at) => {
      const selected = !!at === preview;
      change(tab, { "aria-selected": `${selected}`, tabindex: selected ? 0 : -1 });
    });
    if (switched) this._changed(preview);
    if (preview) void this._fill();
    return _both[Number(preview)];
  }

  private async _fill(): Promise<void> {
    const { words } = this._d;
    const turn = ++this._asked;
    const { value } = this._area;
    const told = (look: string, text: string): HTMLElement => h("p", { class: look }, text);
    this.panel.replaceChildren(told("hint", words.say(value.trim() ? Key.previewWaits : Key.previewEmpty)));
    if (!value.trim()) return;
    let shown: Node;
    try {
      shown = fragment((await send<{ html: string }>(this._d, "POST", "preview", { body: value })).html);
    } catch (fault) {
      shown = told("error-text", reasonOf(words, fault, Key.notLoaded));
    }
    if (turn === this._asked) this.panel.replaceChildren(shown);
  }
}
