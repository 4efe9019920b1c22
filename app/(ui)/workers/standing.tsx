import { useTranslations } from 'next-intl'
import type { WorkerStanding } from '#lib/core/worker'
import type { Worker } from './queries'

const LOOK: Record<WorkerStanding, { tone: string; dot: string }> = {
  working: { tone: 'text-busy', dot: 'bg-busy' },
  idle: { tone: 'text-good', dot: 'bg-good' },
  quiet: { tone: 'text-muted', dot: 'bg-muted' },
  held: { tone: 'text-warn', dot: 'bg-warn' },
  offline: { tone: 'text-bad', dot: 'border border-bad' },
}

/** As the list counts it: offline before all else, then what holds it back, then whether it works. */
export const standingOf = (worker: Worker): WorkerStanding =>
  !worker.online
    ? 'offline'
    : worker.disabled !== null || worker.cordoned !== null
      ? 'held'
      : (worker.quiet?.until ?? null) !== null
        ? 'quiet'
        : worker.running.length > 0
          ? 'working'
          : 'idle'

export function StandingBadge({ standing }: { standing: WorkerStanding }) {
  const t = useTranslations('workers.standing')
  const { tone, dot } = LOOK[standing]
  return (
    <span
      className={`inline-flex items-center gap-1.5 text-sm font-medium whitespace-nowrap ${tone}`}
      data-standing={standing}
    >
      <span aria-hidden className={`size-2 rounded-full ${dot}`} />
      {t(standing)}
    </span>
  )
}
