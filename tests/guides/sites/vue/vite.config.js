import vue from '@vitejs/plugin-vue';

export default {
@@GUIDE 1@@
};
