import { chmod } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Makes one file of Ralph and all that it uses; node 20 runs it, no node_modules beside it. */
export async function bundleRalph(outFile) {
  await build({
    entryPoints: [fileURLToPath(new URL('./main.ts', import.meta.url))],
    outfile: outFile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
    // Some bundled packages are CommonJS and call require for node's own modules.
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  });
  await chmod(outFile, 0o755);
  return outFile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outFile = process.argv[2];
  if (outFile === undefined) {
    process.stderr.write('usage: node worker/ralph/bundle.mjs OUT_FILE\n');
    process.exit(2);
  }
  await bundleRalph(outFile);
}
