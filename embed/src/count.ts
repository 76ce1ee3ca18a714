/**
 * The entry of `count.js`: says how many comments articles have, where a page lists them.
 * `<script async src="https://HOST/count.js" data-site="blog"></script>`
 */

import { languageNames, loadChunk } from "./chunks";
import { languageFile, localeOf } from "./i18n/languages";
import type { Plural } from "./i18n/words";
import { hostOf } from "./options";

/** The first two of each language. */
type Words = [comments: Plural, noComments: string];

/** In English, written here by the build. */
declare const COUNT_WORDS: Words;

/** A link gets words; what has `data-comments-count`, itself or inside a link, gets the number alone. */
const COUNTED = 'a[href$="#comments"]:not(:has([data-comments-count])), [data-comments-count]';
const WATCHED = ["href", "data-comments-count", "data-comments-identifier"];
/** As many as the service counts at once. */
const AT_ONCE = 100;
/** Longer addresses are refused on the way; shorter ones may be answered from a cache. */
const LONGEST_QUERY = 4_000;
/** A page that draws its list piece by piece asks once. */
const SETTLED_AFTER_MS = 50;

const script = document.currentScript as HTMLScriptElement | null;
const { site = "", host = script?.src ? hostOf(script.src) : "", lang } = script?.dataset ?? {};

const asked = new Set<string>();
const known = new Map<string, number>();
const languages = new Map<string, Promise<{ default: Words }>>();
let waiting = 0;

function look(): void {
  waiting = 0;
  const news = new Set<string>();
  for (const element of counted()) {
    const key = keyOf(element);
    // Without its words a link stays as its owner wrote it.
    if (known.has(key)) say(element, key).catch(() => undefined);
    else if (!asked.has(key)) news.add(key);
  }
  const keys = [...news];
  for (const key of keys) asked.add(key);
  while (keys.length) ask(keys.splice(0, AT_ONCE)).catch(() => undefined);
}

function counted(): NodeListOf<HTMLElement> {
  return document.querySelectorAll(COUNTED);
}

/** The page that an element counts the comments of: `identifier:…` or its address. */
function keyOf(element: HTMLElement): string {
  const identifier = element.closest<HTMLElement>("[data-comments-identifier]")?.dataset["commentsIdentifier"];
  if (identifier) return `identifier:${identifier}`;
  const here = address(location.href);
  const named = address(element.dataset["commentsCount"] || element.closest("a")?.href || here);
  const canonical = document.querySelector<HTMLLinkElement>('link[rel~="canonical" i][href]');
  return named === here && canonical ? address(canonical.href) : named;
}

/** Without its fragment, which is a place on the page, except in `#!` addresses. */
function address(url: string): string {
  try {
    return new URL(url, document.baseURI).href.replace(/#(?!!).*/, "");
  } catch {
    return url;
  }
}

/** Neither way is asked about beforehand by a browser (no preflight). */
async function ask(keys: string[]): Promise<void> {
  const counts = `${host}/api/v1/sites/${encodeURIComponent(site)}/counts`;
  const query = new URLSearchParams(keys.map((key) => (key.startsWith("identifier:") ? ["identifier", key.slice(11)] : ["url", key])));
  const isLong = `${query}`.length > LONGEST_QUERY;
  const answer = await (isLong ? fetch(counts, { method: "POST", body: keys.join("\n") }) : fetch(`${counts}?${query}`));
  if (!answer.ok) return;
  const found = ((await answer.json()) as { counts: { count: number }[] }).counts;
  keys.forEach((key, at) => {
    // A discussion on this page may have told its count meanwhile.
    if (!known.has(key)) known.set(key, found[at]?.count ?? 0);
  });
  look();
}

async function say(element: HTMLElement, key: string): Promise<void> {
  const count = known.get(key) ?? 0;
  const locale = localeOf(lang || element.closest("[lang]")?.getAttribute("lang") || "en");
  const text = "commentsCount" in element.dataset ? number(locale, count) : await sentence(locale, count);
  if (element.textContent !== text) element.textContent = text;
}

async function sentence(asked: Intl.Locale, count: number): Promise<string> {
  const name = languageFile(asked, languageNames);
  if (name && !languages.has(name)) languages.set(name, loadChunk<{ default: Words }>(host, name));
  const [comments, noComments] = (await languages.get(name ?? ""))?.default ?? COUNT_WORDS;
  const locale = name || asked.language === "en" ? asked : localeOf("en");
  const phrase = comments[new Intl.PluralRules(`${locale}`).select(count)] ?? comments.other;
  return count ? phrase.replace("{n}", number(locale, count)) : noComments;
}

function number(locale: Intl.Locale, count: number): string {
  return new Intl.NumberFormat(`${locale}`).format(count);
}

function soon(): void {
  waiting ||= setTimeout(look, SETTLED_AFTER_MS);
}

function begin(): void {
  look();
  new MutationObserver(soon).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: WATCHED });
  // A discussion on this very page knows best.
  addEventListener("comments:count", (event) => {
    const { url, count } = (event as CustomEvent<{ url: string; count: number }>).detail;
    known.set(url, count);
    soon();
  });
}

// Where a list's parts each bring the script along, the first one counts for all.
const once = Symbol.for(`comments-count ${host} ${site}`);
const page = window as unknown as Record<symbol, boolean>;
if (site && !page[once]) {
  page[once] = true;
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
  else begin();
}
