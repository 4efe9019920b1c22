'use client'

import Link from 'next/link'
import { bytes } from '#components/format'
import { Empty, Loading, Problem } from '#components/states'
import { ProgressBar } from '#components/status'
import { Ago } from '#components/time'
import { useLive } from '../live'
import { LiveDot } from '../live-dot'
import { useWorkers } from '../queries'
import { HeldBack } from './held-back'

function Use({
  label,
  used,
  total,
  show,
}: {
  label: string
  used: number
  total: number
  show: (value: number) => string
}) {
  const percent = total === 0 ? 0 : Math.min(100, Math.round((used / total) * 100))
  return (
    <div>
      <div className="text-muted flex justify-between text-xs">
        <span>{label}</span>
        <span>
          {show(used)} of {show(total)}
        </span>
      </div>
      <div
        role="meter"
        aria-label={label}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        className="bg-sunken mt-1 h-1.5 overflow-hidden rounded-full"
      >
        <div className="bg-accent h-full" style={{ width: `${percent}%` }} />
      </div>
    </div>
  )
}

export function WorkerGrid() {
  const live = useLive()
  const { data, error, isPending, refetch } = useWorkers()
  return (
    <>
      <div className="mb-4 flex items-baseline justify-between">
        <h1>Workers</h1>
        <LiveDot open={live} />
      </div>
      <HeldBack />
      {isPending ? (
        <Loading />
      ) : error !== null ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : data.items.length === 0 ? (
        <section className="panel">
          <Empty title="No worker is registered">
            <p>Start an agent: it registers by itself. The docs say how.</p>
          </Empty>
        </section>
      ) : (
        <ul className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
          {data.items.map((worker) => (
            <li key={worker.id} className="panel space-y-3 p-4">
              <div className="flex items-start justify-between gap-3">
                <div className="min-w-0">
                  <h2 className="break-all">{worker.name}</h2>
                  <p className="text-muted text-xs">
                    {worker.owner} · {worker.kind}
                    {worker.version !== null && ` ${worker.version}`}
                  </p>
                </div>
                <span
                  className={`inline-flex items-center gap-1.5 text-sm font-medium ${worker.online ? 'text-good' : 'text-muted'}`}
                >
                  <span aria-hidden className={`size-2 rounded-full ${worker.online ? 'bg-good' : 'bg-muted'}`} />
                  {worker.disabled !== null
                    ? 'out of service'
                    : worker.cordoned !== null
                      ? 'cordoned'
                      : worker.online
                        ? 'online'
                        : 'offline'}
                </span>
              </div>
              {worker.disabled !== null && (
                <p className="text-muted text-sm break-words">
                  Taken out of service{worker.disabled.by !== null && ` by ${worker.disabled.by}`}
                  {worker.disabled.reason !== null && `: ${worker.disabled.reason}`}
                </p>
              )}
              <div className="space-y-2">
                <Use label="Cores" used={worker.reserved.cpu} total={worker.resources.cpu} show={String} />
                <Use label="Memory" used={worker.reserved.memory} total={worker.resources.memory} show={bytes} />
                <Use label="Disk" used={worker.reserved.disk} total={worker.resources.disk} show={bytes} />
              </div>
              <p className="text-sm">
                <span className="text-muted">Runs </span>
                {worker.taskTypes.length === 0
                  ? 'no task type: a program is missing on it'
                  : worker.taskTypes.join(', ')}
              </p>
              {worker.running.length > 0 && (
                <ul className="space-y-2">
                  {worker.running.map((task) => (
                    <li key={task.id} className="bg-sunken rounded-lg p-2 text-sm">
                      <Link className="link break-all" href={`/tasks/${task.id}`}>
                        {task.name}
                      </Link>
                      {task.progress !== null && (
                        <ProgressBar percent={task.progress.overall} label={`Progress of ${task.name}`} />
                      )}
                    </li>
                  ))}
                </ul>
              )}
              <p className="text-muted text-xs">
                {worker.lastSeenAt === null ? (
                  'never seen'
                ) : (
                  <>
                    seen <Ago date={worker.lastSeenAt} />
                  </>
                )}
              </p>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
