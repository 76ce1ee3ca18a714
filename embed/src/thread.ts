/** The discussion as the widget knows it: a tree of entries, whatever order they came in. Knows no DOM. */

import type { Comment, ThreadInfo, ThreadPage } from "./types";

export interface Entry {
  comment: Comment;
  /** Where it stands, which past the depth cap is not whom it answers. */
  parent: Entry | null;
  children: Entry[];
  /** Continues the replies of a top-level comment. */
  next: string | null;
  /** Public comments below it, shown or not. */
  total: number;
  vote: number;
  own: boolean;
  /** When it can no longer be changed by its author, in milliseconds since 1970; 0 if it cannot be. */
  editableUntil: number;
  /** Draws what stands in its place while its author, who has deleted it, may still take that back. */
  wayBack: (() => HTMLElement) | null;
  folded: boolean;
}

export class Thread {
  info: ThreadInfo;
  roots: Entry[] = [];
  next: string | null = null;
  previous: string | null = null;
  readonly byId = new Map<string, Entry>();

  constructor(page: ThreadPage) {
    this.info = page.thread;
    this.next = page.next;
    this.previous = page.previous ?? null;
    this.addRoots(page.comments);
  }

  entry(id: string): Entry | undefined {
    return this.byId.get(id);
  }

  get entries(): IterableIterator<Entry> {
    return this.byId.values();
  }

  get open(): boolean {
    return this.info.state !== "closed";
  }

  /** Top-level comments with their replies, after or before what is here; one that is here already is left out. */
  addRoots(comments: Comment[], where: "end" | "start" = "end"): Entry[] {
    const added = comments.map((comment) => this.add(comment, null)).filter((entry) => entry !== undefined);
    this.roots = where === "end" ? [...this.roots, ...added] : [...added, ...this.roots];
    return added;
  }

  /** How many public replies below a top-level comment are not here yet. */
  missing(root: Entry): number {
    return root.next ? Math.max(0, root.total - publicBelow(root)) : 0;
  }

  /** At most how many comments are still to come at the top of the list. */
  get comingUp(): number {
    const here = this.roots.reduce((sum, root) => sum + (isPublic(root.comment) ? 1 : 0) + root.total, 0);
    return Math.max(1, this.info.comment_count - here);
  }

  /** An entry for `comment` and its replies, which stands nowhere yet. Undefined if it is here already. */
  add(comment: Comment, parent: Entry | null): Entry | undefined {
    if (this.byId.has(comment.id)) return undefined;
    const { replies, ...alone } = comment;
    const entry: Entry = {
      comment: alone,
      parent,
      children: [],
      next: replies?.next ?? null,
      total: replies?.total ?? 0,
      vote: 0,
      own: false,
      editableUntil: comment.editable_until ? Date.parse(comment.editable_until) : 0,
      wayBack: null,
      folded: false,
    };
    this.byId.set(comment.id, entry);
    for (const reply of replies?.comments ?? []) {
      const child = this.add(reply, entry);
      if (child) entry.children.push(child);
    }
    return entry;
  }

  /** The entry below which `comment` stands: whom it answers, or at the depth cap the one above that. */
  placeOf(comment: Comment): Entry | null {
    let place = comment.parent_id ? (this.byId.get(comment.parent_id) ?? null) : null;
    while (place && place.comment.depth >= comment.depth) place = place.parent;
    return place;
  }
}

/** Whether everybody sees it: neither an empty place nor waiting. */
export function isPublic(comment: Comment): boolean {
  return comment.state === "approved" && comment.html !== null;
}

export function publicBelow(entry: Entry): number {
  return entry.children.reduce((sum, child) => sum + (isPublic(child.comment) ? 1 : 0) + publicBelow(child), 0);
}
