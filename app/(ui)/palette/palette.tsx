'use client'

import { Search } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { lazily } from '#components/lazily'
import { currentCommands, singleKeys } from './commands'

type WindowProps = { mode: 'all' | 'find'; onClose: () => void }
const PaletteWindow = lazily<WindowProps>(() => import('./palette-window'))
const KeysWindow = lazily<{ onClose: () => void }>(() => import('./keys-window'))

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest('input:not([type=checkbox]), textarea, select, [role=menu], [role=listbox]') !== null)

/** The palette, the search and the list of keys, with the keys that open them. */
export function Palette() {
  const t = useTranslations('shell.palette')
  const router = useRouter()
  const [open, setOpen] = useState<'all' | 'find' | 'keys' | null>(null)
  const close = () => setOpen(null)

  useEffect(() => {
    let before: { key: string; at: number } | null = null
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
        event.preventDefault()
        setOpen((now) => (now === 'all' ? null : 'all'))
        return
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !singleKeys.on()) return
      if (document.querySelector('[role=dialog], [role=alertdialog]') !== null) return
      if (event.key === '/' || event.key === '?') {
        event.preventDefault()
        setOpen(event.key === '/' ? 'find' : 'keys')
        return
      }
      const pair = before !== null && Date.now() - before.at < 1_500 ? `${before.key} ${event.key}` : null
      before = { key: event.key, at: Date.now() }
      const command = currentCommands().find(({ keys }) => keys !== undefined && (keys === pair || keys === event.key))
      if (command === undefined) return
      event.preventDefault()
      before = null
      if (command.href !== undefined) router.push(command.href)
      else command.run()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [router])

  return (
    <>
      <button
        type="button"
        className="border-line bg-paper text-muted hover:text-ink flex min-h-9 items-center gap-2 rounded-lg border px-2.5 text-sm"
        aria-haspopup="dialog"
        aria-keyshortcuts="Control+K"
        title={t('open')}
        onClick={() => setOpen('all')}
      >
        <Search aria-hidden className="size-4" />
        <span className="max-lg:sr-only">{t('short')}</span>
        <kbd aria-hidden className="border-line hidden rounded border px-1 font-sans text-[0.6875rem] lg:inline">
          Ctrl K
        </kbd>
      </button>
      <PaletteWindow
        shown={open === 'all' || open === 'find'}
        props={{ mode: open === 'find' ? 'find' : 'all', onClose: close }}
      />
      <KeysWindow shown={open === 'keys'} props={{ onClose: close }} />
    </>
  )
}
