import { type Dialect, feedbackTime, time } from './dialect.ts'
import type { Bounce, Complaint, Feedback, TopicSubscription } from './feedback.ts'
import { type Json, present } from './mailObject.ts'

/** How SES names a kind (`eventType` or `notificationType`) and the object that describes it. */
export interface KindNames {
  readonly type: string
  readonly object: string
}

/** "Rendering Failure" has a space, and its object another name. */
export const kindNames = {
  bounce: { type: 'Bounce', object: 'bounce' },
  complaint: { type: 'Complaint', object: 'complaint' },
  delivery: { type: 'Delivery', object: 'delivery' },
  send: { type: 'Send', object: 'send' },
  reject: { type: 'Reject', object: 'reject' },
  open: { type: 'Open', object: 'open' },
  click: { type: 'Click', object: 'click' },
  renderingFailure: { type: 'Rendering Failure', object: 'failure' },
  deliveryDelay: { type: 'DeliveryDelay', object: 'deliveryDelay' },
  subscription: { type: 'Subscription', object: 'subscription' },
} as const satisfies Readonly<Record<Feedback['kind'], KindNames>>

/** The object that stands beside `mail`. */
export function detailOf(feedback: Feedback, dialect: Dialect, feedbackId: string): Json {
  switch (feedback.kind) {
    case 'bounce':
      return bounceDetail(feedback, dialect, feedbackId)
    case 'complaint':
      return complaintDetail(feedback, dialect, feedbackId)
    case 'delivery':
      return present({
        timestamp: time(feedback.at),
        processingTimeMillis: feedback.processingTimeMillis,
        recipients: feedback.recipients,
        smtpResponse: feedback.smtpResponse,
        reportingMTA: feedback.reportingMta,
        remoteMtaIp: dialect === 'identity' ? feedback.remoteMtaIp : null,
      })
    case 'send':
      return {}
    case 'reject':
      return { reason: feedback.reason }
    case 'open':
      return { ipAddress: feedback.ipAddress, timestamp: time(feedback.at), userAgent: feedback.userAgent }
    case 'click':
      return {
        ipAddress: feedback.ipAddress,
        link: feedback.link,
        // null stays: SES writes it.
        linkTags: feedback.linkTags,
        timestamp: time(feedback.at),
        userAgent: feedback.userAgent,
      }
    case 'renderingFailure':
      return { errorMessage: feedback.errorMessage, templateName: feedback.templateName }
    case 'deliveryDelay':
      return present({
        timestamp: time(feedback.at),
        delayType: feedback.delayType,
        expirationTime: time(feedback.expiresAt),
        delayedRecipients: feedback.recipients,
        reportingMTA: feedback.reportingMta,
      })
    case 'subscription':
    default:
      return subscriptionDetail(feedback)
  }
}

function bounceDetail(bounce: Bounce, dialect: Dialect, feedbackId: string): Json {
  return present({
    bounceType: bounce.bounceType,
    bounceSubType: bounce.bounceSubType,
    bouncedRecipients: bounce.recipients,
    timestamp: feedbackTime(bounce.at, dialect),
    feedbackId,
    remoteMtaIp: dialect === 'identity' ? bounce.remoteMtaIp : null,
    reportingMTA: bounce.reportingMta,
  })
}

function complaintDetail(complaint: Complaint, dialect: Dialect, feedbackId: string): Json {
  const { subType, userAgent, feedbackType, arrivalDate } = complaint
  return {
    complainedRecipients: complaint.recipients.map(({ emailAddress }) => ({ emailAddress })),
    timestamp: feedbackTime(complaint.at, dialect),
    feedbackId,
    complaintSubType: subType,
    ...present({ userAgent, complaintFeedbackType: feedbackType, arrivalDate }),
  }
}

function subscriptionDetail({ at, contactList, topicName, unsubscribeAll }: TopicSubscription): Json {
  const preferences = (all: boolean, subscriptionStatus: string): Json => ({
    unsubscribeAll: all,
    topicSubscriptionStatus: [{ topicName, subscriptionStatus }],
  })
  return {
    contactList,
    timestamp: time(at),
    source: 'UnsubscribeHeader',
    newTopicPreferences: preferences(unsubscribeAll, 'OptOut'),
    oldTopicPreferences: preferences(false, 'OptIn'),
  }
}
