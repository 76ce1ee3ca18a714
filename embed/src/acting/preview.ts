/** Write and Preview: two tabs over one box. The service renders, so that what is shown is what will be stored. */

import type { Discussion } from "../discussion";
import { change, h } from "../dom";
import { reasonOf } from "../faults";
import { fragment } from "../html";
import { send } from "./asking";

export class Preview {
  readonly tabs: HTMLElement;
  readonly panel: HTMLElement;
  private readonly writing: HTMLButtonElement;
  private readonly looking: HTMLButtonElement;
  private asked = 0;

  constructor(
    private readonly d: Discussion,
    private readonly area: HTMLTextAreaElement,
    suffix: string,
    private readonly changed: (shown: boolean) => void,
  ) {
    const { words } = d;
    this.panel = h("div", { class: "preview body", role: "tabpanel", id: `preview-${suffix}`, tabindex: 0, dir: "auto", hidden: true });
    this.writing = this.tab(words.say("writeTab"), area.id, `write-tab-${suffix}`);
    this.looking = this.tab(words.say("previewTab"), this.panel.id, `preview-tab-${suffix}`);
    change(this.panel, { "aria-labelledby": this.looking.id });
    this.tabs = h("span", { role: "tablist" }, this.writing, this.looking);
    this.tabs.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      event.preventDefault();
      this.select(!!this.panel.hidden).focus();
    });
    this.writing.addEventListener("click", () => this.select(false));
    this.looking.addEventListener("click", () => this.select(true));
    this.select(false);
  }

  hide(): void {
    if (!this.panel.hidden) this.select(false);
  }

  private tab(label: string, controls: string, id: string): HTMLButtonElement {
    return h("button", { type: "button", class: "tab", role: "tab", id, "aria-controls": controls }, label);
  }

  private select(preview: boolean): HTMLElement {
    const { writing, looking, panel, area } = this;
    const switched = panel.hidden === preview;
    panel.hidden = !preview;
    area.hidden = preview;
    for (const tab of [writing, looking]) {
      const selected = (tab === looking) === preview;
      change(tab, { "aria-selected": `${selected}`, tabindex: selected ? 0 : -1 });
    }
    panel.closest(".composer-box")?.classList.toggle("is-preview", preview);
    if (switched) this.changed(preview);
    if (preview) void this.fill();
    return preview ? looking : writing;
  }

  private async fill(): Promise<void> {
    const { d, panel, area } = this;
    const { words } = d;
    const turn = ++this.asked;
    if (!area.value.trim()) {
      panel.replaceChildren(h("p", { class: "hint" }, words.say("previewEmpty")));
      return;
    }
    panel.replaceChildren(h("p", { class: "hint" }, words.say("previewWaits")));
    try {
      const { html } = await send<{ html: string }>(d, "POST", "preview", { body: area.value });
      if (turn === this.asked) panel.replaceChildren(fragment(html));
    } catch (fault) {
      const text = reasonOf(fault, words.say("notLoaded"));
      if (turn === this.asked) panel.replaceChildren(h("p", { class: "error-text" }, text));
    }
  }
}
