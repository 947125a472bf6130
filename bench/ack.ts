/** `npm run bench:ack`: that measure alone. */
process.argv.push('--only', 'ack')
await import('./bench.ts')
