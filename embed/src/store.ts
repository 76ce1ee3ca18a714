/** Remembers things in local storage where that is allowed, else in this page. Reading never writes. */

const memory = new Map<string, string>();

/** What was kept under `key`; what this page kept last wins. */
export function recall(key: string): string | null {
  return memory.get(key) ?? attempt((storage) => storage.getItem(key)) ?? null;
}

export function keep(key: string, value: string): void {
  memory.set(key, value);
  attempt((storage) => storage.setItem(key, value));
}

export function forget(key: string): void {
  memory.delete(key);
  attempt((storage) => storage.removeItem(key));
}

/** Local storage throws where it is blocked (already when it is named), full, or not there. */
function attempt<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(localStorage);
  } catch {
    return undefined;
  }
}
