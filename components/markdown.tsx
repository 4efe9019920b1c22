'use client'

import DOMPurify from 'dompurify'
import { marked } from 'marked'
import { useMemo } from 'react'

const ALLOWED = [
  'p',
  'br',
  'strong',
  'em',
  'del',
  'code',
  'pre',
  'blockquote',
  'ul',
  'ol',
  'li',
  'a',
  'hr',
  'h3',
  'h4',
  'h5',
  'h6',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
]

/** What a person wrote in Markdown: no scripts, no images, links that tell nobody where they were followed from. */
export function Markdown({ text }: { text: string }) {
  const html = useMemo(() => {
    if (typeof window === 'undefined') return ''
    const lowered = marked.parse(text, { async: false, gfm: true, breaks: true }).replace(/<(\/?)h[12]>/g, '<$1h3>')
    return DOMPurify.sanitize(lowered, { ALLOWED_TAGS: ALLOWED, ALLOWED_ATTR: ['href', 'title'] }).replaceAll(
      '<a ',
      '<a rel="noopener noreferrer nofollow" ',
    )
  }, [text])
  return <div dir="auto" className="prose text-sm break-words" dangerouslySetInnerHTML={{ __html: html }} />
}
