import assert from "node:assert/strict";
import { test } from "node:test";
import de from "../src/i18n/de";
import { acting, further, reading, writing } from "../src/i18n/en";
import { Key } from "../src/i18n/keys";
import { languageFile, localeOf } from "../src/i18n/languages";
import { inPlace, Words } from "../src/i18n/words";

const en = inPlace({ ...reading, ...acting, ...writing, ...further });
const NOW = new Date("2026-11-24T12:00:00Z");
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

function ago(milliseconds: number, locale = "en"): string {
  return new Words(locale, en).ago(new Date(NOW.getTime() - milliseconds), NOW);
}

function fileFor(tag: string, names: string[]): string | undefined {
  return languageFile(localeOf(tag), names);
}

test("a number takes its plural, and the language's figures", () => {
  const words = new Words("en", en);

  assert.equal(words.say(Key.comments, { n: 1 }), "1 comment");
  assert.equal(words.say(Key.comments, { n: 48210 }), "48,210 comments");
});

test("a language with other plurals than English says each of them", () => {
  const polish = new Words("pl", inPlace({ comments: { one: "{n} komentarz", few: "{n} komentarze", many: "{n} komentarzy", other: "{n} komentarza" } }));

  assert.deepEqual([1, 3, 12].map((n) => polish.say(Key.comments, { n })), ["1 komentarz", "3 komentarze", "12 komentarzy"]);
});

test("times are relative for six days, then dates, with a year that is another one", () => {
  assert.equal(ago(10_000), "just now");
  assert.equal(ago(50_000), "1 minute ago");
  assert.equal(ago(3 * 60 * MINUTE), "3 hours ago");
  assert.equal(ago(6 * DAY), "6 days ago");
  assert.equal(ago(7 * DAY), "November 17");
  assert.equal(ago(400 * DAY), "October 20, 2025");
});

test("a time that lies ahead, by another clock, is now", () => {
  assert.equal(ago(-5 * MINUTE), "just now");
});

test("what comes later does not overwrite what is there", () => {
  const words = new Words("de", inPlace(de));

  words.add(inPlace(reading));

  assert.equal(words.say(Key.reply), "Antworten");
});

test("a language that we have is found by its whole tag or its first part", () => {
  const names = ["de", "pt-br", "zh", "zh-hant"];

  assert.equal(fileFor("de-AT", names), "de");
  assert.equal(fileFor("pt-BR", names), "pt-br");
  assert.equal(fileFor("no", names), undefined);
});

test("a language that we have only as another country speaks it is the nearest", () => {
  assert.deepEqual(["pt", "pt-PT", "pt-br"].map((tag) => fileFor(tag, ["de", "pt-br"])), ["pt-br", "pt-br", "pt-br"]);
});

test("Chinese is written as its region writes it, or as the tag says", () => {
  const names = ["zh", "zh-hant"];

  assert.deepEqual(["zh-TW", "zh-HK", "zh-Hant", "zh-hant-hk"].map((tag) => fileFor(tag, names)), Array(4).fill("zh-hant"));
  assert.deepEqual(["zh", "zh-CN", "zh-Hans", "zh-Hans-HK", "zh-SG"].map((tag) => fileFor(tag, names)), Array(5).fill("zh"));
});

test("an old code and a tag in other letters are understood, nonsense is not", () => {
  assert.equal(fileFor("iw", ["he"]), "he");
  assert.equal(fileFor("HE-il", ["he"]), "he");
  assert.equal(fileFor("pt_BR", ["pt-br"]), "pt-br");
  assert.equal(fileFor("not a language", ["he"]), undefined);
});
