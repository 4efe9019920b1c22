import { OutgoingMessage, ServerResponse } from 'node:http'

/** The header that carries a length past Next, which takes Content-Length from the answers of routes. */
export const LENGTH = 'x-croft-length'

/** Sends LENGTH as Content-Length, so that downloads show how far they are. Called once, at the start of the web process. */
export function passLengths(): void {
  ServerResponse.prototype.setHeader = function (this: ServerResponse, name, value) {
    return name.toLowerCase() === LENGTH
      ? OutgoingMessage.prototype.setHeader.call(this, 'content-length', String(value))
      : OutgoingMessage.prototype.setHeader.call(this, name, value)
  } as ServerResponse['setHeader']
}
