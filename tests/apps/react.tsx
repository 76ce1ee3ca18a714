/** A blog in React with react-router: the discussion is put there by an effect, and once as an element of its own. */

import { define, mount } from "comments-embed";
import type {} from "comments-embed/react";
import { StrictMode, useEffect, useRef } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Link, Route, Routes, useLocation } from "react-router";
import { articles, host, inside, site } from "./blog";

function Comments({ url }: { url: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { destroy } = mount(place.current!, { host, site, url, loading: "eager" });
    return destroy;
  }, [url]);
  return <div ref={place} />;
}

function Article() {
  const { pathname } = useLocation();
  const url = location.origin + pathname;
  const heard = (event: CustomEvent<{ count: number }>) => document.body.setAttribute("data-count", `${event.detail.count}`);
  if (inside === "mount") return <Comments url={url} />;
  return <comments-thread site={site} url={url} loading="eager" oncomments:count={heard} />;
}

define(host);
createRoot(document.querySelector("#app")!).render(
  <StrictMode>
    <BrowserRouter>
      <nav>
        {articles.map(({ path, title }) => (
          <Link key={path} to={path}>
            {title}
          </Link>
        ))}
      </nav>
      <Routes>
        <Route path="/away" element={<p>Nothing to discuss.</p>} />
        <Route path="*" element={<Article />} />
      </Routes>
    </BrowserRouter>
  </StrictMode>,
);
