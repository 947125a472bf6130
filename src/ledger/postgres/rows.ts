/** Columns of `effect` as `../rows.ts` names them. */
export const effectColumns = `
  effect.id, effect.effect, effect.marker, effect.state, effect.call_id AS "callId", effect.called_at AS "calledAt",
  effect.conclusive_at AS "conclusiveAt", effect.settled_at AS "settledAt", effect.answer`

/** Columns of `mail_event` as `../rows.ts` names them: what the recorder needs, without the event itself. */
export const entryColumns = `
  mail_event.id AS "eventId", mail_event.site, ses_message_id AS "sesMessageId", recipient, mail_event.kind, class,
  first_seen_at AS "firstSeenAt", decision`

/** The whole of `mail_event`, for lists. */
export const eventColumns = `${entryColumns}, reference, event`
