import assert from "node:assert/strict";
import { test } from "node:test";
import { addOwn, addReplies } from "../src/acting/growing";
import { mark } from "../src/acting/me";
import { type Entry, Thread } from "../src/thread";
import type { Comment, Own } from "../src/types";
import { comment, reply, withReplies } from "./comments";

function thread(comments: Comment[], count = comments.length): Thread {
  const info = { id: "t", url: "https://blog.example/a", title: null, state: "open", comment_count: count, version: 1 };
  return new Thread({ thread: info, comments, next: null });
}

function shape(entries: Entry[]): unknown[] {
  return entries.map((entry) => (entry.children.length ? [entry.comment.id, shape(entry.children)] : entry.comment.id));
}

function own(more: Partial<Own> = {}): Own {
  return { identity: null, votes: {}, waiting: [], editable: {}, bodies: {}, ...more };
}

test("nested replies stand where they were nested", () => {
  const top = comment("top");
  const answer = reply("answer", top);

  assert.deepEqual(shape(thread([withReplies(top, [withReplies(answer, [reply("deep", answer)])])]).roots), [
    ["top", [["answer", ["deep"]]]],
  ]);
});

test("a flat list of replies is put below whom they answer, in reading order", () => {
  const top = comment("top");
  const first = reply("first", top);
  const below = reply("below first", first);
  const second = reply("second", top);
  const all = thread([withReplies(top, [first], 3, "cursor")]);

  addReplies(all, all.roots[0]!, [below, second], null);

  assert.deepEqual(shape(all.roots), [["top", [["first", ["below first"]], "second"]]]);
});

test("at the depth cap a reply stands beside the one it answers", () => {
  const top = comment("top");
  const capped = reply("capped", top, { depth: 12 });
  const beside = reply("beside", capped, { depth: 12 });
  const all = thread([withReplies(top, [capped], 2, "cursor")]);

  addReplies(all, all.roots[0]!, [beside], null);

  assert.deepEqual(shape(all.roots), [["top", ["capped", "beside"]]]);
});

test("a comment that comes twice is shown once", () => {
  const [one, two] = [comment("one"), comment("two")];
  const all = thread([one]);

  const added = all.addRoots([one, two]);

  assert.deepEqual(added.map((entry) => entry.comment.id), ["two"]);
  assert.deepEqual(shape(all.roots), ["one", "two"]);
});

test("replies that were left out around a linked comment come in between", () => {
  const top = comment("top");
  const [early, linked] = [reply("early", top), reply("linked", top)];
  const all = thread([withReplies(top, [linked], 2, "cursor")]);

  addReplies(all, all.roots[0]!, [early, linked], null);

  assert.deepEqual(shape(all.roots), [["top", ["early", "linked"]]]);
});

test("one's own comment comes first, and later replies do not push it down", () => {
  const top = comment("top");
  const all = thread([withReplies(top, [reply("old", top)], 2, "cursor")]);
  const later = reply("later", top);

  addOwn(all, reply("mine", top));
  addReplies(all, all.roots[0]!, [later], null);

  assert.deepEqual(shape(all.roots), [["top", ["mine", "old", "later"]]]);
});

test("how many replies are missing counts public ones only", () => {
  const top = comment("top");
  const gone = reply("gone", top, { state: "removed", author: null, html: null });
  const all = thread([withReplies(top, [withReplies(gone, [reply("below", gone)])], 14, "cursor")]);

  assert.equal(all.missing(all.roots[0]!), 13);
});

test("nothing is missing without a cursor", () => {
  const all = thread([withReplies(comment("top"), [], 3)]);

  assert.equal(all.missing(all.roots[0]!), 0);
});

test("the comments still to come are those that no top-level comment here accounts for", () => {
  const all = thread([withReplies(comment("one"), [], 5), comment("two")], 10);

  assert.equal(all.comingUp, 3);
});

test("a vote, and the time left to edit, are noted where they belong", () => {
  const all = thread([comment("mine"), comment("theirs")]);

  const changed = mark(all, own({
    votes: { theirs: 1 },
    editable: { mine: "2026-11-24T13:00:00Z" },
    bodies: { mine: "**hello**" },
  }));

  assert.deepEqual(changed.map((entry) => entry.comment.id).sort(), ["mine", "theirs"]);
  assert.equal(all.entry("theirs")?.vote, 1);
  assert.equal(all.entry("mine")?.own, true);
  assert.equal(all.entry("mine")?.editableUntil, Date.UTC(2026, 10, 24, 13));
  assert.equal(all.entry("mine")?.comment.body, "**hello**");
});

test("a comment of the one who asks is their own after the edit window too", () => {
  const all = thread([comment("mine")]);

  mark(all, own({ identity: { id: "author-of-mine", name: "Me", kind: "guest", badge: null } }));

  assert.equal(all.entry("mine")?.own, true);
});

test("one's waiting comments are put in their places, the newest first", () => {
  const top = comment("top");
  const all = thread([top]);
  const waiting = [comment("older", { state: "pending" }), comment("newer", { state: "pending" }), reply("below", top, { state: "pending" })];

  mark(all, own({ waiting }));

  assert.deepEqual(shape(all.roots), ["newer", "older", ["top", ["below"]]]);
});
