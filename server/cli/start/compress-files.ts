import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const squeezeBrotli = promisify(brotliCompress);
const squeezeGzip = promisify(gzip);

/**
 * Lays `.br` and `.gz` beside each script and style sheet below a folder, as small as they get: a file of the build is compressed once,
 * not at each visit.
 * @param folder absolute
 */
export async function compressFiles(folder: string): Promise<void> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(js|css)$/.test(name));
  for (const name of files) {
    const path = join(folder, name);
    const content = await readFile(path);
    const [brotli, gzipped] = await Promise.all([
      squeezeBrotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }),
      squeezeGzip(content, { level: constants.Z_BEST_COMPRESSION }),
    ]);
    await Promise.all([writeFile(`${path}.br`, brotli), writeFile(`${path}.gz`, gzipped)]);
  }
}
