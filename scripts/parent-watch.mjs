// Loaded into the web process: it ends when the process that started it is gone, however that happened.
process.on('disconnect', () => process.exit(0))
