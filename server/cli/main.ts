/** The `factory` command. Looks at Node's version before anything that needs a newer one is loaded. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`The factory needs Node.js 20.19 or newer; this is ${process.versions.node}. Install a current Node.js and start again.\n`);
  process.exit(1);
}
// Who read along has gone, as `| head` does: what was begun goes on, and needs no reader.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
const { runProgram } = await import('./program.ts');
await runProgram(process.argv);

export {};
