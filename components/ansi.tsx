const COLOURS = [
  'text-muted',
  'text-bad',
  'text-good',
  'text-warn',
  'text-busy',
  'text-accent',
  'text-busy',
  'text-ink',
]

const ESCAPE = /\u001b\[([0-9;]*)([A-Za-z])/g

/** A line with its ANSI colours as classes; all other escape sequences are left out. */
export function AnsiText({ text }: { text: string }) {
  if (!text.includes('\u001b')) return text
  const parts: { text: string; look: string }[] = []
  let look = ''
  let from = 0
  for (const match of text.matchAll(ESCAPE)) {
    parts.push({ text: text.slice(from, match.index), look })
    from = match.index + match[0].length
    if (match[2] !== 'm') continue
    for (const code of (match[1] || '0').split(';').map(Number)) {
      if (code === 0) look = ''
      else if (code === 1) look += ' font-bold'
      else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97))
        look = `${look.replace(/text-\w+/, '')} ${COLOURS[code % 10]}`
    }
  }
  parts.push({ text: text.slice(from), look })
  return parts.map((part, index) => (
    <span key={index} className={part.look}>
      {part.text}
    </span>
  ))
}
