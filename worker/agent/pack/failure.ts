import { ZodError } from 'zod'
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

/** The system's word that there is no room left on the disk. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** The reason behind an error of the system. */
export function reasonOf(error: unknown): { reasonCode: ReasonCode; reasonText: string } {
  if (error instanceof PackFailure) return { reasonCode: error.reasonCode, reasonText: error.message }
  if (isDiskFull(error)) return { reasonCode: 'disk_full', reasonText: 'there is no room left on the disk' }
  if (error instanceof ZodError || error instanceof SyntaxError) {
    return { reasonCode: 'agent_error', reasonText: 'the config.json that the agent wrote cannot be read' }
  }
  return { reasonCode: 'unknown', reasonText: error instanceof Error ? error.message : String(error) }
}
