/** Says the widget's sentences in one language: words, plurals, numbers and times. */

import type { acting, further, reading, writing } from "./en";
import { Key } from "./keys";

/** A sentence for each plural category of the language; only `other` is a must. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

type Said<Source> = { readonly [Name in keyof Source]: Source[Name] extends string ? string : Plural };
/** All sentences, by name: what each file beside this one holds. */
export type Language = Said<typeof reading & typeof acting & typeof writing & typeof further>;

/** Sentences in their places. */
export type Phrases = { readonly [place: number]: string | Plural | undefined };

/** `sentences` in their places. In what is built this has been done. */
export function inPlace(sentences: Partial<Language>): Phrases {
  return Object.fromEntries(Object.entries(sentences).map(([name, said]) => [Key[name as keyof Language], said]));
}

export type Values = Record<string, string | number>;

const DAY = 86_400_000;
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", DAY],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

export class Words {
  private readonly plurals: Intl.PluralRules;
  // Each takes long to make on a slow processor, so each is made when it is first used (see Discussion.start).
  private numbers: Intl.NumberFormat | undefined;
  private relative: Intl.RelativeTimeFormat | undefined;
  private full: Intl.DateTimeFormat | undefined;
  private readonly dates: Record<string, Intl.DateTimeFormat> = {};

  /** `locale` is a BCP 47 tag that Intl knows; `phrases` may grow, see `add`. */
  constructor(
    readonly locale: string,
    private phrases: Phrases,
  ) {
    this.plurals = new Intl.PluralRules(locale);
  }

  /** Phrases that came later; those that are here already stay, so that English never overwrites another language. */
  add(phrases: Phrases): void {
    this.phrases = { ...phrases, ...this.phrases };
  }

  /** The sentence for `key`; `values.n` chooses the plural. */
  say(key: Key, values: Values = {}): string {
    return this.pattern(key, values).replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      return typeof value === "number" ? this.number(value) : (value ?? "");
    });
  }

  /** The same with elements in the place of braces, such as a name in a `<bdi>`. */
  parts(key: Key, nodes: Record<string, Node>): (string | Node)[] {
    const pieces = this.pattern(key, {}).split(/\{(\w+)\}/);
    return pieces.map((piece, index) => (index % 2 ? (nodes[piece] ?? "") : piece));
  }

  private pattern(key: Key, values: Values): string {
    const phrase = this.phrases[key];
    if (!phrase || typeof phrase === "string") return phrase ?? "";
    return phrase[this.plurals.select(Number(values.n ?? 0))] ?? phrase.other;
  }

  number(value: number): string {
    return (this.numbers ??= new Intl.NumberFormat(this.locale)).format(value);
  }

  /** How long ago, up to six days; then the date, with its year if that is another one than `now`'s. */
  ago(at: Date, now: Date): string {
    const passed = now.getTime() - at.getTime();
    if (passed < 45_000) return this.say(Key.justNow);
    if (passed >= 7 * DAY) return this.date(at, now);
    const [unit, size] = UNITS.find(([, length]) => passed >= length) ?? ["minute", 60_000];
    this.relative ??= new Intl.RelativeTimeFormat(this.locale);
    return this.relative.format(-Math.max(1, Math.floor(passed / size)), unit);
  }

  date(at: Date, now: Date): string {
    const year = at.getFullYear() === now.getFullYear() ? undefined : "numeric";
    this.dates[`${year}`] ??= new Intl.DateTimeFormat(this.locale, { day: "numeric", month: "long", year });
    return this.dates[`${year}`]!.format(at);
  }

  /** Date and time in full, for titles. */
  moment(at: Date): string {
    this.full ??= new Intl.DateTimeFormat(this.locale, { dateStyle: "long", timeStyle: "short" });
    return this.full.format(at);
  }
}
