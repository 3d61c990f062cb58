import type { NextConfig } from 'next';

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // A compressed event stream is a buffered one; a proxy in front may compress the rest.
  compress: false,
  // `npm run verify` checks types; the build on a user's machine need not do it again.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ['pg', 'pg-boss', '@prisma/client', '@prisma/adapter-pg'],
};

export default config;
