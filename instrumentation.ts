/** Next calls it once, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const [{ closeWithProcess }, { passLengths }, { SYSTEM }, { keepPresent }, { runtime }] = await Promise.all([
    import('#lib/http/closing'),
    import('#lib/http/length'),
    import('#lib/services/farm/prepare'),
    import('#lib/services/farm/presence'),
    import('#lib/services/runtime'),
  ])
  closeWithProcess()
  passLengths()
  const { context } = await runtime()
  await keepPresent({ ...context, actor: SYSTEM })
}
