export type AgentLog = (level: 'info' | 'warn' | 'error', message: string) => void

/** One JSON line for each message on standard output. */
export const agentLog: AgentLog = (level, msg) => {
  process.stdout.write(`${JSON.stringify({ time: Date.now(), level, name: 'agent', msg })}\n`)
}
