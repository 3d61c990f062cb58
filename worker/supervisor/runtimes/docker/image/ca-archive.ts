import { rootCertificates } from 'node:tls';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { CA_DIR } from '../container-spec.ts';

/**
 * What is put into a workspace so that programs in it trust what the host trusts: the host's extra certificates alone, for Node, which
 * adds them, and together with the public ones for git, curl and others, which take one file instead of their own.
 */
export async function caArchive(extra: string): Promise<Buffer> {
  const out = pack();
  const dir = CA_DIR.slice(1).split('/').pop() ?? '';
  out.entry({ name: `${dir}/`, type: 'directory', mode: 0o755 });
  out.entry({ name: `${dir}/extra.pem`, mode: 0o444 }, extra);
  out.entry({ name: `${dir}/bundle.pem`, mode: 0o444 }, [...rootCertificates, extra].join('\n'));
  out.finalize();
  return buffer(out);
}
