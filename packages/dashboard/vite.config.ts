import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/_dashboard/",
  plugins: [react()],
  build: {
    outDir: "../epigraph/dist/dashboard",
    emptyOutDir: true,
    // The policy of the page lets in files of the dashboard alone: nothing may become a data URL or an inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
