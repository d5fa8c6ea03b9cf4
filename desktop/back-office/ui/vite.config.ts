import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// Nothing is inlined: the window's content security policy allows no inline script, style or font.
export default defineConfig({
  plugins: [svelte()],
  build: { target: 'safari16', assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  clearScreen: false,
  server: { port: 5173, strictPort: true },
});
