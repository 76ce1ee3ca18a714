/** Fetches the parts that are not needed to read, by the hash that the build wrote here. */

declare const CHUNKS_HASH: string;
declare const LANGUAGES: string;

/** The tags, in lower case, that have a chunk. None in unit tests, where nothing is fetched. */
export const languageNames = typeof LANGUAGES === "undefined" ? [] : LANGUAGES.split(" ");

const failures: Record<string, number> = {};

/** The chunk `name` of the service at `host`. Rejects if it cannot be had; asking again tries again. */
export async function loadChunk<Chunk>(host: string, name: string): Promise<Chunk> {
  const tries = failures[name] ?? 0;
  // A browser remembers that a module failed, so that a second try needs another address.
  const address = `${host}/embed/${name}-${CHUNKS_HASH}.js${tries ? `?try=${tries}` : ""}`;
  try {
    return (await import(address)) as Chunk;
  } catch (fault) {
    failures[name] = tries + 1;
    throw fault;
  }
}
