import { constants, publicDecrypt, verify } from 'node:crypto'

type Key = { type: string; pem: string }
/** `raw`: Zimfarm v1's PKCS#1 v1.5 over the message itself, without a digest. `digest`: v2's (zimfarm.md §2.4, §17.2). */
export type Scheme = 'raw' | 'digest'

/** Whether the key's owner signed the message. Never throws: what cannot be checked is no signature. */
export function verifies(scheme: Scheme, key: Key, message: Buffer, signature: Buffer): boolean {
  try {
    return scheme === 'raw' ? verifiesRaw(key, message, signature) : verifiesDigest(key, message, signature)
  } catch {
    return false
  }
}

/** What `openssl pkeyutl -sign` makes; no usual RSA-SHA256 check can read it. */
function verifiesRaw({ type, pem }: Key, message: Buffer, signature: Buffer): boolean {
  if (type !== 'RSA' || message.length === 0) return false
  return publicDecrypt({ key: pem, padding: constants.RSA_PKCS1_PADDING }, signature).equals(message)
}

function verifiesDigest({ type, pem }: Key, message: Buffer, signature: Buffer): boolean {
  switch (type) {
    case 'RSA':
      return verify(
        'sha256',
        message,
        { key: pem, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO },
        signature,
      )
    case 'ECDSA':
      return verify('sha256', message, { key: pem, dsaEncoding: 'der' }, signature)
    case 'ED25519':
      return verify(null, message, pem, signature)
    default:
      return false
  }
}
