/** `<comments-thread>` in JSX, for React 19: `import type {} from "comments-embed/react"`. */

import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { CommentsEvents, ThreadAttributes } from "./index.js";

type Listeners = { [Name in keyof CommentsEvents as `on${Name}`]?: (event: CommentsEvents[Name]) => void };

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "comments-thread": DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & ThreadAttributes & Listeners;
    }
  }
}
