'use client'

import clsx from 'clsx'
import { X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { IconButton } from './button'

export type DialogProps = {
  title: React.ReactNode
  onClose: () => void
  children: React.ReactNode
  wide?: boolean
  /** Only its buttons close it: for what must not be lost by a click outside. */
  firm?: boolean
  alert?: boolean
}

export default function DialogWindow({ title, onClose, children, wide, firm = false, alert }: DialogProps) {
  const t = useTranslations('common')
  return (
    <ModalOverlay
      isOpen
      onOpenChange={(next) => !next && onClose()}
      isDismissable={!firm}
      className="fixed inset-0 z-50 flex items-end justify-center bg-black/45 sm:items-center sm:p-6"
    >
      <Modal
        className={clsx(
          'panel max-h-[88dvh] w-full overflow-auto rounded-b-none shadow-2xl sm:rounded-xl',
          wide ? 'sm:max-w-4xl' : 'sm:max-w-xl',
        )}
      >
        <AriaDialog role={alert ? 'alertdialog' : 'dialog'} className="p-5 outline-none">
          <div className="mb-3 flex items-start justify-between gap-4">
            <Heading slot="title" level={2} className="text-lg font-semibold wrap-anywhere">
              {title}
            </Heading>
            <IconButton label={t('close')} icon={X} className="-mt-1.5 -mr-2" onClick={onClose} />
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
