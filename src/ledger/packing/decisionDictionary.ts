/**
 * What decisions, mailing references and the facts of the CRM have in common: names of fields, and the sentences by
 * which decisions explain themselves. Short, since most of the time that packing takes goes into reading it, and these
 * texts are short too.
 *
 * It is part of what is stored, so it never changes; see eventDictionary.ts. A sentence that is not in it costs its own
 * length, no more.
 */
export const decisionDictionary = Buffer.from(
  [
    // What is rare stands first: near the end a reference takes fewer bits.
    'Other software of the same SES account sent the mail, so it is kept and concerns nobody here."standing":"foreign"',
    'Somebody released the address from hold after this happened, so it no longer counts.',
    'The mail carries no mailing reference of this site. CiviCRM no longer has the mailing that it belongs to. ',
    'So the gateway goes by the address itself: this is Quota bounce 2 of the 3 that put it on hold. one Invalid bounce puts it on hold, where it is already.',
    ', and no live contact has the address: nothing to do."rule":"address-unknown","standing":"possible","standing":"person",',
    '{"effect":"alarm","about":"It was not sent because of its contents, so no recipient can be blamed. An alarm is raised; nothing changes in CiviCRM.',
    'an account-level suppression list, automatic reply, rule of its own. The receiving server refused what the mail contains. ',
    'SES calls the failure permanent, with a subtype that has no rule of its own. "rule":"bounce-permanent-other"',
    'SES could not find out why the mail bounced; it counts as an invalid address. "rule":"bounce-undetermined"Undetermined/Undetermined',
    'Permanent/OnAccountSuppressionList Permanent/Suppressed Transient/ContentRejected Transient/MessageTooLarge 5.7.1 message rejected as spam',
    '{"effect":"hold","bounceType":"Invalid","address":"","emailIds":[',
    '"counted":[{"bounceType":"Quota","at":17"queueRow":"unread","queueRow":"gone","addressRows":"unread","optedOut":true}]',
    'X-CiviMail-Bounce mail.source"from":"List-Unsubscribe"}"from":"commonHeaders.returnPath"}"from":"mail.source"}"from":"Return-Path"}',
    '{"queueRow":{"queueId":1,"hash":"","contactId":1,"emailId":1,"email":"","resetDate":null},"addressRows":[{"emailId":1,"contactId":1,"email":"","onHold":0,"holdDate":null,"resetDate":null,"optedOut":false}],"counted":[]}',
    '{"rule":"complaint","standing":"effective","effects":[{"effect":"bounce","bounceType":"Spam","reference":{"jobId":',
    '"reason":"SES Complaint/abuse the recipient complained about the mail"},{"effect":"optOut","address":"","contactIds":[',
    ']}],"explanation":"SES passes on a report from the recipient\'s provider: abuse. The recipient reported the mail as unwanted. Recorded on its mailing as a bounce of the type Spam; CiviCRM holds the address at once. The contact with the address is opted out.","policy":"careful@1"}',
    '{"rule":"bounce-transient-general","standing":"effective","effects":[{"effect":"bounce","bounceType":"Relay","reference":{"jobId":',
    'SES Transient/General The mail could not be delivered for now, or an automatic reply came back. ',
    '{"rule":"bounce-mailbox-full","standing":"effective","effects":[{"effect":"bounce","bounceType":"Quota","reference":{"jobId":',
    '"reason":"SES Transient/MailboxFull 452 4.2.2 mailbox full"}],"explanation":"SES says that the mail bounced: Transient/MailboxFull (552 5.2.2 mailbox is full). The mailbox is full. Recorded on its mailing as a bounce of the type Quota; CiviCRM holds the address after 3 of this type.","policy":"standard@1"}',
    '{"rule":"bounce-permanent","standing":"effective","effects":[{"effect":"bounce","bounceType":"Invalid","reference":{"jobId":1,"queueId":1,"hash":"',
    '","action":"b","domain":"","from":"X-CiviMail-Bounce"},"reason":"SES Permanent/General 550 5.1.1 user unknown"}],"explanation":"SES says that the mail bounced: Permanent/General (550 5.1.1 user unknown). ',
    'The address does not exist, refuses mail for good, or SES no longer sends to it. Recorded on its mailing as a bounce of the type Invalid; CiviCRM holds the address at once.","policy":"standard@1"}',
    '{"rule":"delivery-delay","standing":"none","effects":[],"explanation":"SES says that the delivery is delayed (MailboxFull). SES goes on trying; should it give up, a bounce follows. ',
    '{"rule":"no-effect","standing":"none","effects":[],"explanation":"SES says that a link in the mail was clicked. It is neither a bounce nor a complaint. ',
    '{"jobId":1,"queueId":1,"hash":"","action":"b","domain":"","from":"X-CiviMail-Bounce"}',
    '{"rule":"no-effect","standing":"none","effects":[],"explanation":"SES says that the mail was opened. It is neither a bounce nor a complaint. It is kept, without effect in CiviCRM.","policy":"standard@1"}',
    '{"rule":"delivery","standing":"none","effects":[],"explanation":"SES says that the mail was delivered (250 2.0.0 OK). The receiving server took the mail. It is kept, without effect in CiviCRM.","policy":"standard@1"}',
  ].join(''),
)
