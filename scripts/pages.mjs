import { brotliCompressSync } from 'node:zlib'

/**
 * `npm run pages`: the JavaScript that the first page of each screen loads, compressed, against the budget; for a farm
 * that runs (CROFT_URL). Exits with 1 when one is over it.
 */
const farm = process.env.CROFT_URL ?? 'http://127.0.0.1:3000'
const BUDGET = 180_000
const paths =
  process.argv.length > 2 ? process.argv.slice(2) : ['/', '/schedules', '/tasks/00000000-0000-4000-8000-000000000000']

const get = async (path) => {
  const answer = await fetch(new URL(path, farm))
  return Buffer.from(await answer.arrayBuffer())
}
/** What comes over the wire: `content-length` of the compressed answer, or its length where that is not told. */
async function sentBytes(path) {
  const answer = await fetch(new URL(path, farm), { headers: { 'accept-encoding': 'br, gzip' } })
  const encoding = answer.headers.get('content-encoding')
  const told = Number(answer.headers.get('content-length') ?? 0)
  const bytes = Buffer.from(await answer.arrayBuffer())
  if (told > 0) return { encoding, bytes: told }
  const { gzipSync } = await import('node:zlib')
  return {
    encoding,
    bytes: encoding === 'br' ? brotliCompressSync(bytes).length : gzipSync(bytes, { level: 6 }).length,
  }
}

let over = false
for (const path of paths) {
  const html = (await get(path)).toString()
  const tags = html.match(/<script[^>]+src="[^"]+"[^>]*>/g) ?? []
  const scripts = new Set(tags.filter((tag) => !/nomodule/i.test(tag)).map((tag) => /src="([^"]+)"/.exec(tag)?.[1]))
  let sent = 0
  let brotli = 0
  let encoding = null
  for (const script of scripts) {
    const one = await sentBytes(script)
    encoding = one.encoding
    sent += one.bytes
    brotli += brotliCompressSync(await get(script)).length
  }
  if (sent > BUDGET) over = true
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`
  process.stdout.write(
    `${path.padEnd(45)} ${String(scripts.size).padStart(3)} scripts, ${kb(sent)} as sent (${encoding ?? 'plain'}), ${kb(brotli)} in Brotli; budget ${kb(BUDGET)}${sent > BUDGET ? ': OVER' : ''}\n`,
  )
}
process.exitCode = over ? 1 : 0
