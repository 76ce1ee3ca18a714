/** Makes elements without ever parsing a string as HTML. */

export type Child = Node | string | null | undefined | false;
export type Attributes = Record<string, string | number | boolean | null | undefined>;

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (`true` is an empty one; `false`, `null`, `undefined` are left out) and children. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  change(element, attributes);
  element.append(...children.filter((child): child is Node | string => !!child));
  return element;
}

/** A button that does something with `data-do`, see gestures.ts; a `name` of null is no class. */
export function button(does: string, name: string | null, attributes: Attributes, ...children: Child[]): HTMLButtonElement {
  return h("button", { type: "button", class: name, "data-do": does, ...attributes }, ...children);
}

export function change(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** One of the drawings in icons.ts, for decoration: what it means must stand beside it in words or in a label. */
export function icon(path: string, name = "icon"): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  change(svg, { class: name, viewBox: name === "icon" ? "0 0 16 16" : "0 0 72 44", "aria-hidden": "true" });
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** Resolves when what was changed is laid out and painted, in a tab that nobody sees after a moment. */
export function nextFrame(): Promise<unknown> {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 200);
  });
}

/** Resolves in a task of its own, painted or not. */
export function nextTask(): Promise<unknown> {
  return new Promise((done) => setTimeout(done));
}

/** Run `work` when the browser has nothing better to do. */
export function whenIdle(work: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(work, { timeout: 4000 });
  else setTimeout(work, 1500);
}
