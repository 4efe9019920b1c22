import { Client } from 'pg'
import type { Db } from './client'
import { kept, poolOf, sqlOf } from './sql'

const RETRY_MS = 1_000
const listeners = kept<Db, { stop: () => Promise<void> }[]>('listeners')

/**
 * Hears what is said on a channel, on a connection of its own, until the database client is closed. `again` comes with
 * each connection, the first too: what was said before it was not heard.
 */
export function listen(db: Db, channel: string, heard: (payload: string) => void, again: () => void): void {
  let client: Client | null = null
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const retry = () => {
    if (stopped) return
    timer = setTimeout(connect, RETRY_MS)
    timer.unref()
  }
  const connect = () => {
    const fresh = new Client({ ...poolOf(db).options, keepAlive: true })
    client = fresh
    let over = false
    const end = () => {
      if (over) return
      over = true
      void fresh.end().catch(() => undefined)
      retry()
    }
    fresh.on('error', end)
    fresh.on('end', end)
    fresh.on('notification', ({ payload }) => heard(payload ?? ''))
    fresh
      .connect()
      .then(() => fresh.query(`LISTEN ${channel}`))
      .then(again)
      .catch(end)
  }
  connect()
  const stop = async () => {
    stopped = true
    clearTimeout(timer)
    await client?.end().catch(() => undefined)
  }
  listeners.set(db, [...(listeners.get(db) ?? []), { stop }])
}

/** Ends all listening on a database client. */
export async function stopListening(db: Db): Promise<void> {
  for (const listener of listeners.get(db) ?? []) await listener.stop()
  listeners.delete(db)
}

/** Says something on a channel; at most 8,000 bytes. */
export async function say(db: Db, channel: string, payload: string): Promise<void> {
  await sqlOf(db)({ name: 'say', text: 'SELECT pg_notify($1, $2)', values: [channel, payload] })
}
