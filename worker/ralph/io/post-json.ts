import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as TlsAgent, request as requestHttps } from 'node:https';

const agents = { http: new Agent({ keepAlive: true }), https: new TlsAgent({ keepAlive: true }) };

export interface JsonPost {
  token: string;
  /** What is sent, as JSON. */
  body: unknown;
  signal: AbortSignal;
  /** From the first byte sent to the last one received. */
  timeoutMs: number;
}

/**
 * Posts JSON over a connection that is kept. A busy worker posts dozens of times a second, and `fetch` costs it three times as much.
 * @returns the answer's status and text, whatever the status
 * @throws where no answer came: refused, cut, too late, aborted
 */
export async function postJson(url: string, post: JsonPost): Promise<{ status: number; text: string }> {
  try {
    return await attempt(url, post);
  } catch (error) {
    // A kept connection that the other side was just closing. Calls of the worker protocol may be repeated, should it have been heard.
    if (error instanceof StaleConnection && !post.signal.aborted) return attempt(url, post);
    throw error;
  }
}

class StaleConnection extends Error {}

function attempt(url: string, { token, body, signal, timeoutMs }: JsonPost): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(JSON.stringify(body));
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': bytes.length };
    const secure = url.startsWith('https:');
    const options = { method: 'POST', headers, signal, agent: secure ? agents.https : agents.http };
    const request = secure ? requestHttps(url, options, onAnswer) : requestHttp(url, options, onAnswer);
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      const stale = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
      reject(stale ? new StaleConnection(error.message, { cause: error }) : error);
    };
    function onAnswer(answer: IncomingMessage): void {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', fail);
      answer.once('end', () => {
        clearTimeout(timer);
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    }
    request.once('error', fail);
    request.end(bytes);
  });
}
