/** A blog of its own making on `history.pushState`, with the widget from the service's script. */

import type { mount as mountType, Mounted } from "comments-embed";
import { articles, inside, site } from "./blog";

declare const Comments: { mount: typeof mountType };

const place = document.createElement("main");
const nav = document.createElement("nav");
let mounted: Mounted | undefined;

function show(): void {
  const url = location.origin + location.pathname;
  if (location.pathname === "/away") {
    mounted?.destroy();
    mounted = undefined;
    place.replaceChildren("Nothing to discuss.");
  } else if (inside === "mount") {
    if (!mounted) place.replaceChildren();
    if (mounted) mounted.update({ url });
    else mounted = Comments.mount(place, { host: "", site, url, loading: "eager" });
  } else {
    // Anew for every article, as programs do that swap a part of the page.
    place.innerHTML = `<comments-thread site="${site}" url="${url}" loading="eager"></comments-thread>`;
    place.querySelector("comments-thread")!.addEventListener("comments:count", (event) => {
      document.body.setAttribute("data-count", `${event.detail.count}`);
    });
  }
}

for (const { path, title } of articles) {
  const link = document.createElement("a");
  link.href = path;
  link.textContent = title;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    history.pushState(null, "", path);
    show();
  });
  nav.append(link);
}
addEventListener("popstate", show);
document.querySelector("#app")!.append(nav, place);
show();
