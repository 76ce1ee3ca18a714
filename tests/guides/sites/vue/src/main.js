import { createApp, h } from 'vue';
import { createRouter, createWebHistory, RouterLink, RouterView } from 'vue-router';
import Article from './Article.vue';

const router = createRouter({
  history: createWebHistory(),
  routes: [{ path: '/:name/', component: Article }],
});

createApp({
  render: () => [
    h('nav', [
      h(RouterLink, { to: '/night-trains/' }, () => 'Night trains'),
      ' ',
      h(RouterLink, { to: '/day-trains/' }, () => 'Day trains'),
    ]),
    h(RouterView),
  ],
})
  .use(router)
  .mount('#app');
