/** Next calls it once, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const [{ closeWithProcess }, { passLengths }] = await Promise.all([
    import('#lib/http/closing'),
    import('#lib/http/length'),
  ])
  closeWithProcess()
  passLengths()
}
