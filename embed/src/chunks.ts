/** Fetches the parts that are not needed to read, by the names that the build wrote here. */

declare const CHUNK_FILES: Record<string, string>;

/** Absent in unit tests, where nothing is fetched. */
const files: Record<string, string> = typeof CHUNK_FILES === "undefined" ? {} : CHUNK_FILES;

export const chunkNames: readonly string[] = Object.keys(files);

const failures: Record<string, number> = {};

/** The chunk `name` of the service at `host`. Rejects if it cannot be had; asking again tries again. */
export async function loadChunk<Chunk>(host: string, name: string): Promise<Chunk> {
  const tries = failures[name] ?? 0;
  // A browser remembers that a module failed, so that a second try needs another address.
  const address = `${host}/embed/${files[name]}${tries ? `?try=${tries}` : ""}`;
  try {
    return (await import(address)) as Chunk;
  } catch (fault) {
    failures[name] = tries + 1;
    throw fault;
  }
}
