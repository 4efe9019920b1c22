import { readdirSync } from 'node:fs'
import { build, context } from 'esbuild'

/** Bundles what runs beside the web process. The agent and the CLI are one file each, which needs Node alone. */
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
}
const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  logLevel: 'warning',
}

/**
 * What only Next can serve: the sign-in library works through its request context, and app/400 is where Next sends others;
 * what takes every other path below /api would take the sign-in's, too.
 */
const NEXTS_OWN = /^(api\/auth|api\/\[\.\.\.path\]|400)\//
const routes = {
  name: 'routes',
  setup(builder) {
    builder.onResolve({ filter: /^croft:routes$/ }, ({ path }) => ({ path, namespace: 'croft' }))
    builder.onLoad({ filter: /.*/, namespace: 'croft' }, () => {
      const files = readdirSync('app', { recursive: true })
        .map((file) => file.replaceAll('\\', '/'))
        .filter((file) => /(^|\/)route\.ts$/.test(file) && !NEXTS_OWN.test(file))
      const imports = files.map((file, index) => `import * as r${index} from ${JSON.stringify(`./app/${file}`)}`)
      const rows = files.map((file, index) => `[${JSON.stringify(file)}, r${index}]`)
      return {
        contents: `${imports.join('\n')}\nexport default [${rows.join(', ')}]\n`,
        resolveDir: process.cwd(),
        watchDirs: ['app'],
      }
    })
  },
}

const bundles = [
  {
    ...common,
    packages: 'external',
    entryPoints: {
      dispatcher: 'worker/dispatcher/main.ts',
      receiver: 'worker/receiver/main.ts',
      web: 'worker/web/main.ts',
      supervisor: 'scripts/supervisor.ts',
    },
    outdir: 'build',
    outExtension: { '.js': '.mjs' },
    // What esbuild may not follow: our own imports are inside, packages stay in node_modules.
    plugins: [
      routes,
      {
        name: 'own-imports',
        setup: (builder) =>
          builder.onResolve({ filter: /^#/ }, ({ path, resolveDir }) =>
            builder.resolve(`./${path.slice(1)}.ts`, {
              resolveDir: process.cwd(),
              kind: 'import-statement',
              importer: resolveDir,
            }),
          ),
      },
    ],
  },
  {
    ...common,
    banner,
    entryPoints: { 'croft-agent': 'worker/agent/main.ts', croft: 'worker/cli/main.ts' },
    outdir: 'build',
    outExtension: { '.js': '.mjs' },
  },
]

if (process.argv.includes('--watch')) {
  for (const bundle of bundles) await (await context(bundle)).watch()
  process.on('disconnect', () => process.exit(0))
} else {
  await Promise.all(bundles.map((bundle) => build(bundle)))
}
