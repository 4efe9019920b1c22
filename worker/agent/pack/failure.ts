import type { ReasonCode } from '#lib/core/task'

/** Why packing failed; the program's last line on standard error is this as JSON, and its exit code is 1. */
export class PackFailure extends Error {
  override readonly name = 'PackFailure'
  constructor(
    readonly reasonCode: ReasonCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The reason behind an error of the system. */
export function reasonOf(error: unknown): { reasonCode: ReasonCode; reasonText: string } {
  if (error instanceof PackFailure) return { reasonCode: error.reasonCode, reasonText: error.message }
  const code = (error as NodeJS.ErrnoException | null)?.code
  const reasonText = error instanceof Error ? error.message : String(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return { reasonCode: 'disk_full', reasonText }
  return { reasonCode: 'unknown', reasonText }
}
