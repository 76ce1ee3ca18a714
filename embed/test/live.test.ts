import assert from "node:assert/strict";
import { test } from "node:test";
import { addArrived, addOwn, sameText } from "../src/acting/growing";
import { differenceTo } from "../src/further/missed";
import { type Entry, Thread } from "../src/thread";
import type { Comment, ThreadPage } from "../src/types";
import { comment, reply, withReplies } from "./comments";

function page(comments: Comment[], more: Partial<ThreadPage> = {}): ThreadPage {
  const thread = { id: "t", url: "https://blog.example/a", title: null, state: "open", comment_count: comments.length, version: 1 };
  return { thread, comments, next: null, ...more };
}

function ids(entries: Entry[]): string[] {
  return entries.map((entry) => entry.comment.id);
}

test("a comment that arrives stands where the order shown has it", () => {
  const [one, two, three] = [comment("one"), comment("two"), comment("three")];
  const shownIn = (sort: "best" | "newest" | "oldest", shown: Comment[]): string[] => {
    const thread = new Thread(page(shown));
    addArrived(thread, two, sort);
    return ids(thread.roots);
  };

  assert.deepEqual(shownIn("oldest", [one, three]), ["one", "two", "three"]);
  assert.deepEqual(shownIn("newest", [three, one]), ["three", "two", "one"]);
  assert.deepEqual(shownIn("best", [three, one]), ["two", "three", "one"]);
});

test("a reply that arrives stands among its siblings by age, in every order", () => {
  const top = comment("top");
  const [first, second, third] = [reply("first", top), reply("second", top), reply("third", top)];
  const thread = new Thread(page([withReplies(top, [first, third])]));

  const entry = addArrived(thread, second, "newest");

  assert.equal(entry?.parent?.comment.id, "top");
  assert.deepEqual(ids(thread.roots[0]!.children), ["first", "second", "third"]);
});

test("one's own comments stay first when others arrive", () => {
  const thread = new Thread(page([comment("old")]));
  const other = comment("other");
  addOwn(thread, comment("mine"));

  addArrived(thread, other, "newest");

  assert.deepEqual(ids(thread.roots), ["mine", "other", "old"]);
});

test("a comment that is here, or whose place is not, does not arrive", () => {
  const top = comment("top");
  const thread = new Thread(page([top]));

  assert.equal(addArrived(thread, top, "best"), undefined);
  assert.equal(addArrived(thread, reply("lost", comment("elsewhere")), "best"), undefined);
  assert.deepEqual([...thread.byId.keys()], ["top"]);
});

test("what a page that was asked for does not have any more is gone, as far as it reaches", () => {
  const [kept, gone, beyond] = [comment("kept"), comment("gone"), comment("beyond")];
  const thread = new Thread(page([kept, gone, beyond]));

  assert.deepEqual(differenceTo(thread, page([kept])).gone, [{ id: "gone", state: "removed" }, { id: "beyond", state: "removed" }]);
  assert.deepEqual(differenceTo(thread, page([kept], { next: "cursor" })).gone, []);
});

test("replies are gone only where all of a branch was answered", () => {
  const top = comment("top");
  const [kept, gone] = [reply("kept", top), reply("gone", top)];
  const thread = new Thread(page([withReplies(top, [kept, gone])]));

  assert.deepEqual(differenceTo(thread, page([withReplies(top, [kept])])).gone, [{ id: "gone", state: "removed" }]);
  assert.deepEqual(differenceTo(thread, page([withReplies(top, [kept], 2, "cursor")])).gone, []);
});

test("one's own waiting comment is not gone because others do not see it", () => {
  const thread = new Thread(page([comment("public")]));
  addOwn(thread, comment("mine", { state: "pending" }));

  assert.deepEqual(differenceTo(thread, page([comment("public")])).gone, []);
});

test("all that a page has is looked at, replies too", () => {
  const top = comment("top");
  const thread = new Thread(page([top]));

  const { comments } = differenceTo(thread, page([withReplies(top, [reply("new", top)])]));

  assert.deepEqual(comments?.map(({ id }) => id), ["top", "new"]);
});

test("votes are no other text; words, state and author are", () => {
  const one = comment("one");

  assert.ok(sameText(one, { ...one, score: 7 }));
  for (const other of [{ html: "<p>x</p>" }, { state: "removed" }, { author: null }, { edited_at: "2026-11-24T12:00:00Z" }]) {
    assert.ok(!sameText(one, { ...one, ...other }));
  }
});
