/** What the page's owner laid down, from attributes: `site` or `data-site`, and so on. */

import type { Sort } from "./types";

export const NAMES = ["host", "site", "url", "identifier", "title", "theme", "lang", "sort", "loading", "heading", "paging"] as const;
export type Name = (typeof NAMES)[number];
export type Options = { [Option in Name]?: string | undefined };

/** Attributes of the element that mean something to it. A bare `title` would be a tooltip over the whole discussion. */
export const ATTRIBUTES = NAMES.flatMap((name) => (name === "title" ? ["data-title"] : [name, `data-${name}`]));

export interface Page {
  url: string;
  identifier: string | null;
  title: string | null;
}

export function optionsOf(element: Element): Options {
  const options: Options = {};
  for (const name of NAMES) {
    const value = element.getAttribute(`data-${name}`) ?? (name === "title" ? null : element.getAttribute(name));
    if (value !== null) options[name] = value.trim();
  }
  return options;
}

/** The page that is discussed: by what its owner says, else by its canonical link, else by where we are. */
export function pageOf(options: Options): Page {
  const canonical = document.querySelector<HTMLLinkElement>('link[rel~="canonical" i][href]')?.href;
  const url = options.url ? absolute(options.url) : (canonical ?? location.href);
  return {
    // A fragment is a place on the page, except in `#!` addresses, where it is the page.
    url: url.replace(/#(?!!).*/, ""),
    identifier: options.identifier || null,
    title: options.title || document.title || null,
  };
}

function absolute(url: string): string {
  try {
    return new URL(url, document.baseURI).href;
  } catch {
    return url;
  }
}

export function isSort(text: string | null | undefined): text is Sort {
  return text === "best" || text === "newest" || text === "oldest";
}

/** The level of the widget's own heading: 2 unless the page says otherwise (`h3`, `3`), at most 5. */
export function headingLevel(options: Options): number {
  return Number(/^h?([1-5])$/i.exec(options.heading ?? "")?.[1] ?? 2);
}

/** The page's language for this element: its own word, the nearest `lang` above it, English. */
export function languageOf(element: Element, options: Options): string {
  for (let at: Element | undefined = element; at && !options.lang; at = above(at)) {
    const tag = at.getAttribute("lang");
    if (tag) return tag;
  }
  return options.lang || "en";
}

function above(element: Element): Element | undefined {
  return element.parentElement ?? (element.getRootNode() as Partial<ShadowRoot>).host;
}

/** Where the service is, from the address of its `embed.js`. */
export function hostOf(script: string): string {
  return new URL(".", script).href.replace(/\/$/, "");
}
