import type { NextConfig } from 'next';

const SECURITY_HEADERS = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=()' },
];

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // Compressed by the web process, all but event streams: server/cli/start/web-server.mjs.
  compress: false,
  // The policy for scripts needs a nonce for each page: proxy.ts. The address of the sign-in page holds the link.
  headers: () =>
    Promise.resolve([
      { source: '/:path*', headers: SECURITY_HEADERS },
      { source: '/sign-in', headers: [{ key: 'Referrer-Policy', value: 'no-referrer' }] },
    ]),
  // `npm run verify` checks types; the build on a user's machine need not do it again.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ['pg', 'pg-boss', '@prisma/client', '@prisma/adapter-pg'],
};

export default config;
