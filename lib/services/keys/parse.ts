import { createHash, createPublicKey } from 'node:crypto'
import ssh2 from 'ssh2'
import { CroftError } from '#lib/core/error'

export const KEY_TYPES = ['RSA', 'ECDSA', 'ED25519'] as const
export type KeyType = (typeof KEY_TYPES)[number]
export type PublicKey = {
  type: KeyType
  /** The blob in base64, as in the second word of an OpenSSH line. */
  key: string
  /** Lower-case hexadecimal MD5 of the blob, without colons. */
  md5: string
  /** SHA-256 of the blob in base64, without padding and without a prefix. */
  sha256: string
  pem: string
  comment: string | null
}

const MOST_CHARACTERS = 16_384
/** Shorter RSA keys can be broken. */
const LEAST_RSA_BITS = 1024

const typeOf = (algorithm: string): KeyType | null =>
  algorithm === 'ssh-rsa'
    ? 'RSA'
    : /^ecdsa-sha2-nistp(256|384|521)$/.test(algorithm)
      ? 'ECDSA'
      : algorithm === 'ssh-ed25519'
        ? 'ED25519'
        : null

const unusable = (why: string) => new CroftError('invalid', `this is no public key that can be used: ${why}`)

/** The algorithm that a blob names in its first field. */
function algorithmOf(blob: Buffer): string | null {
  if (blob.length < 8) return null
  const length = blob.readUInt32BE(0)
  return length > 64 || blob.length < 4 + length ? null : blob.toString('latin1', 4, 4 + length)
}

/**
 * Reads an OpenSSH public key: a whole line (`ssh-rsa BLOB comment`) or the bare blob (zimfarm.md §4.7).
 * @throws CroftError invalid
 */
export function parsePublicKey(text: string): PublicKey {
  if (text.length > MOST_CHARACTERS) throw unusable(`it has more than ${MOST_CHARACTERS} characters`)
  const words = text.trim().split(/\s+/)
  const [encoded = '', comment] = words.length > 1 ? [words[1], words.slice(2).join(' ')] : [words[0]]
  const blob = Buffer.from(encoded, 'base64')
  const key = blob.toString('base64')
  if (key.replace(/=+$/, '') !== encoded.replace(/=+$/, '')) throw unusable('it is no base64')
  const algorithm = algorithmOf(blob)
  const type = algorithm === null ? null : typeOf(algorithm)
  if (algorithm === null || type === null) throw unusable('send an RSA, ECDSA or Ed25519 key as OpenSSH writes it')
  if (words.length > 1 && words[0] !== algorithm) throw unusable(`its line says ${words[0]}, its blob ${algorithm}`)
  const parsed = ssh2.utils.parseKey(`${algorithm} ${key}`)
  if (parsed instanceof Error) throw unusable('its fields are damaged')
  // The parser reads what it needs and no further: what is left over would give one key many fingerprints.
  if (!parsed.getPublicSSH().equals(blob)) throw unusable('it holds more than a key')
  return {
    type,
    key,
    md5: createHash('md5').update(blob).digest('hex'),
    sha256: createHash('sha256').update(blob).digest('base64').replace(/=+$/, ''),
    pem: pemOf(type, parsed.getPublicPEM()),
    comment: comment === undefined || comment === '' ? null : comment,
  }
}

/** SubjectPublicKeyInfo in PEM, written by OpenSSL, which so has read the key as well. */
function pemOf(type: KeyType, pem: string): string {
  try {
    const key = createPublicKey(pem)
    const bits = key.asymmetricKeyDetails?.modulusLength
    if (type === 'RSA' && (bits === undefined || bits < LEAST_RSA_BITS))
      throw unusable(`an RSA key needs ${LEAST_RSA_BITS} bits or more`)
    return key.export({ type: 'spki', format: 'pem' }).toString()
  } catch (error) {
    throw error instanceof CroftError ? error : unusable('its fields are damaged')
  }
}

/** A fingerprint as clients write it: MD5 in hexadecimal with or without colons, or `SHA256:` and base64. */
export function readFingerprint(text: string): { md5: string } | { sha256: string } | null {
  const md5 = /^(?:MD5:)?((?:[0-9a-f]{2}:?){15}[0-9a-f]{2})$/i.exec(text)?.[1]
  if (md5 !== undefined) return { md5: md5.replaceAll(':', '').toLowerCase() }
  const sha256 = /^(?:SHA256:)?([A-Za-z0-9+/]{43})=?$/.exec(text)?.[1]
  return sha256 === undefined ? null : { sha256 }
}

/** A kept key as the line of an OpenSSH public key. */
export function publicLine({ key, name }: { key: string; name: string }): string {
  return `${algorithmOf(Buffer.from(key, 'base64')) ?? 'ssh-rsa'} ${key} ${name}`
}
