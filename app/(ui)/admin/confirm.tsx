'use client'

import { useTranslations } from 'next-intl'
import { Dialog } from '#components/dialog'
import { Problem } from '#components/states'

/** Asks before something that cannot be taken back. */
export function Confirm(props: {
  title: string
  text: string
  action: string
  pending: boolean
  error: Error | null
  ready?: boolean
  onConfirm: () => void
  onClose: () => void
  children?: React.ReactNode
}) {
  const { title, text, action, pending, error, ready = true, onConfirm, onClose, children } = props
  const common = useTranslations('common')
  return (
    <Dialog title={title} open onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          onConfirm()
        }}
      >
        <p className="text-sm">{text}</p>
        {children}
        {error !== null && <Problem error={error} />}
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {common('cancel')}
          </button>
          <button type="submit" className="button button-danger" disabled={pending || !ready}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
