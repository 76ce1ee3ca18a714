/** A blog in Vue with vue-router: `<comments-thread>` in a template whose attributes follow the route. */

import { define, mount, type Mounted } from "comments-embed";
import type {} from "comments-embed/vue";
import { createApp, defineComponent, h, onBeforeUnmount, onMounted, ref, watch } from "vue";
import { createRouter, createWebHistory, RouterLink, RouterView, useRoute } from "vue-router";
import { articles, host, inside, site } from "./blog";

const address = (path: string): string => location.origin + path;

const Mounting = defineComponent({
  setup() {
    const route = useRoute();
    const place = ref<HTMLElement>();
    let mounted: Mounted | undefined;
    onMounted(() => {
      mounted = mount(place.value!, { host, site, url: address(route.path), loading: "eager" });
    });
    watch(
      () => route.path,
      (path) => mounted?.update({ url: address(path) }),
    );
    onBeforeUnmount(() => mounted?.destroy());
    return () => h("div", { ref: place });
  },
});

const Element = defineComponent({
  setup() {
    const route = useRoute();
    const heard = (event: CustomEvent<{ count: number }>): void => document.body.setAttribute("data-count", `${event.detail.count}`);
    return () => h("comments-thread", { site, url: address(route.path), loading: "eager", "onComments:count": heard });
  },
});

const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/away", component: { render: () => h("p", "Nothing to discuss.") } },
    { path: "/:rest(.*)*", component: inside === "mount" ? Mounting : Element },
  ],
});

define(host);
createApp({
  render: () => [
    h("nav", articles.map(({ path, title }) => h(RouterLink, { to: path, key: path }, () => title))),
    h(RouterView),
  ],
})
  .use(router)
  .mount("#app");
