/** What the test tells its blog: where the service is, which articles there are, and how to put a discussion there. */

interface Told {
  host: string;
  site: string;
  inside: "mount" | "element";
  articles: { path: string; title: string }[];
}

export const { host, site, inside, articles } = JSON.parse(document.querySelector("#told")!.textContent!) as Told;
