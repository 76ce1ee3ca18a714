/** `<comments-thread>` in templates, for Vue 3: `import type {} from "comments-embed/vue"`. */

import type { HTMLAttributes } from "vue";
import type { CommentsEvents, ThreadAttributes } from "./index.js";

type Listeners = { [Name in keyof CommentsEvents as `on${Capitalize<Name>}`]?: (event: CommentsEvents[Name]) => void };

declare module "vue" {
  interface GlobalComponents {
    "comments-thread": new () => { $props: HTMLAttributes & ThreadAttributes & Listeners };
  }
}
