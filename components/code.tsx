'use client'

import clsx from 'clsx'
import { Check, Copy } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { IconButton } from './button'

/** Copies a text; the icon says that it did. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useTranslations('common')
  const [done, setDone] = useState(false)
  return (
    <>
      <IconButton
        label={label ?? t('copy')}
        icon={done ? Check : Copy}
        onClick={() => void navigator.clipboard.writeText(text).then(() => setDone(true))}
        onBlur={() => setDone(false)}
      />
      <span role="status" className="sr-only">
        {done ? t('copied') : ''}
      </span>
    </>
  )
}

/** A text of machines, which can be copied. */
export function Code({ text, label }: { text: string; label: string }) {
  return (
    <div className="bg-sunken relative rounded-lg">
      <pre
        tabIndex={0}
        role="region"
        aria-label={label}
        className="max-h-96 overflow-auto p-3 pr-12 font-mono text-xs wrap-anywhere whitespace-pre-wrap"
      >
        {text}
      </pre>
      <div className="absolute top-1 right-1">
        <CopyButton text={text} />
      </div>
    </div>
  )
}

type Line = { kind: 'same' | 'gone' | 'new'; text: string }
/** The lines of two texts, with what went and what came (longest common run of lines; for texts of some hundred lines). */
export function linesOf(before: string, after: string): Line[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  const common: number[][] = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  const at = (i: number, j: number) => common[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      (common[i] as number[])[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i++] ?? '' })
      j++
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1)))
      lines.push({ kind: 'gone', text: a[i++] ?? '' })
    else lines.push({ kind: 'new', text: b[j++] ?? '' })
  }
  return lines
}

const SIGN = { same: ' ', gone: '−', new: '+' } as const
/** Two texts, line by line. */
export function Diff({ before, after, label }: { before: string; after: string; label: string }) {
  const t = useTranslations('common')
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label={label}
      className="border-line max-h-96 overflow-auto rounded-lg border py-1 font-mono text-xs"
    >
      {linesOf(before, after).map(({ kind, text }, index) => (
        <div
          key={index}
          dir="auto"
          className={clsx(
            'px-3 wrap-anywhere whitespace-pre-wrap',
            kind === 'gone' && 'bg-bad-soft',
            kind === 'new' && 'bg-good-soft',
          )}
        >
          <span aria-hidden className="text-muted inline-block w-4 select-none">
            {SIGN[kind]}
          </span>
          {kind !== 'same' && <span className="sr-only">{t(kind === 'gone' ? 'lineGone' : 'lineNew')}</span>}
          {text}
        </div>
      ))}
    </div>
  )
}
