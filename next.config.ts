import type { NextConfig } from 'next'

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
  ],
  turbopack: { root: import.meta.dirname },
  // `npm test` checks the types; a start need not do it again.
  typescript: { ignoreBuildErrors: true },
  headers: () =>
    Promise.resolve([
      {
        source: '/:path*',
        headers: [
          { key: 'x-content-type-options', value: 'nosniff' },
          { key: 'x-frame-options', value: 'DENY' },
          { key: 'referrer-policy', value: 'same-origin' },
        ],
      },
    ]),
}
export default config
