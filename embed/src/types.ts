/** The shapes that the API answers with, as far as the widget reads them. */

export interface Author {
  id: string;
  name: string;
  kind: string;
  badge: string | null;
  website?: string | null;
}

export interface Replies {
  comments: Comment[];
  total: number;
  next: string | null;
}

export interface Comment {
  id: string;
  parent_id: string | null;
  /** 0 at the top. Where it equals its parent's, the comment stands beside its parent. */
  depth: number;
  reply_to: { id: string; name: string } | null;
  state: string;
  /** null in an empty place, as is `html`. */
  author: Author | null;
  html: string | null;
  created_at: string;
  edited_at: string | null;
  score: number;
  upvotes: number;
  downvotes: number;
  permalink: string;
  /** Picked out by a moderator. */
  featured?: boolean;
  /** A moderator, and not its author, edited it last. */
  edited_by_moderator?: boolean;
  replies?: Replies;
  /** Only on one's own. */
  editable_until?: string | null;
  reasons?: string[];
  /** Why it waits, by the rule's lasting code: first-comment, new-name, links (`n` of them), hold-all, flood. */
  waits_for?: { rule: string; n: number | null }[];
  /** What its author wrote, in Markdown. */
  body?: string;
  /** An edit that waits, while the approved text stays public. */
  waiting_body?: string;
}

export interface ThreadInfo {
  id: string | null;
  url: string;
  title: string | null;
  state: string;
  comment_count: number;
  /** Rises with every change that readers see. */
  version: number;
  closed_at?: string | null;
  /** A line beside what one writes in; with `consent` it must be agreed to. */
  terms?: { text: string; url: string | null; consent: boolean };
  /** A comment can ask for mail about replies. */
  mails?: boolean;
}

export interface ThreadPage {
  thread: ThreadInfo;
  comments: Comment[];
  next: string | null;
  previous?: string | null;
  /** The order that it is in, where none was asked for. */
  sort?: Sort;
}

export interface Identity {
  id: string;
  name: string | null;
  kind: string;
  badge: string | null;
}

/** What depends on who asks. */
export interface Own {
  identity: Identity | null;
  votes: Record<string, number>;
  waiting: Comment[];
  editable: Record<string, string>;
  /** The sources of those. */
  bodies: Record<string, string>;
}

export interface Score {
  score: number;
  upvotes: number;
  downvotes: number;
  token?: string;
}

/** Of a comment of which nothing else has changed. */
export interface Numbers extends Score {
  id: string;
  /** Public replies below it. */
  total: number;
}

export interface Stored {
  comment: Comment;
  token?: string;
}

export type Sort = "best" | "newest" | "oldest";
