// What civicrm-ses.js starts on the Node that is brought along. Whoever kills the starter, the only process he knows,
// means the program: it would go on alone and keep its data folder from the next one.
process.once('disconnect', stop)
process.channel?.unref()
if (process.connected) await import('./civicrm-ses.js')
else stop()

/** In order, as at a service manager's word. */
function stop() {
  process.kill(process.pid, 'SIGTERM')
}
