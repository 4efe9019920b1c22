'use client'

import { useTranslations } from 'next-intl'
import { Button } from './button'
import type { DialogProps } from './dialog-window'
import { lazily } from './lazily'
import { Problem } from './states'

const Window = lazily<DialogProps>(() => import('./dialog-window'))

/** A dialog above the page: Escape, a click outside or the button closes it. */
export function Dialog({ open, ...props }: { open: boolean } & DialogProps) {
  return <Window shown={open} props={props} />
}

/** The buttons at the foot of a dialog. */
export function DialogButtons({ children }: { children: React.ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2">{children}</div>
}

/** Asks before something is done that cannot be taken back; tells when it failed. */
export function Confirm(props: {
  open: boolean
  title: React.ReactNode
  children: React.ReactNode
  /** What is done, e.g. "Cancel the task". */
  verb: string
  keep?: string
  danger?: boolean
  pending?: boolean
  error?: Error | null
  onConfirm: () => void
  onClose: () => void
}) {
  const t = useTranslations('common')
  return (
    <Dialog open={props.open} title={props.title} onClose={props.onClose} alert>
      <div className="space-y-3">{props.children}</div>
      {props.error && (
        <div className="mt-4">
          <Problem error={props.error} />
        </div>
      )}
      <DialogButtons>
        <Button onClick={props.onClose}>{props.keep ?? t('cancel')}</Button>
        <Button look={props.danger ? 'danger' : 'primary'} pending={props.pending} onClick={props.onConfirm}>
          {props.verb}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
