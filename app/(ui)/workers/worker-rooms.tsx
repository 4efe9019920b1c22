'use client'

import { useTranslations } from 'next-intl'
import { useFormat } from '#components/format'
import { Room } from '#components/room'
import type { Worker } from './queries'

/** What is taken of a worker's cores, memory and disk, and by which task. */
export function WorkerRooms({ worker }: { worker: Worker }) {
  const t = useTranslations('workers.room')
  const format = useFormat()
  const { resources, reserved, running } = worker
  return (
    <div className="grid gap-2">
      {(['cpu', 'memory', 'disk'] as const).map((name) => {
        const show = name === 'cpu' ? (value: number) => format.number(value) : format.bytes
        return (
          <Room
            key={name}
            label={t(name)}
            used={reserved[name]}
            total={resources[name]}
            text={t('of', { used: show(reserved[name]), total: show(resources[name]) })}
            parts={running.map((task) => ({
              id: task.id,
              size: task.resources?.[name] ?? 0,
              done: task.progress?.overall ?? null,
            }))}
          />
        )
      })}
    </div>
  )
}
