import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Problem } from "../src/api";
import { solve } from "../src/proving/index";
import { matcher } from "../src/proving/sha";
import { type Draft, draftOf } from "../src/writing/draft";
import { linkOver, MARKS } from "../src/writing/formatting";
import { explain } from "../src/writing/problems";
import { whyItWaits } from "../src/writing/posting";
import { reasonOf } from "../src/faults";
import { safeLink } from "../src/html";
import de from "../src/i18n/de";
import { acting, further, reading, writing } from "../src/i18n/en";
import { Key } from "../src/i18n/keys";
import { inPlace, Words } from "../src/i18n/words";
import { hostOf, headingLevel } from "../src/options";
import { keep, recall } from "../src/store";
import { hueOf, initials } from "../src/view/avatar";

const words = new Words("en", inPlace({ ...reading, ...acting, ...writing, ...further }));

/** The draft for a place on a page of its own: what is kept stays for the whole run. */
function draft(path: string, place = ""): Draft {
  const page = { url: `https://blog.example/${path}`, identifier: null, title: null };
  return draftOf({ page, storageKey: (kind) => `comments:${kind}:https://c.example/blog` }, place);
}

test("the service stands where its script stands, under a path too", () => {
  assert.equal(hostOf("https://c.example/embed.js"), "https://c.example");
  assert.equal(hostOf("https://c.example/talk/embed.js?v=1"), "https://c.example/talk");
});

test("the heading is of the level that the page says", () => {
  assert.deepEqual(["h3", "4", "", "h9", "huge"].map((heading) => headingLevel({ heading })), [3, 4, 2, 2, 2]);
});

test("links lead to the web or to a letter, and nowhere else", () => {
  assert.equal(safeLink("https://a.example/x"), "https://a.example/x");
  assert.equal(safeLink("mailto:a@b.example"), "mailto:a@b.example");
  for (const bad of ["javascript:alert(1)", " java\nscript:alert(1)", "data:text/html,x", "/relative", "vbscript:x", ""]) {
    assert.equal(safeLink(bad), undefined, bad);
  }
  assert.equal(safeLink("mailto:a@b.example", false), undefined);
});

test("initials are of the first and the last name, and one sign where there is no case", () => {
  assert.deepEqual(
    ["Tomasz Wieczorek", "Mia", "Ana Maria de la Cruz", "佐藤 美咲", "ليلى حدّاد", "😀 x", "", "—"].map(initials),
    ["TW", "M", "AC", "佐", "ل", "X", "", ""],
  );
});

test("hues are spread over all twelve, and stay", () => {
  const hues = new Set(Array.from({ length: 200 }, (_, at) => hueOf(`0190-${at}`)));

  assert.equal(hues.size, 12);
  // The service's own pages count in the same way: tests/web/test_templating.py has the same two.
  assert.equal(hueOf("01a20810-0f80-714a-ab8b-398a3dde5a24"), 6);
  assert.equal(hueOf("abc"), 0);
});

test("the same payload keeps its key, another one gets another", () => {
  const mine = draft("key");
  mine.text = "hello";

  const key = mine.keyFor("hello");

  assert.match(key, /^\d+(-\d+){3}$/);
  assert.equal(mine.keyFor("hello"), key);
  assert.notEqual(mine.keyFor("hello, world"), key);
});

test("a draft is there again after a reload, with the key that it was sent with", () => {
  const mine = draft("again");
  mine.text = "hello";
  const key = mine.keyFor("hello");

  const again = draft("again");

  assert.equal(again.text, "hello");
  assert.equal(again.keyFor("hello"), key);
});

test("drafts of two places are two, and one that was posted leaves nothing behind", () => {
  const [top, reply] = [draft("two"), draft("two", "id-of-a-comment")];
  top.text = "at the top";
  top.write();
  reply.text = "below";
  reply.write();

  assert.deepEqual([draft("two").text, draft("two", "id-of-a-comment").text], ["at the top", "below"]);
  top.clear();
  reply.clear();
  assert.deepEqual(["", "id-of-a-comment"].map((place) => recall(`comments:draft:https://c.example/blog https://blog.example/two ${place}`)), [null, null]);
});

test("a kept draft that is none of ours is no draft", () => {
  const mine = draft("broken");
  mine.text = "x";
  mine.write();
  keep("comments:draft:https://c.example/blog https://blog.example/broken ", "{broken");

  assert.equal(draft("broken").text, "");
});

