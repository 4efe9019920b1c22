import type { Readable } from 'node:stream'

/** Bytes from `start` to `end`, both included. */
export type Range = { start: number; end: number }

/**
 * Where files are kept. Keys are Croft's own, never a client's names. `put` shows the object whole or not at all;
 * putting and removing twice is safe.
 */
export type Storage = {
  put: (key: string, body: Readable, size: number) => Promise<void>
  /** The bytes of an object, or of a part of it. The caller must read or destroy the stream. @throws NoSuchObject */
  open: (key: string, range?: Range) => Promise<Readable>
  /** The size in bytes; null when there is no such object. */
  size: (key: string) => Promise<number | null>
  remove: (key: string) => Promise<void>
  /** Begins an object that comes in pieces, or goes on with it, also after its process has died. */
  draft: (key: string) => Promise<Draft>
  /** Forgets what has come of an object that is not finished. Twice is safe. */
  discard: (key: string) => Promise<void>
}

/** An object in the making: it grows at its end, by one writer, and is not to be seen under its key before `finish`. */
export type Draft = {
  /** Bytes so far. */
  readonly size: number
  append: (chunk: Buffer) => Promise<void>
  /** Keeps what has come, so that a later `draft` goes on from there. Nothing may be appended any more. */
  close: () => Promise<void>
  /** Shows the object, whole, under its key. Nothing may be appended any more. */
  finish: () => Promise<void>
}

export class NoSuchObject extends Error {
  override readonly name = 'NoSuchObject'
}
