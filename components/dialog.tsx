'use client'

import { X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'

/** A dialog above the page: Escape, a click outside or the button closes it. */
export function Dialog({
  title,
  open,
  onClose,
  wide = false,
  children,
}: {
  title: string
  open: boolean
  onClose: () => void
  /** For tables. */
  wide?: boolean
  children: React.ReactNode
}) {
  const t = useTranslations('common')
  return (
    <ModalOverlay
      isOpen={open}
      onOpenChange={(next) => !next && onClose()}
      isDismissable
      className="fixed inset-0 z-50 flex items-end justify-center bg-black/40 p-0 sm:items-center sm:p-6"
    >
      <Modal
        className={`panel max-h-[85dvh] w-full overflow-auto rounded-b-none shadow-xl sm:rounded-xl ${wide ? 'sm:max-w-4xl' : 'sm:max-w-xl'}`}
      >
        <AriaDialog className="p-5 outline-none">
          <div className="mb-3 flex items-start justify-between gap-4">
            <Heading slot="title" className="text-lg font-semibold">
              {title}
            </Heading>
            <button
              type="button"
              aria-label={t('close')}
              className="text-muted hover:text-ink -m-1 p-1"
              onClick={onClose}
            >
              <X aria-hidden className="size-5" />
            </button>
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