test("marks go around what is selected, and the rest to be typed is selected", () => {
  const apply = (name: string, text: string): string => {
    const [marked, from, to] = MARKS.find((mark) => Key[mark.name] === name)!.apply(text);
    return `${marked.slice(0, from)}«${marked.slice(from, to)}»${marked.slice(to)}`;
  };

  assert.equal(apply("bold", "x"), "**«x»**");
  assert.equal(apply("link", "text"), "[text](«https://»)");
  assert.equal(apply("link", "https://a.example"), "[«»](https://a.example)");
  assert.equal(apply("quote", "a\nb"), "> a\n> b\n\n«»");
  assert.equal(apply("code", "a\nb"), "```\n«a\nb»\n```\n");
});

test("a refusal is told at its field, in words of ours where we have them", () => {
  const reserved = new Problem(422, "name-reserved", "…", { "author.name": "…" });
  const mail = new Problem(422, "email-invalid", "That is no address.");

  assert.deepEqual(explain(words, reserved), { field: "name", text: words.say(Key.reserved) });
  assert.deepEqual(explain(words, mail), { field: "email", text: words.say(Key.badMail) });
});

test("no connection, no answer and too much are told apart", () => {
  assert.equal(explain(words, new Problem(0, "no-answer")).text, words.say(Key.offline));
  assert.equal(explain(words, new Problem(503, "storage-busy")).text, words.say(Key.server));
  assert.deepEqual(explain(words, new Problem(429, "too-many-posts", "", {}, 40)), {
    text: "A moment, please. You can post again in 40 seconds.",
    seconds: 40,
  });
});

test("another refusal is told in the service's words", () => {
  const refused = new Problem(403, "post-refused", "It has a listed word.");

  assert.equal(explain(words, refused).text, "Not sent. It has a listed word. Your text is safe here.");
});

test("that comments were closed meanwhile is told in words of ours", () => {
  const closed = new Problem(403, "thread-closed", "…");

  assert.equal(explain(words, closed).text, words.say(Key.refused, { reason: words.say(Key.closed) }));
});

test("why a vote or a report was refused is told in the reader's language, or not at all", () => {
  const german = new Words("de-AT", inPlace(de));
  const slow = new Problem(429, "too-many-actions", "Too many votes. Go on in 20 seconds.");

  assert.equal(reasonOf(words, slow, Key.voteFailed), "Too many votes. Go on in 20 seconds.");
  assert.equal(reasonOf(german, slow, Key.voteFailed), de.voteFailed);
  assert.equal(reasonOf(german, new Problem(404, "comment-unknown", "…"), Key.voteFailed), de.commentGone);
  assert.equal(reasonOf(words, new TypeError("x is not a function"), Key.voteFailed), words.say(Key.voteFailed));
});

test("a link pasted over a selection makes a link of it, and nothing else does", () => {
  assert.equal(linkOver("this page", "https://a.example/x_(y)"), "[this page](https://a.example/x_%28y%29)");
  for (const [selected, pasted] of [["", "https://a.example"], ["word", "no link"], ["word", "https://a.example and more"], ["https://a.example", "https://b.example"], ["two\nlines", "https://a.example"], ["a [link](x)", "https://a.example"]] as const) {
    assert.equal(linkOver(selected, pasted), undefined, `${selected} ${pasted}`);
  }
});

test("why a comment waits is told by the rule that helps its author most", () => {
  const [first, links, all, flood] = [{ rule: "first-comment", n: null }, { rule: "links", n: 2 }, { rule: "hold-all", n: null }, { rule: "flood", n: null }];

  assert.match(whyItWaits(words, [links, first]), /because it is your first one here/);
  assert.match(whyItWaits(words, [links]), /because it has 2 links/);
  assert.match(whyItWaits(words, [all]), /because comments on this page are read first/);
  assert.match(whyItWaits(words, [flood]), /^Your comment waits for a moderator\. /);
  assert.match(whyItWaits(words), /^Your comment waits for a moderator\. /);
});

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

test("SHA-256 is what it is elsewhere, whatever the text's length", () => {
  for (let length = 0; length < 200; length++) {
    const text = "a?b=1&".repeat(40).slice(0, length);
    for (const number of [0, 7, 99, 123456]) assert.ok(matcher(text, sha256(text + number))(number), `${length} ${number}`);
  }
  const matches = matcher("salt&", sha256("salt&77"));
  assert.deepEqual([76, 77, 78, 77].map(matches), [false, true, false, true]);
});

test("a challenge is solved from the least number to the greatest", async () => {
  const salt = "0123456789abcdef?expires=1795064482&place=0123456789abcdef01234567&";
  const signal = new AbortController().signal;
  const found = [0, 1, 4_321, 50_000].map((number) =>
    solve({ algorithm: "SHA-256", challenge: sha256(salt + number), salt, signature: "", maxnumber: 50_000 }, signal),
  );
  assert.deepEqual(await Promise.all(found), [0, 1, 4_321, 50_000]);
  await assert.rejects(solve({ algorithm: "SHA-256", challenge: sha256("x"), salt, signature: "", maxnumber: 100 }, signal));
});
