/** Write and Preview: two tabs over one box. The service renders, so that what is shown is what will be stored. */

import { send } from "../acting/asking";
import { change, h } from "../dom";
import { reasonOf } from "../faults";
import { fragment } from "../html";
import { Key } from "../i18n/keys";
import type { Composer } from "./composer";

/** Returns the tabs, and what shows the preview or the text. */
export function preview(composer: Composer): { tabs: HTMLElement; select(preview: boolean): void } {
  const { d, job, area } = composer;
  const { words } = d;
  const id = `preview-${job.suffix}`;
  const panel = h("div", { class: "preview body", role: "tabpanel", id, "aria-label": words.say(Key.previewTab), tabindex: 0, dir: "auto", hidden: true });
  const both = [Key.writeTab, Key.previewTab].map((key, at) => {
    const tab = h("button", { type: "button", class: "tab", role: "tab", "aria-controls": at ? id : area.id }, words.say(key));
    tab.onclick = () => select(!!at);
    return tab;
  });
  let asked = 0;
  const fill = async (): Promise<void> => {
    const turn = ++asked;
    const body = area.value;
    panel.replaceChildren(h("p", { class: "hint" }, words.say(body.trim() ? Key.previewWaits : Key.previewEmpty)));
    if (!body.trim()) return;
    let drawn: Node;
    try {
      drawn = fragment((await send<{ html: string }>(d, "POST", "preview", { body })).html);
    } catch (fault) {
      drawn = h("p", { class: "error-text" }, reasonOf(words, fault, Key.moreFailed));
    }
    // An older answer is none.
    if (turn === asked) panel.replaceChildren(drawn);
  };
  const select = (shown: boolean): void => {
    const switched = panel.hidden === shown;
    panel.hidden = !shown;
    area.hidden = shown;
    both.forEach((tab, at) => {
      const selected = !!at === shown;
      change(tab, { "aria-selected": `${selected}`, tabindex: selected ? 0 : -1 });
    });
    if (switched) composer.hint(shown && words.say(Key.previewHint));
    if (shown) void fill();
  };
  const tabs = h("span", { role: "tablist" }, ...both);
  tabs.onkeydown = (event) => {
    if (!/^Arrow(Left|Right)$/.test(event.key)) return;
    event.preventDefault();
    select(!!panel.hidden);
    both[Number(!panel.hidden)]?.focus();
  };
  area.after(panel);
  select(false);
  return { tabs, select };
}
