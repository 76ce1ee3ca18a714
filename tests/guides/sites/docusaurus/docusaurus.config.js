module.exports = {
  title: 'Trains',
  url: 'https://blog.example',
  baseUrl: '/',
  trailingSlash: true,
  onBrokenLinks: 'ignore',
  presets: [['classic', { docs: { routeBasePath: '/', sidebarPath: './sidebars.js' }, blog: false }]],
@@GUIDE 1@@
};
