/** Which languages there are, and how one gets here. */

import { languageNames, loadChunk } from "../chunks";
import { first } from "./english";
import { type Phrases, Words } from "./words";

/** The words for a BCP 47 tag; English if we do not have the language, or cannot fetch it. */
export async function wordsFor(tag: string, host: string): Promise<Words> {
  const locale = localeOf(tag);
  const name = languageFile(locale, languageNames);
  const phrases = name && (await loadChunk<{ default: Phrases }>(host, name).catch(() => undefined))?.default;
  return new Words(phrases || locale.language === "en" ? `${locale}` : "en", phrases ?? first);
}

/** The chunk that speaks it: by all of its name, by its script (`zh-HK` → `zh-hant`), `de-AT` → `de`, `pt-PT` → `pt-br`. */
export function languageFile(locale: Intl.Locale, names: readonly string[]): string | undefined {
  const { language, script } = locale.maximize();
  const wanted = `${locale} ${language}-${script} ${language}`.toLowerCase().split(" ");
  return wanted.find((name) => names.includes(name)) ?? names.find((name) => name.startsWith(`${language}-`));
}

/** Nonsense is English, as is silence. */
export function localeOf(tag: string): Intl.Locale {
  try {
    return new Intl.Locale(tag.replace("_", "-"));
  } catch {
    return new Intl.Locale("en");
  }
}
