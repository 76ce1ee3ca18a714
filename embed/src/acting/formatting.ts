/** Puts Markdown's marks around what is selected, so that the browser's own undo takes them back. */

import type { Discussion } from "../discussion";
import { h, icon } from "../dom";
import * as icons from "../icons";

interface Mark {
  name: "bold" | "italic" | "link" | "quote" | "code";
  drawing: string;
  /** Pressed with Ctrl or ⌘. */
  key?: string;
  apply(selected: string): Marked;
}

interface Marked {
  text: string;
  /** What is selected afterwards, from the start of `text`. */
  from: number;
  to: number;
}

function around(selected: string, before: string, after = before): Marked {
  return { text: before + selected + after, from: before.length, to: before.length + selected.length };
}

export const MARKS: Mark[] = [
  { name: "bold", drawing: icons.BOLD, key: "b", apply: (text) => around(text, "**") },
  { name: "italic", drawing: icons.ITALIC, key: "i", apply: (text) => around(text, "_") },
  { name: "link", drawing: icons.LINK, key: "k", apply: linked },
  { name: "quote", drawing: icons.QUOTE, apply: quoted },
  { name: "code", drawing: icons.CODE, apply: (text) => (text.includes("\n") ? around(text, "```\n", "\n```\n") : around(text, "`")) },
];

/** A link with its text or its address still to be typed: that part is selected. */
function linked(selected: string): Marked {
  if (/^https?:\/\/\S+$/.test(selected)) return { text: `[](${selected})`, from: 1, to: 1 };
  return { text: `[${selected}](https://)`, from: selected.length + 3, to: selected.length + 11 };
}

function quoted(selected: string): Marked {
  const text = `${selected.replace(/^/gm, "> ")}${selected ? "\n\n" : ""}`;
  return { text, from: text.length, to: text.length };
}

export function toolbar({ words }: Discussion, area: HTMLTextAreaElement): HTMLElement {
  const buttons = MARKS.map((mark) => {
    const label = words.say(mark.name);
    const button = h("button", { type: "button", class: "tool", "aria-label": label, title: label }, icon(mark.drawing));
    button.addEventListener("click", () => put(mark, area));
    return button;
  });
  return h("span", { class: "tools", role: "group", "aria-label": words.say("formatting") }, ...buttons);
}

/** Whether the key was one of ours. */
export function formatByKey(event: KeyboardEvent, area: HTMLTextAreaElement): boolean {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return false;
  const mark = MARKS.find(({ key }) => key === event.key.toLowerCase());
  if (mark) put(mark, area);
  return !!mark;
}

function put(mark: Mark, area: HTMLTextAreaElement): void {
  const start = area.selectionStart;
  const { text, from, to } = mark.apply(area.value.slice(start, area.selectionEnd));
  insert(area, text);
  area.setSelectionRange(start + from, start + to);
}

/** Replace the selection. Typed rather than set: only so can the reader undo it. */
function insert(area: HTMLTextAreaElement, text: string): void {
  area.focus();
  if (document.execCommand("insertText", false, text)) return;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}
