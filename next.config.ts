import type { NextConfig } from 'next'
import createNextIntlPlugin from 'next-intl/plugin'
import { SECURITY_HEADERS } from './lib/http/security-headers'

/** A path whose percent signs spell UTF-8. Next answers any other with 500: such go to app/400. */
const WELL_ENCODED = [
  '[^%]',
  '%[0-7][0-9a-f]',
  '%(?:c[2-9a-f]|d[0-9a-f])%[89ab][0-9a-f]',
  '%(?:e0%[ab]|e[1-9abcef]%[89ab]|ed%[89])[0-9a-f]%[89ab][0-9a-f]',
  '%(?:f0%[9ab]|f[1-3]%[89ab]|f4%8)[0-9a-f](?:%[89ab][0-9a-f]){2}',
].join('|')

const config: NextConfig = {
  poweredByHeader: false,
  // Zimfarm's collections end with a slash and must not be redirected.
  skipTrailingSlashRedirect: true,
  serverExternalPackages: [
    'pg',
    'pino',
    'bullmq',
    'ioredis',
    '@prisma/client',
    '@prisma/adapter-pg',
    '@aws-sdk/client-s3',
    '@aws-sdk/lib-storage',
    'ssh2',
  ],
  turbopack: {
    root: import.meta.dirname,
    resolveAlias: { zod: { browser: './lib/client/zod-in-browser.ts' } },
  },
  // `npm test` checks the types; a start need not do it again.
  typescript: { ignoreBuildErrors: true },
  rewrites: () =>
    Promise.resolve({
      beforeFiles: [{ source: `/:bad((?!(?:${WELL_ENCODED})*$).*)`, destination: '/400' }],
      afterFiles: [],
      fallback: [],
    }),
  headers: () =>
    Promise.resolve([
      {
        source: '/:path*',
        headers: SECURITY_HEADERS,
      },
    ]),
}
export default createNextIntlPlugin({
  requestConfig: './app/i18n/request.ts',
  // Messages are parsed by the build: the browser gets no parser.
  experimental: { messages: { path: './messages', format: 'json', locales: 'infer', precompile: true } },
})(config)
