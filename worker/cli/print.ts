const colour = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
export const bold = paint(1)
export const dim = paint(2)
const TONES: Record<string, (text: string) => string> = {
  succeeded: paint(32),
  failed: paint(31),
  canceled: paint(33),
  started: paint(36),
  reserved: paint(36),
}
export const status = (word: string) => (TONES[word] ?? ((text: string) => text))(word)

export const out = (text: string): void => void process.stdout.write(`${text}\n`)
export const json = (value: unknown) => out(JSON.stringify(value, null, 2))

const plain = (text: string) => text.replace(/\u001b\[\d+m/g, '')

/** Columns that are as wide as needed; the last one is cut at the terminal's edge. */
export function table(head: string[], rows: string[][]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => plain(row[column] ?? '').length)),
  )
  const line = (cells: string[]) =>
    cells
      .map((cell, column) =>
        column === cells.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - plain(cell).length),
      )
      .join('  ')
  out(dim(line(head)))
  for (const row of rows) out(line(row))
}

export function age(date: string, now: number): string {
  const seconds = Math.max(0, (now - new Date(date).getTime()) / 1000)
  if (seconds < 60) return `${Math.round(seconds)} s ago`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`
  return `${Math.round(seconds / 86_400)} days ago`
}
