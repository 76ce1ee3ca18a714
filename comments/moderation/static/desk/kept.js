// What this browser keeps. Storage may be closed or full; what it would hold then lasts until the page is left.

/**
 * @template T
 * @param {Storage} storage
 * @param {string} name
 * @param {T} fallback
 * @returns {T}
 */
export function kept(storage, name, fallback) {
  try {
    return JSON.parse(storage.getItem(name) ?? "null") ?? fallback;
  } catch {
    return fallback;
  }
}

/**
 * @param {Storage} storage
 * @param {string} name
 * @param {unknown} value
 */
export function keep(storage, name, value) {
  try {
    storage.setItem(name, JSON.stringify(value));
  } catch {
    // Said above.
  }
}
