// What is found on the page and made for it, with its type.

/**
 * Return the first element that fits. Throws where the page has none: it was made for another script.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @param {ParentNode} root
 * @returns {T}
 */
export function one(selector, type, root = document) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`There is no ${selector} on this page`);
  return found;
}

/**
 * @param {string} selector
 * @param {ParentNode} root
 * @returns {HTMLElement[]}
 */
export function every(selector, root = document) {
  return [...root.querySelectorAll(selector)].filter((found) => found instanceof HTMLElement);
}

/**
 * @param {string} words
 * @param {() => void} run
 * @param {string} key the key that does the same
 */
export function button(words, run, key = "") {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  if (key) {
    const shown = document.createElement("kbd");
    shown.textContent = key;
    made.append(" ", shown);
  }
  made.addEventListener("click", run);
  return made;
}

/**
 * @param {number} count
 * @param {string} singular with its article or number
 * @param {string} plural comes after the number
 */
export function counted(count, singular, plural) {
  return count === 1 ? singular : `${count.toLocaleString("en")} ${plural}`;
}
