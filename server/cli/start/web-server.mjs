import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import compression from 'compression';
import sirv from 'sirv';

/** For a request to arrive whole: the largest body at 70 KB/s. */
const RECEIVE_MS = 60_000;

/** What proxies say of whom they pass on. */
const FORWARDING = /^(forwarded|via|x-forwarded(-.*)?|x-real-ip|x-client-ip|x-cluster-client-ip|x-original-.*|true-client-ip|cf-.*|fly-.*|fastly-.*)$/;

/** Where a page looks for files of the build. */
const ASSETS = '/_next/static';

/**
 * Files of the build as build-web.ts compressed them, to be kept for ever; what is not among them goes on to Next.
 * @param {string} folder
 */
function readAssets(folder) {
  const setHeaders = (/** @type {import('node:http').ServerResponse} */ response) => void response.setHeader('x-content-type-options', 'nosniff');
  const serve = sirv(folder, { brotli: true, gzip: true, etag: true, immutable: true, maxAge: 31_536_000, setHeaders });
  return (
    /** @type {import('node:http').IncomingMessage} */ request,
    /** @type {import('node:http').ServerResponse} */ response,
    /** @type {() => void} */ goOn,
  ) => {
    const { url = '' } = request;
    if (!url.startsWith(`${ASSETS}/`) || (request.method !== 'GET' && request.method !== 'HEAD')) return goOn();
    const path = url.slice(ASSETS.length);
    // A build that was made anew meanwhile has others than were read at the start.
    if (!existsSync(join(folder, path.split('?', 1)[0] ?? ''))) return goOn();
    // A range is more than a page asks for, and one that is none would end in a stream that never does.
    delete request.headers.range;
    request.url = path;
    serve(request, response, () => {
      request.url = url;
      goOn();
    });
  };
}

/**
 * The HTTP server of the web app. A request that does not arrive in time is cut, so that nobody holds connections by sending a byte now
 * and then; an answer may take as long as it likes, as event streams and log downloads do.
 * @param {{
 *   handle: (request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => void,
 *   assets?: string,
 *   receiveMs?: number,
 * }} options assets: folder of the build's files, each named by its content; receiveMs: for a request to arrive whole
 */
export function createWebServer({ handle, assets, receiveMs = RECEIVE_MS }) {
  // An event stream that is compressed is buffered: it goes as it is.
  const squeeze = compression({
    filter: (request, response) => !/event-stream/.test(String(response.getHeader('content-type'))) && compression.filter(request, response),
  });
  const serveAsset = assets === undefined ? null : readAssets(assets);
  const limits = { requestTimeout: receiveMs, headersTimeout: Math.min(30_000, receiveMs), connectionsCheckingInterval: Math.min(5_000, receiveMs / 4) };
  return createServer({ ...limits, keepAliveTimeout: 30_000 }, (request, response) => {
    // Who connected, for the audit log: whatever the request itself says here is thrown away.
    request.headers['x-factory-peer'] = request.socket.remoteAddress ?? 'unknown';
    // Next adds such headers of its own, so it is looked for here whether a proxy did.
    request.headers['x-factory-proxied'] = Object.keys(request.headers).some((name) => FORWARDING.test(name)) ? 'yes' : 'no';
    // Pages take their nonce from here: proxy.ts makes it, and nobody else.
    delete request.headers['x-nonce'];
    delete request.headers['content-security-policy'];
    // The live log is written to its viewers without Next between: instrumentation.ts.
    const live = globalThis.factoryLiveLog;
    if (request.method === 'GET' && request.url?.split('?', 1)[0] === live?.address) return void live.serve(request, response);
    const answer = () => handle(request, response);
    squeeze(request, response, () => (serveAsset ? serveAsset(request, response, answer) : answer()));
  });
}
