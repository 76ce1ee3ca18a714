/** Which languages there are, and how one gets here. */

import { languageNames, loadChunk } from "../chunks";
import { reading } from "./en";
import { type Language, Words } from "./words";

/** The words for a BCP 47 tag; English if we do not have the language, or cannot fetch it. */
export async function wordsFor(tag: string, host: string): Promise<Words> {
  const name = languageFile(tag, languageNames);
  if (!name) return new Words(isEnglish(tag) ? known(tag) : "en", reading);
  try {
    const { default: phrases } = await loadChunk<{ default: Language }>(host, name);
    const words = new Words(known(tag), phrases);
    words.add(reading);
    return words;
  } catch {
    return new Words("en", reading);
  }
}

/** The chunk that speaks `tag`: the tag itself (`pt-br`), else its first part (`de-AT` → `de`). */
export function languageFile(tag: string, names: readonly string[]): string | undefined {
  const wanted = tag.toLowerCase();
  return [wanted, wanted.split("-")[0] ?? ""].find((name) => names.includes(name));
}

function isEnglish(tag: string): boolean {
  return /^en\b/i.test(tag);
}

function known(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? "en";
  } catch {
    return "en";
  }
}
