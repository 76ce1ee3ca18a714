/** Holds every language file to the English one. What is a test here is a rule of docs/how-to/translate.md. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { acting, further, reading, writing } from "../src/i18n/en";
import type { Language, Plural } from "../src/i18n/words";

type Key = keyof Language;

const FOLDER = "src/i18n";
/** The sentences of mails, which tests/notifications/test_words.py holds to the English ones. */
const MAILS = "../comments/notifications/languages";
const PAGES = "../comments/threads/languages";
const en: Language = { ...reading, ...acting, ...writing, ...further };
const keys = Object.keys(en) as Key[];
const names = readdirSync(FOLDER)
  .map((file) => file.replace(/\.ts$/, ""))
  .filter((name) => !["en", "english", "keys", "languages", "words"].includes(name));

/** The same word as in English, and right: somebody has looked. */
const SAME_AS_ENGLISH: Record<string, Key[]> = {
  cs: ["mail"],
  de: ["code", "codeExample", "link", "mail", "name"],
  fr: ["code", "codeExample", "mail", "votes"],
  it: ["link", "mail"],
  nl: ["code", "codeExample", "link", "mail", "moderator"],
  pl: ["mail"],
  "pt-br": ["link", "mail"],
  sv: ["moderator"],
};

/** What stands on buttons, where there is little room. */
const BUTTONS: Key[] = [
  ...(["retry", "best", "newest", "oldest", "readMore", "showLess", "reply", "more", "edit", "delete", "undo"] as const),
  ...(["writeTab", "previewTab", "change", "post", "postReply", "save", "cancel", "sending", "copyLink", "copied"] as const),
  ...(["share", "hide", "show", "report", "sendReport", "unmute", "allComments", "minutesLeft", "secondsLeft"] as const),
];
/** In characters; a label under it may be more than about twice as long as the English one. */
const SHORT = 16;

/** Said as plain text, where nothing else keeps a name from the other direction in its place. */
const NAMED: Key[] = ["hideReplies", "replyTo", "thanks", "mute", "muted", "refused"];

async function languageIn(name: string): Promise<Language> {
  const { default: language } = (await import(`../src/i18n/${name}.ts`)) as { default: Language };
  return language;
}

/** The first line of a language file: `German. Read by a native speaker: no. Address: du. …` after the sign of a comment. */
function head(file: string): Record<string, string> {
  const line = readFileSync(file, "utf8").split("\n", 1)[0] ?? "";
  const found = /^(?:\/\*\*|#) (?<language>[^.]+)\. Read by a native speaker: (?<read>no|yes, [^.]+)\. Address: (?<address>[^.]+)\./.exec(line);
  assert.ok(found?.groups, `${file} begins with another line than docs/how-to/translate.md asks for`);
  return found.groups;
}

function forms(phrase: string | Plural): [string, string][] {
  return typeof phrase === "string" ? [["other", phrase]] : Object.entries(phrase);
}

function placeholders(texts: string[]): string {
  return [...new Set(texts.flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort().join();
}

/** The whole numbers that take `category`, of those that a reader may meet. */
function numbersOf(category: string, locale: string): number[] {
  const rules = new Intl.PluralRules(locale);
  return Array.from({ length: 1001 }, (_, n) => n).filter((n) => rules.select(n) === category);
}

test("there are at least eighteen languages, two of them from right to left", () => {
  assert.ok(names.length + 1 >= 18, names.join());
  assert.deepEqual(["ar", "fa", "he"].filter((name) => names.includes(name)), ["ar", "fa", "he"]);
});

test("the table in docs/how-to/translate.md says of each language what its three files say", () => {
  const table = readFileSync("../docs/how-to/translate.md", "utf8").match(/^\| `.*$/gm) ?? [];
  const rows = names.map((name) => {
    const { language, address, read } = head(`${FOLDER}/${name}.ts`);
    const others = [MAILS, PAGES].map((folder) => head(`${folder}/${name}.toml`));
    for (const other of others) assert.deepEqual([other["language"], other["address"]], [language, address], name);
    return `| \`${name}\` | ${language} | ${address} | ${[read, ...others.map((other) => other["read"])].join(" | ")} |`;
  });

  assert.deepEqual(table.sort(), rows.sort());
});

for (const name of names) {
  const language = await languageIn(name);

  test(`${name} has every sentence, with the same placeholders`, () => {
    assert.deepEqual(Object.keys(language).sort(), [...keys].sort());
    for (const key of keys) {
      const texts = (phrase: string | Plural): string[] => forms(phrase).map(([, text]) => text);
      assert.equal(placeholders(texts(language[key])), placeholders(texts(en[key])), key);
    }
  });

  test(`${name} has every plural that the language knows, and no other`, () => {
    const needed = new Intl.PluralRules(name).resolvedOptions().pluralCategories;
    for (const [key, phrase] of Object.entries(language)) {
      if (typeof phrase !== "string") assert.deepEqual(Object.keys(phrase).sort(), [...needed].sort(), key);
    }
  });

  test(`${name} leaves a number out only where its form stands for that number alone`, () => {
    for (const key of keys.filter((key) => typeof en[key] !== "string")) {
      for (const [category, text] of forms(language[key])) {
        if (!text.includes("{n}")) assert.equal(numbersOf(category, name).length, 1, `${key}: ${text}`);
      }
    }
  });

  test(`${name} says a score below zero with its number`, () => {
    for (const key of ["votes", "voteUp"] as const) {
      for (const [, text] of forms(language[key])) assert.match(text, /\{n\}/, key);
    }
  });

  test(`${name} has no sentence left in English`, () => {
    const same = keys.filter((key) => {
      const english = forms(en[key]).map(([, text]) => text.toLowerCase());
      return forms(language[key]).some(([, text]) => english.includes(text.toLowerCase()));
    });

    assert.deepEqual(same.sort(), [...(SAME_AS_ENGLISH[name] ?? [])].sort());
  });

  test(`${name} has labels that fit on buttons`, () => {
    const longest = (phrase: string | Plural): number => Math.max(...forms(phrase).map(([, text]) => text.length));
    for (const key of BUTTONS) {
      const most = Math.max(SHORT, Math.ceil(2.2 * longest(en[key])));
      assert.ok(longest(language[key]) <= most, `${key} has more than ${most} characters: ${JSON.stringify(language[key])}`);
    }
  });

  test(`${name} is calm, and set with care`, () => {
    for (const key of keys) {
      for (const [, text] of forms(language[key])) {
        assert.equal(text, text.trim(), key);
        assert.ok(!/[!！¡]|'|"|\.\.\.| {2}/.test(text), `${key}: ${text}`);
      }
    }
  });

  if (/^(ar|fa|he)$/.test(name)) {
    test(`${name} keeps names of the other direction in their place`, () => {
      for (const key of NAMED) assert.match(String(language[key]), /\u2068\{\w+\}\u2069/, key);
    });
  }
}
