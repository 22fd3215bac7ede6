import react from '@vitejs/plugin-react'
import { defineConfig, type UserConfig } from 'vite'

/** What the server serves at `/console`: names carry hashes of their content, and nothing stands in the page itself, as its policy demands. */
const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  // The server may stand below a path: everything is found from where the page itself is.
  base: './',
  plugins: [react()],
  build: {
    outDir: '../server/asset/console',
    emptyOutDir: true,
    assetsDir: 'file',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    manifest: true,
    reportCompressedSize: false,
  },
})

export default config
