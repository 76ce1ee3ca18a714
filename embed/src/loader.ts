/** The entry of `embed.js`, one classic script: `<script async src="https://HOST/embed.js" data-site="blog"></script>`. */

import { embed, mount } from "./element";

embed(document.currentScript as HTMLScriptElement | null);
Object.assign(window, { Comments: { mount } });
