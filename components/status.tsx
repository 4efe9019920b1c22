import { useTranslations } from 'next-intl'
import type { Stage, TaskStatus } from '#lib/core/task'

const LOOK: Record<TaskStatus, { tone: string; dot: string }> = {
  requested: { tone: 'text-muted', dot: 'bg-muted' },
  reserved: { tone: 'text-busy', dot: 'bg-busy' },
  started: { tone: 'text-busy', dot: 'bg-busy animate-pulse' },
  succeeded: { tone: 'text-good', dot: 'bg-good' },
  failed: { tone: 'text-bad', dot: 'bg-bad' },
  canceled: { tone: 'text-warn', dot: 'bg-warn' },
}

export function StatusBadge({
  status,
  stage,
  canceling,
}: {
  status: TaskStatus
  stage?: Stage | null
  canceling?: boolean
}) {
  const t = useTranslations('common')
  const look = LOOK[status]
  const word = canceling ? t('stage.canceling') : stage ? t(`stage.${stage}`) : t(`status.${status}`)
  return (
    <span
      data-status={status}
      className={`inline-flex items-center gap-1.5 text-sm font-medium whitespace-nowrap ${look.tone}`}
    >
      <span aria-hidden className={`size-2 rounded-full ${look.dot}`} />
      {word}
    </span>
  )
}

/** `stopped`: it will get no further. */
export function ProgressBar({ percent, label, stopped }: { percent: number; label: string; stopped?: boolean }) {
  return (
    <div className="flex items-center gap-2">
      <div
        role="progressbar"
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-label={label}
        className="bg-sunken h-2 w-full min-w-16 overflow-hidden rounded-full"
      >
        <div
          className={`h-full rounded-full transition-[width] duration-500 ${stopped ? 'bg-muted' : 'bg-accent'}`}
          style={{ width: `${percent}%` }}
        />
      </div>
      <span className="text-muted w-9 text-right text-xs">{percent}%</span>
    </div>
  )
}

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'muted'
const BADGE: Record<Tone, string> = {
  good: 'text-good bg-good-soft',
  bad: 'text-bad bg-bad-soft',
  warn: 'text-warn bg-warn-soft',
  busy: 'text-busy bg-busy-soft',
  muted: 'text-muted bg-sunken',
}

/** A word that marks something. */
export function Badge({ tone = 'muted', children }: { tone?: Tone; children: React.ReactNode }) {
  return (
    <span
      className={`inline-block rounded px-1.5 py-0.5 text-xs leading-4 font-medium whitespace-nowrap ${BADGE[tone]}`}
    >
      {children}
    </span>
  )
}
