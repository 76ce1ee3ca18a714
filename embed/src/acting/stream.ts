/**
 * Hears of changes: one stream of server-sent events for all discussions of a site that a page shows, none while the
 * page is hidden. Where streams do not get through, the discussions are asked for now and then.
 */

import type { Discussion } from "../discussion";
import type { Comment, Numbers, ThreadInfo } from "../types";

/** `deleted` by its author, or `removed`. */
export type Gone = Pick<Comment, "id" | "state">;

/** What has changed in a discussion since it was last heard of. */
export interface Change {
  thread: ThreadInfo;
  /** In their public form, flat. */
  comments?: Comment[];
  /** Only their numbers have changed. */
  scores?: Numbers[];
  /** No longer public, without a place of their own. */
  gone?: Gone[];
}

/** What a discussion does with what is heard. */
export interface Listener {
  heard(d: Discussion, change: Change): void;
  /** So much was missed, or nothing is heard at all: ask for all that is shown. */
  ask(d: Discussion): Promise<void>;
  /** Whether changes are heard at once. */
  live(d: Discussion, now: boolean): void;
}

/** As many as one stream may be asked for. */
const MOST_PAGES = 10;
const JOINED_AFTER_MS = 50;
/** Attempts that may fail in a row: the browser makes them by itself, after the time that the service asked for. */
const PATIENCE = 3;
const ASKED_AFTER_MS = 25_000;

/** For each service and site, what a discussion joins. */
const streams = new Map<string, (d: Discussion) => void>();

/** Listen until the discussion ends. */
export function join(d: Discussion, listener: Listener): void {
  const { host, site } = d.api;
  const address = `${host}/api/v1/sites/${encodeURIComponent(site)}/stream`;
  const join = streams.get(address) ?? stream(address, listener);
  streams.set(address, join);
  join(d);
}

/** Returns what a discussion joins it with. */
function stream(address: string, { heard, ask, live }: Listener): (d: Discussion) => void {
  const here = new Set<Discussion>();
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  // How often to ask before the stream is tried again.
  let rounds = 1;
  const begin = (): void => {
    clearTimeout(timer);
    source?.close();
    // What it listens with knows the discussions that it was for.
    source = undefined;
    const pages = pagesOf(here);
    if (!pages.length || document.hidden) return;
    const opened = (source = new EventSource(`${address}?${questionFor(pages)}`));
    const each = (data: string, told: (d: Discussion, change: Change) => unknown): void => {
      const { page, ...change } = JSON.parse(data) as Change & { page: number };
      for (const d of pages[page] ?? []) told(d, change);
    };
    opened.addEventListener("change", ({ data }) => each(data, heard));
    opened.addEventListener("reset", ({ data }) => each(data, ask));
    opened.onopen = () => {
      failures = 0;
      rounds = 1;
      here.forEach((d) => live(d, true));
    };
    opened.onerror = () => {
      if (++failures >= PATIENCE || opened.readyState === opened.CLOSED) fallBack();
    };
  };
  // Ask now and then, and try the stream again less and less often.
  const fallBack = (): void => {
    source?.close();
    here.forEach((d) => live(d, false));
    let left = rounds;
    rounds *= 2;
    const round = (): void => {
      here.forEach((d) => void ask(d));
      if (left--) timer = setTimeout(round, ASKED_AFTER_MS);
      else begin();
    };
    timer = setTimeout(round, ASKED_AFTER_MS);
  };
  // Those that come and go together make one new stream.
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(begin, JOINED_AFTER_MS);
  };
  document.addEventListener("visibilitychange", begin);
  return (d) => {
    here.add(d);
    d.ended.signal.addEventListener("abort", () => {
      here.delete(d);
      soon();
    });
    soon();
  };
}

/** The discussions of one page of the blog share their place in the stream. */
function pagesOf(here: Iterable<Discussion>): Discussion[][] {
  const pages = new Map<string, Discussion[]>();
  for (const d of here) {
    const page = `${d.page.url} ${d.page.identifier}`;
    pages.set(page, [...(pages.get(page) ?? []), d]);
  }
  return [...pages.values()].slice(0, MOST_PAGES);
}

/** Which pages, and what is known of them. */
function questionFor(pages: Discussion[][]): URLSearchParams {
  const query = new URLSearchParams();
  for (const [d] of pages) {
    query.append("url", d?.page.url ?? "");
    if (d?.page.identifier) query.append("identifier", d.page.identifier);
  }
  query.append("since", pages.map((shown) => Math.min(...shown.map(({ thread }) => thread.info.version))).join("."));
  return query;
}
