/** Puts Markdown's marks around what is selected, so that the browser's own undo takes them back. */

import { button } from "../acting/parts";
import type { Discussion } from "../discussion";
import { h, icon } from "../dom";
import { Key } from "../i18n/keys";
import * as icons from "../icons";

interface Mark {
  name: Key;
  drawing: string;
  /** Pressed with Ctrl or ⌘. */
  key?: string;
  apply(selected: string): Marked;
}

/** A text, and which part of it is selected afterwards. */
type Marked = [text: string, from: number, to: number];

function around(selected: string, before: string, after = before): Marked {
  return [before + selected + after, before.length, before.length + selected.length];
}

export const MARKS: Mark[] = [
  { name: Key.bold, drawing: icons.BOLD, key: "b", apply: (text) => around(text, "**") },
  { name: Key.italic, drawing: icons.ITALIC, key: "i", apply: (text) => around(text, "_") },
  { name: Key.link, drawing: icons.LINK, key: "k", apply: linked },
  { name: Key.quote, drawing: icons.QUOTE, apply: quoted },
  { name: Key.code, drawing: icons.CODE, apply: (text) => (text.includes("\n") ? around(text, "```\n", "\n```\n") : around(text, "`")) },
];

/** A link with its text or its address still to be typed: that part is selected. */
function linked(selected: string): Marked {
  if (isAddress(selected)) return [`[](${selected})`, 1, 1];
  return [`[${selected}](https://)`, selected.length + 3, selected.length + 11];
}

function quoted(selected: string): Marked {
  const text = `${selected.replace(/^/gm, "> ")}${selected ? "\n\n" : ""}`;
  return [text, text.length, text.length];
}

function isAddress(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text);
}

/** The link that `pasted` makes of what is selected, if it makes one; parentheses would end its address. */
export function linkOver(selected: string, pasted: string): string | undefined {
  if (!selected.trim() || /[\n[\]]/.test(selected) || isAddress(selected) || !isAddress(pasted)) return undefined;
  return `[${selected}](${pasted.replaceAll("(", "%28").replaceAll(")", "%29")})`;
}

export function toolbar({ words }: Discussion, area: HTMLTextAreaElement): HTMLElement {
  const buttons = MARKS.map((mark) => {
    const label = words.say(mark.name);
    const made = button("tool", () => put(mark, area), icon(mark.drawing));
    made.ariaLabel = made.title = label;
    return made;
  });
  return h("span", { class: "tools", role: "group", "aria-label": words.say(Key.formatting) }, ...buttons);
}

/** Hear the keys, and what is pasted: a link over a selection makes a link of it. Calls `refused` for a picture. */
export function listen(area: HTMLTextAreaElement, refused: () => void): void {
  area.onkeydown = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const mark = MARKS.find(({ key }) => key === event.key.toLowerCase());
    if (!mark) return;
    put(mark, area);
    event.preventDefault();
    event.stopPropagation();
  };
  area.onpaste = (event) => {
    const { clipboardData } = event;
    const pasted = clipboardData?.getData("text/plain").trim() ?? "";
    const link = linkOver(selectedIn(area), pasted);
    const picture = !pasted && [...(clipboardData?.files ?? [])].some(({ type }) => type.startsWith("image/"));
    if (link) insert(area, link);
    else if (picture) refused();
    else return;
    event.preventDefault();
  };
}

function selectedIn({ value, selectionStart, selectionEnd }: HTMLTextAreaElement): string {
  return value.slice(selectionStart, selectionEnd);
}

function put(mark: Mark, area: HTMLTextAreaElement): void {
  const start = area.selectionStart;
  const [text, from, to] = mark.apply(selectedIn(area));
  insert(area, text);
  area.setSelectionRange(start + from, start + to);
}

/** Replace the selection. Typed rather than set: only so can the reader undo it. */
function insert(area: HTMLTextAreaElement, text: string): void {
  area.focus();
  if (document.execCommand("insertText", false, text)) return;
  area.setRangeText(text);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}
