import assert from "node:assert/strict";
import { test } from "node:test";
import de from "../src/i18n/de";
import { acting, reading } from "../src/i18n/en";
import { languageFile } from "../src/i18n/languages";
import { type Language, Words } from "../src/i18n/words";

const en: Language = { ...reading, ...acting };
const LANGUAGES: Record<string, Language> = { de };
const NOW = new Date("2026-11-24T12:00:00Z");
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

function ago(milliseconds: number, locale = "en"): string {
  return new Words(locale, en).ago(new Date(NOW.getTime() - milliseconds), NOW);
}

function placeholders(phrase: Language[keyof Language]): string {
  const texts = typeof phrase === "string" ? [phrase] : Object.values(phrase);
  return [...new Set(texts.flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort().join();
}

test("a number takes its plural, and the language's figures", () => {
  const words = new Words("en", en);

  assert.equal(words.say("comments", { n: 1 }), "1 comment");
  assert.equal(words.say("comments", { n: 48210 }), "48,210 comments");
});

test("a language with other plurals than English says each of them", () => {
  const polish = new Words("pl", { comments: { one: "{n} komentarz", few: "{n} komentarze", many: "{n} komentarzy", other: "{n} komentarza" } });

  assert.deepEqual([1, 3, 12].map((n) => polish.say("comments", { n })), ["1 komentarz", "3 komentarze", "12 komentarzy"]);
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
  const words = new Words("de", de);

  words.add(reading);

  assert.equal(words.say("reply"), "Antworten");
});

test("a language that we have is found by its whole tag or its first part", () => {
  const names = ["de", "pt-br"];

  assert.equal(languageFile("de-AT", names), "de");
  assert.equal(languageFile("pt-BR", names), "pt-br");
  assert.equal(languageFile("pt", names), undefined);
});

for (const [name, language] of Object.entries(LANGUAGES)) {
  test(`${name} has every sentence, with the same placeholders`, () => {
    assert.deepEqual(Object.keys(language).sort(), Object.keys(en).sort());
    for (const key of Object.keys(en) as (keyof Language)[]) {
      assert.equal(placeholders(language[key]), placeholders(en[key]), key);
    }
  });

  test(`${name} has every plural that the language knows`, () => {
    // `many` of some languages is for millions only, where `other` reads as well.
    const needed = new Intl.PluralRules(name).resolvedOptions().pluralCategories;
    for (const [key, phrase] of Object.entries(language)) {
      if (typeof phrase !== "string") assert.deepEqual(needed.filter((category) => !(category in phrase)), [], key);
    }
  });
}
