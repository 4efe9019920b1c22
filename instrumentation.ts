/** Next calls it once, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const [{ closeWithProcess }, { passLengths }, { notePeers }, { readEnv }] = await Promise.all([
    import('#lib/http/closing'),
    import('#lib/http/length'),
    import('#lib/http/peer'),
    import('#lib/env'),
  ])
  closeWithProcess()
  passLengths()
  notePeers(readEnv().CROFT_TRUSTED_PROXIES)
}
