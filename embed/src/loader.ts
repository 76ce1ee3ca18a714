/** The entry of `embed.js`, one classic script: `<script async src="https://HOST/embed.js" data-site="blog"></script>`. */

import { define, mount } from "./element";

define(document.currentScript as HTMLScriptElement | null);
Object.assign(window, { Comments: { mount } });
