/** Makes one file of Ralph and all that it uses; answers its path. */
export function bundleRalph(outFile: string): Promise<string>;
