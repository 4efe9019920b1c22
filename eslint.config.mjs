import tseslint from 'typescript-eslint'
import hooks from 'eslint-plugin-react-hooks'

/**
 * What may import what: README.md has the same table, scripts/arrows.test.ts proves that each row bites.
 * A folder may import itself and what is listed; `never` are packages and globals that have no place there.
 */
const OURS = [
  'core',
  'contract',
  'client',
  'db',
  'queue',
  'notify',
  'storage',
  'services',
  'http',
  'protocols',
  'testing',
]
const ROWS = [
  {
    folder: 'lib/core',
    may: [],
    never: ['@prisma/*', 'next', 'next/*', 'next-auth', 'next-auth/*', 'bullmq', 'ioredis', 'pg', 'node:*', 'pino'],
  },
  { folder: 'lib/contract', may: ['core'], never: ['@prisma/*', 'next', 'next/*', 'bullmq', 'pg'] },
  { folder: 'lib/client', may: ['core', 'contract'], never: ['@prisma/*', 'next', 'next/*', 'bullmq', 'pg'] },
  { folder: 'lib/db', may: ['core'], never: ['next', 'next/*', 'bullmq'] },
  { folder: 'lib/queue', may: ['core'], never: ['next', 'next/*', '@prisma/*'] },
  { folder: 'lib/notify', may: ['core'], never: ['next', 'next/*', '@prisma/*'] },
  { folder: 'lib/storage', may: ['core'], never: ['next', 'next/*', '@prisma/*'] },
  {
    folder: 'lib/services',
    may: ['core', 'db', 'queue', 'storage', 'env', 'log'],
    never: ['next', 'next/*', 'next-auth', 'next-auth/*'],
  },
  { folder: 'lib/http', may: ['core', 'contract', 'services'], never: ['@prisma/*', 'bullmq', 'pg'] },
  {
    folder: 'lib/protocols/zimfarm',
    may: ['core', 'contract', 'services', 'http'],
    never: ['@prisma/*', 'next', 'next/*', 'bullmq', 'pg'],
  },
  {
    folder: 'app',
    may: ['core', 'contract', 'client', 'services', 'protocols', 'http', 'components'],
    never: ['@prisma/*', 'bullmq', 'pg'],
  },
  {
    folder: 'components',
    may: ['core', 'contract'],
    never: ['@prisma/*', 'next/server', 'next/headers', 'bullmq', 'pg', 'node:*'],
  },
  {
    folder: 'worker/dispatcher',
    may: ['core', 'services', 'queue', 'notify', 'env', 'log'],
    never: ['@prisma/*', 'next', 'next/*'],
  },
  { folder: 'worker/web', may: ['http'], never: ['@prisma/*', 'bullmq', 'pg'] },
  {
    folder: 'worker/receiver',
    may: ['core', 'services', 'env', 'log'],
    never: ['@prisma/*', 'next', 'next/*', 'bullmq', 'pg'],
  },
  {
    folder: 'worker/agent',
    may: ['core', 'contract', 'client'],
    never: ['@prisma/*', 'next', 'next/*', 'bullmq', 'pg'],
  },
  { folder: 'worker/cli', may: ['core', 'contract', 'client'], never: ['@prisma/*', 'next', 'next/*', 'bullmq', 'pg'] },
]

/** Both spellings of an import: by name (`#lib/db/client`) and by path (`../db/client`). */
function arrows({ folder, may, never }) {
  const self = folder.replace(/^lib\//, '').split('/')[0]
  const banned = [...OURS, 'env', 'log'].filter((name) => name !== self && !may.includes(name))
  const patterns = banned.map((name) => ({
    regex: `^(#lib|(\\.\\./)+(lib/)?)/?${name}(/|$)`,
    message: `${folder} may not import lib/${name}`,
  }))
  if (!folder.startsWith('worker/'))
    patterns.push({ regex: '^#worker/|^(\\.\\./)+worker/', message: `${folder} may not import worker` })
  else patterns.push({ regex: `^#worker/(?!${folder.slice(7)}/)`, message: `${folder} may not import another program` })
  if (!may.includes('components') && folder !== 'components')
    patterns.push({ regex: '^#components/', message: `${folder} may not import components` })
  if (folder !== 'app') patterns.push({ regex: '^(\\.\\./)+app/', message: `${folder} may not import app` })
  patterns.push({ group: never, message: `${folder} may not import this package` })
  return {
    files: [`${folder}/**/*.{ts,tsx}`],
    ignores: ['**/*.test.ts', 'lib/db/generated/**'],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  }
}

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      '.next',
      'build',
      'lib/db/generated',
      'next-env.d.ts',
      'test-results',
      '.croft',
      'scripts/arrows',
    ],
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'react-hooks': hooks },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  ...ROWS.map(arrows),
  {
    files: ['lib/core/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval', 'Buffer'],
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='Date'][property.name='now']",
          message: 'time is an argument in lib/core',
        },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'time is an argument in lib/core',
        },
        {
          selector: "MemberExpression[object.name='Math'][property.name='random']",
          message: 'chance is an argument in lib/core',
        },
      ],
    },
  },
  {
    files: ['lib/{services,http,protocols,db,queue,notify,storage,contract,client}/**/*.ts', 'app/**/*.{ts,tsx}'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'settings are read in lib/env.ts' },
      ],
    },
  },
  { files: ['scripts/**/*.ts', 'bench/**/*.ts', 'worker/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    // In the browser zod is not there (lib/client/zod-in-browser.ts): types only.
    files: ['app/(ui)/**/*.{ts,tsx}', 'components/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [{ name: 'zod', allowTypeImports: true, message: 'zod is not there in the browser' }] },
      ],
    },
  },
  {
    files: ['**/*.test.ts', 'e2e/**/*.ts'],
    rules: {
      // Tests read recorded JSON.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
)
