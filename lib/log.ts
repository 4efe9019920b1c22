import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino'

export type { Logger }

const SECRET_KEYS = [
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'secret',
  'secretAccessKey',
  'keyId',
]

/** URLs keep their host and path; passwords and secret query values become asterisks. */
export const withoutSecrets = (text: string) =>
  text
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi, '$1:***@')
    .replace(/([?&](?:keyId|secretAccessKey|token|password|secret|signature|X-Amz-[A-Za-z]+)=)[^&\s"]+/gi, '$1***')
    .replace(/\b(croft_|eyJ)[A-Za-z0-9_.-]{8,}/g, '$1***')

const cleanError = (error: Error) => {
  const { type, message, stack } = pino.stdSerializers.err(error)
  return { type, message: withoutSecrets(message), stack: withoutSecrets(stack) }
}

/** Structured logs on standard output: JSON lines with the process's name; secrets are redacted. `to` is another place, for tests. */
export function createLog(name: string, level: string, to?: DestinationStream): Logger {
  const options: LoggerOptions = {
    name,
    level,
    redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '***' },
    serializers: { err: cleanError },
    hooks: {
      logMethod(args, method) {
        method.apply(
          this,
          args.map((arg) => (typeof arg === 'string' ? withoutSecrets(arg) : arg)) as Parameters<typeof method>,
        )
      },
    },
  }
  return to === undefined ? pino(options) : pino(options, to)
}
