import { createTransport } from 'nodemailer'
import { SENDING_MS, type Sending } from './sending'
import type { Mail } from './words'

export type SmtpSetup = { url: string; from: string }

/** `smtps://` is TLS from the start; `smtp://` takes STARTTLS where it is offered, and insists with `?requireTLS=true`. */
function serverOf(address: string) {
  const url = new URL(address)
  const secure = url.protocol === 'smtps:'
  const auth = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: url.searchParams.get('requireTLS') === 'true',
    tls: { rejectUnauthorized: url.searchParams.get('tls.rejectUnauthorized') !== 'false' },
    ...(url.username !== '' && { auth }),
  }
}

/** One mail to one address through a mail server. The same notice has the same Message-ID each time. */
export async function sendSmtp(
  message: { id: string; to: string; mail: Mail },
  { url, from }: SmtpSetup,
  timeoutMs = SENDING_MS,
): Promise<Sending> {
  const transport = createTransport({
    ...serverOf(url),
    connectionTimeout: Math.min(5_000, timeoutMs),
    greetingTimeout: Math.min(5_000, timeoutMs),
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const mail = { from, to: { name: '', address: message.to }, messageId: `<${message.id}@croft>`, ...message.mail }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the mail server did not take it within ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    await Promise.race([transport.sendMail(mail), late])
    return { delivered: true, status: 250, error: null }
  } catch (error) {
    const { responseCode, command } = error as { responseCode?: number; command?: string }
    const status = responseCode ?? null
    // A refused receiver or text stays refused; a refused sign-in or sender is for the operator to mend.
    const final = status !== null && status >= 500 && ['RCPT TO', 'DATA'].includes(command ?? '')
    return { delivered: false, status, error: error instanceof Error ? error.message : String(error), final }
  } finally {
    clearTimeout(timer)
    transport.close()
  }
}
