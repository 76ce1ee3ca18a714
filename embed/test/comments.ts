/** Comments for tests, as the service would answer them. */

import type { Comment } from "../src/types";

let minutes = 0;

/** A public comment; later calls make later comments. */
export function comment(id: string, more: Partial<Comment> = {}): Comment {
  minutes += 1;
  return {
    id,
    parent_id: null,
    depth: 0,
    reply_to: null,
    state: "approved",
    author: { id: `author-of-${id}`, name: `Author of ${id}`, kind: "guest", badge: null },
    html: `<p>${id}</p>`,
    created_at: new Date(Date.UTC(2026, 10, 24, 12, minutes)).toISOString(),
    edited_at: null,
    score: 0,
    upvotes: 0,
    downvotes: 0,
    permalink: `https://blog.example/a#comment-${id}`,
    ...more,
  };
}

export function reply(id: string, parent: Comment, more: Partial<Comment> = {}): Comment {
  return comment(id, { parent_id: parent.id, depth: parent.depth + 1, ...more });
}

export function withReplies(parent: Comment, replies: Comment[], total = replies.length, next: string | null = null): Comment {
  return { ...parent, replies: { comments: replies, total, next } };
}
