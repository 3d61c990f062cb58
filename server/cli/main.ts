/** The `factory` command. Looks at Node's version before anything that needs a newer one is loaded. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`The factory needs Node.js 20.19 or newer; this is ${process.versions.node}. Install a current Node.js and start again.\n`);
  process.exit(1);
}
const { runProgram } = await import('./program.ts');
await runProgram(process.argv);

export {};
