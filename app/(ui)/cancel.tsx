'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Dialog } from '#components/dialog'
import { Problem } from '#components/states'
import { cancelTask } from '#lib/contract/task'
import { can, isActive, type TaskStatus } from '#lib/core/task'
import { api, useMay } from './queries'

type Props = {
  task: { id: string; status: TaskStatus; originalScheduleName: string; cancelRequestedAt: string | null }
}

export function CancelButton({ task }: Props) {
  const allowed = useMay('tasks.cancel')
  const [open, setOpen] = useState(false)
  const queries = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => api.call(cancelTask, { params: { id: task.id } }),
    onSuccess: async () => {
      setOpen(false)
      await queries.invalidateQueries()
    },
  })
  if (!allowed || !can(task.status, 'cancel') || task.cancelRequestedAt !== null) return null
  return (
    <>
      <button type="button" className="button button-danger" onClick={() => setOpen(true)}>
        Cancel
      </button>
      <Dialog title={`Cancel ${task.originalScheduleName}?`} open={open} onClose={() => setOpen(false)}>
        <p className="mb-4">
          {isActive(task.status)
            ? 'Its worker is told to stop within seconds; what it has done so far is lost.'
            : 'It leaves the queue at once.'}
        </p>
        {cancel.error !== null && <Problem error={cancel.error} />}
        <div className="mt-4 flex justify-end gap-2">
          <button type="button" className="button" onClick={() => setOpen(false)}>
            Keep it
          </button>
          <button
            type="button"
            className="button button-danger"
            disabled={cancel.isPending}
            onClick={() => cancel.mutate()}
          >
            Cancel the task
          </button>
        </div>
      </Dialog>
    </>
  )
}
