/** The server's complaints, recognised by their words, as keys of `editor.complaints` with their values. */
const KNOWN: [RegExp, string, ...string[]][] = [
  [/^is required$/, 'required'],
  [/^must not be empty$/, 'empty'],
  [/^must be a number$/, 'number'],
  [/^must be a whole number$/, 'whole'],
  [/^must be at least (\S+)$/, 'least', 'limit'],
  [/^must be at most (\S+)$/, 'most', 'limit'],
  [/^must not be longer than (\d+) characters; it has (\d+)$/, 'longer', 'limit', 'length'],
  [/^must not be shorter than (\d+) characters; it has (\d+)$/, 'shorter', 'limit', 'length'],
  [/^must be an address that starts with http:\/\/ or https:\/\/$/, 'url'],
  [/^must be an e-mail address$/, 'email'],
  [/^must be the address of one of its blobs$/, 'blob'],
  [/^must be the address of one of its blobs, or another http or https address$/, 'blobOrUrl'],
  [/^(".*") is no ISO 639-3 code$/, 'language', 'code'],
  [/^(".*") is no TED talk's address$/, 'talk', 'link'],
  [/^must be one of: (.*)$/s, 'oneOf', 'values'],
  [/^exactly one of (.*) must be set$/, 'exactlyOne', 'keys'],
  [/^must be like (.*)$/, 'like', 'example'],
  [/^is not a parameter of (.*)$/, 'unknown', 'type'],
  [/^is taken$/, 'taken'],
  [/^item (\d+) (.*)$/s, 'item', 'index', 'why'],
]

type Say = (key: string, values: Record<string, string>) => string

/** A complaint in the reader's language; in the server's own words where it says something new. */
export function complaintText(say: Say, complaint: string): string {
  for (const [pattern, key, ...names] of KNOWN) {
    const match = pattern.exec(complaint)
    if (match === null) continue
    const values = Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? '']))
    if (key === 'item') values.why = complaintText(say, values.why ?? '')
    return say(key, values)
  }
  return complaint
}
