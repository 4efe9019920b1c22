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

const bundles = [
  {
    ...common,
    packages: 'external',
    entryPoints: {
      dispatcher: 'worker/dispatcher/main.ts',
      receiver: 'worker/receiver/main.ts',
      supervisor: 'scripts/supervisor.ts',
    },
    outdir: 'build',
    outExtension: { '.js': '.mjs' },
    // What esbuild may not follow: our own imports are inside, packages stay in node_modules.
    plugins: [
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
