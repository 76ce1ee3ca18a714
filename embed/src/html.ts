/** Builds a comment's DOM from the served HTML through an allow-list of its own: the last wall, behind the server's. */

const TAGS = new Set(
  "p br strong em b i u s del code pre blockquote a ul ol li hr h3 h4 h5 h6 span sup sub kbd".split(" "),
);
const CLASSES = new Set("c k s m o nb nf nc nt na nv nd gi gd gh".split(" "));
// Their text is not for reading.
const SWALLOWED = new Set("script style template".split(" "));

interface ParsingDocument {
  /** Newer than the DOM types; parses into a document that runs nothing, and needs no Trusted Types policy. */
  parseHTML?(html: string, options: object): Document;
}

interface PolicyFactory {
  createPolicy(name: string, rules: { createHTML(html: string): string }): { createHTML(html: string): string };
}

let policy: { createHTML(html: string): string } | undefined;

function parsed(html: string): Document {
  const { parseHTML } = Document as ParsingDocument;
  // Nothing more is removed than what can run: the allow-list below decides about the rest.
  if (parseHTML) return parseHTML.call(Document, html, { sanitizer: { removeElements: [], removeAttributes: [] } });
  const { trustedTypes } = window as { trustedTypes?: PolicyFactory };
  policy ??= trustedTypes?.createPolicy("comments", { createHTML: (text) => text });
  // A document made this way runs no scripts and loads nothing.
  return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
}

/** `html` as nodes: what is not on the list is unwrapped, its text stays; links lead to http, https or mailto only. */
export function fragment(html: string): DocumentFragment {
  const result = document.createDocumentFragment();
  copyChildren(parsed(html).body, result);
  return result;
}

function copyChildren(from: Node, to: ParentNode): void {
  for (const child of from.childNodes) {
    if (child instanceof Text) to.append(child.data);
    else if (child instanceof Element) copyElement(child, to);
  }
}

function copyElement(element: Element, to: ParentNode): void {
  const tag = element.localName;
  if (SWALLOWED.has(tag)) return;
  if (!TAGS.has(tag) || !(element instanceof HTMLElement)) {
    copyChildren(element, to);
    return;
  }
  const copy = document.createElement(tag);
  const attribute = (name: string): string => element.getAttribute(name) ?? "";
  if (tag === "a") {
    const href = safeLink(attribute("href"));
    if (href) copy.setAttribute("href", href);
    if (attribute("title")) copy.title = attribute("title");
    copy.setAttribute("rel", "nofollow ugc noopener noreferrer");
  } else if ((tag === "span" || tag === "code") && CLASSES.has(attribute("class"))) {
    copy.className = attribute("class");
  } else if (tag === "ol" && /^\d{1,9}$/.test(attribute("start"))) {
    copy.setAttribute("start", attribute("start"));
  } else if (tag === "pre") {
    // It scrolls on its own, so the keyboard must reach it.
    copy.tabIndex = 0;
    copy.dir = "ltr";
  }
  copyChildren(element, copy);
  to.append(copy);
}

/** `url` if it is absolute and leads to http, https or (where `mail`) mailto; else nothing. */
export function safeLink(url: string, mail = true): string | undefined {
  try {
    const { protocol, href } = new URL(url);
    return protocol === "https:" || protocol === "http:" || (mail && protocol === "mailto:") ? href : undefined;
  } catch {
    return undefined;
  }
}
