'use client'

import { useTranslations } from 'next-intl'
import DialogWindow from '#components/dialog-window'
import { Switch } from '#components/form'
import { singleKeys, useAllCommands } from './commands'

/** The keys, those of the shown screen included, and the switch for those of one letter. */
export default function KeysWindow({ onClose }: { onClose: () => void }) {
  const t = useTranslations('shell.keys')
  const on = singleKeys.use()
  const commands = useAllCommands().filter(({ keys }) => keys !== undefined)
  const rows: [string, string][] = [
    ['Ctrl K · ⌘ K', t('palette')],
    ['/', t('find')],
    ['?', t('keys')],
    ['↓ ↑ · j k', t('rows')],
    ['x', t('select')],
    ['Enter', t('openRow')],
    ['Esc', t('close')],
    ...commands.map(({ keys, label }): [string, string] => [keys ?? '', label]),
  ]
  return (
    <DialogWindow title={t('title')} onClose={onClose}>
      <dl className="mb-5 grid grid-cols-[minmax(6rem,auto)_1fr] gap-x-4 gap-y-1.5 text-sm">
        {rows.map(([keys, what]) => (
          <div key={keys} className="contents">
            <dt>
              <kbd className="border-line bg-sunken rounded border px-1.5 py-0.5 font-sans text-xs">{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <Switch label={t('single')} help={t('singleHelp')} checked={on} onChange={singleKeys.set} />
    </DialogWindow>
  )
}
