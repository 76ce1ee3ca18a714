/** What the widget's package offers to programs. docs/how-to/embed.md says what each option means. */

export type Sort = "best" | "newest" | "oldest";

export interface Options {
  /** Where the service answers, with its path: `https://talk.example`. */
  host?: string | undefined;
  /** The site's name there. */
  site?: string | undefined;
  /** The page's address; else its canonical link, else the address bar. */
  url?: string | undefined;
  /** A name for the page that outlives its address; stronger than the address. */
  identifier?: string | undefined;
  /** The page's title, for moderators; else the document's. */
  title?: string | undefined;
  theme?: "light" | "dark" | undefined;
  /** A BCP 47 tag; else the nearest `lang` above the element, else English. */
  lang?: string | undefined;
  sort?: Sort | undefined;
  /** `eager` loads at once; else when the reader comes near. */
  loading?: "eager" | "lazy" | undefined;
  /** `scroll` fetches further pages as the reader comes near; else a button does. */
  paging?: "scroll" | "button" | undefined;
  /** The level of the widget's own heading. */
  heading?: "h1" | "h2" | "h3" | "h4" | "h5" | undefined;
}

export interface Mounted {
  element: HTMLElement;
  /** Change some options; the discussion begins anew if it has to. `undefined` takes one back. */
  update(changed: Options): void;
  /** Remove the discussion from the page, and stop all that it does. */
  destroy(): void;
}

/**
 * Define `<comments-thread>`, once a page; calling it again does nothing. Elements without a `host` ask `host`.
 * Returns false where the browser is too old: it then shows what stands inside the element, such as a link.
 */
export function define(host?: string): boolean;

/** Put a discussion at the end of `into`; defines the element if nobody has. */
export function mount(into: Element, options: Options & { host: string; site: string }): Mounted;

/** A comment as its author sees it just after posting. */
export interface PostedComment {
  id: string;
  parent_id: string | null;
  /** `pending` waits for a moderator. */
  state: "approved" | "pending";
  author: { id: string; name: string; kind: string; badge: string | null; website: string | null } | null;
  html: string | null;
  /** ISO 8601, UTC. */
  created_at: string;
  permalink: string;
}

/** What the events carry in `detail`; `url` is the address of the discussed page. */
export interface CommentsEvents {
  /** The discussion stands on the page, for the first time. */
  "comments:ready": CustomEvent<{ count: number; url: string }>;
  /** The reader has posted. */
  "comments:posted": CustomEvent<{ comment: PostedComment; url: string }>;
  /** The number of public comments is known, or another. */
  "comments:count": CustomEvent<{ count: number; url: string }>;
}

/** The element's own attributes, for typed templates. A bare `title` would be a tooltip over the whole discussion. */
export type ThreadAttributes = Omit<Options, "title"> & { "data-title"?: string | undefined };

declare global {
  // Elements, documents and windows: the events bubble.
  interface GlobalEventHandlersEventMap extends CommentsEvents {}
  interface HTMLElementTagNameMap {
    "comments-thread": HTMLElement;
  }
}
