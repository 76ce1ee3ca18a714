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

const streams = new Map<string, Stream>();

/** Listen until the discussion ends. */
export function join(d: Discussion, listener: Listener): void {
  const { host, site } = d.api;
  const address = `${host}/api/v1/sites/${encodeURIComponent(site)}/stream`;
  const stream = streams.get(address) ?? new Stream(address, listener);
  streams.set(address, stream);
  stream.join(d);
}

class Stream {
  private readonly _all = new Set<Discussion>();
  private _source: EventSource | undefined;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _failures = 0;
  /** How often to ask before the stream is tried again. */
  private _rounds = 1;

  constructor(
    private readonly _address: string,
    private readonly _listener: Listener,
  ) {
    document.addEventListener("visibilitychange", () => this._begin());
  }

  join(d: Discussion): void {
    this._all.add(d);
    d.ended.signal.addEventListener("abort", () => {
      this._all.delete(d);
      this._soon();
    });
    this._soon();
  }

  /** Those that come and go together make one new stream. */
  private _soon(): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._begin(), JOINED_AFTER_MS);
  }

  private _begin(): void {
    clearTimeout(this._timer);
    this._source?.close();
    // What it listens with knows the discussions that it was for.
    this._source = undefined;
    // The discussions of one page of the blog share their place in the stream.
    const pages = [...Map.groupBy(this._all, ({ page }) => `${page.url} ${page.identifier}`).values()].slice(0, MOST_PAGES);
    if (!pages.length || document.hidden) return;
    const source = new EventSource(`${this._address}?${questionFor(pages)}`);
    const each = (data: string, told: (d: Discussion, change: Change) => unknown): void => {
      const { page, ...change } = JSON.parse(data) as Change & { page: number };
      for (const d of pages[page] ?? []) told(d, change);
    };
    source.addEventListener("change", ({ data }) => each(data, this._listener.heard));
    source.addEventListener("reset", ({ data }) => each(data, this._listener.ask));
    source.onopen = () => {
      this._failures = 0;
      this._rounds = 1;
      this._tell(true);
    };
    source.onerror = () => {
      if (++this._failures >= PATIENCE || source.readyState === source.CLOSED) this._fallBack();
    };
    this._source = source;
  }

  /** Ask now and then, and try the stream again less and less often. */
  private _fallBack(): void {
    this._source?.close();
    this._tell(false);
    let left = this._rounds;
    this._rounds *= 2;
    const ask = (): void => {
      for (const d of this._all) void this._listener.ask(d);
      if (left--) this._timer = setTimeout(ask, ASKED_AFTER_MS);
      else this._begin();
    };
    this._timer = setTimeout(ask, ASKED_AFTER_MS);
  }

  private _tell(now: boolean): void {
    for (const d of this._all) this._listener.live(d, now);
  }
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
