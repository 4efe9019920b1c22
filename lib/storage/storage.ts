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
}

export class NoSuchObject extends Error {
  override readonly name = 'NoSuchObject'
}
