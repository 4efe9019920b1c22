'use client'

import { CircleCheck, X } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { createContext, use, useState } from 'react'

/** What was just done, in words, with a way to go on; it stays until the next one or until it is dismissed. */
export type Said = { text: string; href?: string; undo?: { label: string; run: () => Promise<void> } }

const Speaker = createContext<(said: Said) => void>(() => undefined)
export const useSay = () => use(Speaker)

/** Shows what its children say was done, above them. */
export function SaidAbove({ children }: { children: React.ReactNode }) {
  const t = useTranslations('pipeline')
  const [said, setSaid] = useState<Said | null>(null)
  const [busy, setBusy] = useState(false)
  return (
    <Speaker value={setSaid}>
      <div role="status" aria-live="polite">
        {said !== null && (
          <div className="bg-accent-soft text-ink mb-3 flex flex-wrap items-center gap-x-4 gap-y-1 rounded-lg px-4 py-2.5 text-sm">
            <CircleCheck aria-hidden className="text-good size-4 shrink-0" />
            <span className="min-w-0 flex-1 break-words" dir="auto">
              {said.text}
            </span>
            {said.href !== undefined && (
              <Link className="link" href={said.href}>
                {t('action.show')}
              </Link>
            )}
            {said.undo !== undefined && (
              <button
                type="button"
                className="link font-medium"
                disabled={busy}
                onClick={() => {
                  setBusy(true)
                  void said.undo?.run().finally(() => setBusy(false))
                }}
              >
                {said.undo.label}
              </button>
            )}
            <button
              type="button"
              className="text-muted hover:text-ink -m-1 p-1"
              aria-label={t('action.dismiss')}
              onClick={() => setSaid(null)}
            >
              <X aria-hidden className="size-4" />
            </button>
          </div>
        )}
      </div>
      {children}
    </Speaker>
  )
}
